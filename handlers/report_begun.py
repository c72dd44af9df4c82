"""She begins to write a report, or goes on: which one it is, and what of her trail stands in it already.

Called by the chat and by the page, so that a report begins the same way wherever she opens it.
"""

import re
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from bot.local_time import local_date
from bot.moves.store import moves
from bot.people.model import Person
from bot.prompts.model import Choice
from bot.prompts.notes import NoteKind
from bot.prompts.store import notes, prompts
from bot.reports import drafts, store
from bot.reports.model import KIND, Draft, Form, Report, Stage
from bot.trips.model import Trip
from bot.trips.store import of_person
from handlers.services import Services

_PLAIN_KINDS = ("checkin", "landing")


def current_report(conn: Connection, person: Person, services: Services) -> Report | None:
    """Return the report that she writes now: what waits for her, else her newest; begun if need be.

    None when nothing asks her for one: she has not been away, or the programme has no such item.
    """
    mine = store.of_person(conn, person.id)
    waiting = [one for one in mine if one.stage in {Stage.OPEN, Stage.RETURNED}]
    trip = _last_trip(conn, person, services)
    if waiting:
        return waiting[0]
    if trip is not None and not any(one.trip_id == trip.id for one in mine):
        item = _item(conn, services)
        if item is not None:
            return store.add(conn, person.id, trip.id, item, None, services.clock.now())
    return mine[0] if mine else None


def begin(conn: Connection, report: Report, person: Person, services: Services) -> Report:
    """Write what is known of the stay into a report that nobody has touched, and put her at its first section."""
    sections = services.sections_of(report)
    _refill(conn, report, person, services)
    if report.section and sections.of(report.section) is not None:
        return report
    now = services.clock.now()
    trip = next((one for one in of_person(conn, person.id) if one.id == report.trip_id), None)
    first = sections.keys[0]
    for section in sections.all:
        if section.prefill == "stay" and trip is not None:
            draft = drafts.draft_of(conn, report, section.key)
            if draft.revision == 0:
                body = _stay(conn, trip, person, services)
                drafts.put(conn, report, draft, body, now, is_hers=False)
                first = next((key for key in sections.keys if key != section.key), first)
    store.update(conn, report, section=first)
    return store.again(conn, report)


def refilled(conn: Connection, report: Report, draft: Draft, person: Person, services: Services) -> str:
    """Return the text of a section as it is to be shown: what the service wrote of the stay follows the stay.

    Only while nobody has touched it: her own words stay as they are.
    """
    section = services.sections_of(report).of(draft.section)
    trip = next((one for one in of_person(conn, person.id) if one.id == report.trip_id), None)
    if trip is None or section is None or section.prefill != "stay" or draft.revision != 1:
        return draft.body
    now = _stay(conn, trip, person, services)
    return now if _dates(now) == _dates(draft.body) else draft.body


def _refill(conn: Connection, report: Report, person: Person, services: Services) -> None:
    for section in services.sections_of(report).all:
        if section.prefill == "stay":
            draft = drafts.draft_of(conn, report, section.key)
            body = refilled(conn, report, draft, person, services)
            if body != draft.body:
                drafts.refill(conn, report, draft, body, services.clock.now())


def _dates(text: str) -> str:
    """Return the line of the dates with its figures masked, by which a text of the service's own is known."""
    return re.sub(r"\d+", "0", "".join(text.splitlines()[1:2]))


def own_notes(conn: Connection, report: Report) -> list[tuple[date, str]]:
    """Return what she noted in good weeks of the stay, the oldest first: hers to put into the report, or not.

    Never what she said of a hard week or to whoever helped her, and nothing of a branch; nothing of it for a branch.
    """
    if report.form is not Form.STAY:
        return []
    query = (
        select(notes.c.at, notes.c.body, prompts.c.zone)
        .join(prompts, prompts.c.id == notes.c.prompt_id)
        .where(
            notes.c.person_id == report.person_id,
            notes.c.kind == NoteKind.NOTE.value,
            notes.c.case_id.is_(None),
            prompts.c.trip_id == report.trip_id,
            prompts.c.kind.in_(_PLAIN_KINDS),
            prompts.c.choice == Choice.FINE.value,
            prompts.c.share_with.is_(None),
        )
        .order_by(notes.c.id)
    )
    return [(local_date(row.at, row.zone), str(row.body.get("text", ""))) for row in conn.execute(query)]


def noted(found: list[tuple[date, str]]) -> str:
    """Return notes as they stand in a section, a line for each."""
    return "\n".join(f"{day.isoformat()} {text}" for day, text in found)


def _stay(conn: Connection, trip: Trip, person: Person, services: Services) -> str:
    query = select(moves).where(moves.c.trip_id == trip.id, moves.c.city != "").order_by(moves.c.said_at, moves.c.id)
    places: list[dict[str, Any]] = [
        {
            "city": row.city,
            "country": row.country,
            "day": _iso(local_date(row.said_at, row.zone)),
            "until": _iso(row.until),
        }
        for row in conn.execute(query)
    ]
    said = {
        "host": trip.host,
        "city": trip.city,
        "country": trip.country,
        "begins": _iso(trip.departs),
        "ends": _iso(trip.returns),
        "length": trip.days,
        "host_supervisor": trip.host_supervisor or "",
        "places": places,
    }
    return services.renderer.chat("report/stay", person.language, said).text


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _last_trip(conn: Connection, person: Person, services: Services) -> Trip | None:
    now = services.clock.now()
    gone = [one for one in of_person(conn, person.id) if one.cancelled_at is None]
    begun = [one for one in gone if one.departs <= local_date(now, one.zone)]
    return begun[-1] if begun else None


def _item(conn: Connection, services: Services) -> str | None:
    try:
        programme = services.programmes.current(conn)
    except LookupError:
        return None
    return next((item.key for item in programme.items if item.kind.value == KIND), None)
