"""What became of something that a stay reminds of, as its report knows it; and what she says of it in chat."""

from datetime import datetime

from sqlalchemy import Connection

from bot.deadlines.model import Reminder, Standing
from bot.reports import store as reports
from bot.reports.handed_on import given_of, note
from bot.reports.model import Report
from bot.trips.store import of_person


def form_key(form: str, period: int) -> str:
    """Return what names one last day of a form among the matters of a stay."""
    return f"{form}:{period}"


def ended(conn: Connection, one: Reminder) -> Standing | None:
    """Return how it has ended elsewhere: handed in by her page, or with a stay that was called off; None while open."""
    stay = next((trip for trip in of_person(conn, one.person_id) if trip.id == one.trip_id), None)
    if stay is None or stay.cancelled_at is not None:
        return Standing.WITHDRAWN
    form, period, report = _form_of(conn, one)
    is_given = report is not None and (form, period) in given_of(conn, report)
    return Standing.DONE if is_given else None


def hand_on(conn: Connection, one: Reminder, now: datetime, *, given: bool) -> None:
    """Note with her report what she says of a form in chat, so that the page of the report says the same."""
    form, period, report = _form_of(conn, one)
    if report is not None and period:
        note(conn, report, form, period, now, given=given)


def _form_of(conn: Connection, one: Reminder) -> tuple[str, int, Report | None]:
    form, _, period = one.matter.partition(":")
    report = next((each for each in reports.of_person(conn, one.person_id) if each.trip_id == one.trip_id), None)
    return form, int(period or 0), report
