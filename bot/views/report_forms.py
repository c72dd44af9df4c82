"""How the other forms of a report stand, and what one says as a document: the words of the draft as they are."""

from datetime import datetime

from sqlalchemy import Connection

from bot.local_time import to_wall
from bot.people.store import by_id
from bot.places.countries import country_name
from bot.reports import drafts
from bot.reports.files import files_of
from bot.reports.forms import FormLine, OtherForm, lines
from bot.reports.handed_on import given_of
from bot.reports.model import Form, Report
from bot.reports.sections import Sections
from bot.trips.store import of_person
from bot.views.report_document import Written


def forms_of(conn: Connection, report: Report, forms: tuple[OtherForm, ...]) -> list[FormLine]:
    """Return a line for each form and period; none for what is no report about a stay."""
    trip = next((one for one in of_person(conn, report.person_id) if one.id == report.trip_id), None)
    if trip is None or report.form.value != Form.STAY.value:
        return []
    texts = {key: one.body for key, one in drafts.drafts_of(conn, report).items()}
    return lines(forms, trip.departs, trip.returns, trip.funding, texts, given_of(conn, report))


def as_form(
    conn: Connection, report: Report, line: FormLine, sections: Sections, language: str, now: datetime
) -> Written | None:
    """Return what one form says, with the photos of the draft."""
    person = by_id(conn, report.person_id)
    trip = next((one for one in of_person(conn, report.person_id) if one.id == report.trip_id), None)
    if person is None or trip is None:
        return None
    texts = drafts.drafts_of(conn, report)
    facts = {
        "form": line.form.title["en" if language == "en" else "zh"],
        "period": line.period,
        "name": person.name,
        "number": person.number,
        "host": trip.host,
        "city": trip.city,
        "country": country_name(trip.country, language),
        "departs": trip.departs.isoformat(),
        "returns": trip.returns.isoformat(),
        "version": f"{line.period}/{line.periods}",
        "handed_in": f"{to_wall(now, person.zone):%Y-%m-%d}",
        "parts": [(sections.title(key, language), texts[key].body) for key in line.form.needs if key in texts],
    }
    photos = tuple(one for one in files_of(conn, report) if one.kind == "jpeg")
    return Written(facts, photos, {key: sections.title(key, language) for key in line.form.needs})
