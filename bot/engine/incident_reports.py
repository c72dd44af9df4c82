"""A student reports that something has happened where she is: the office and the coordinators hear of it at once.

Nothing starts by itself: their message leads to a roll-call that is filled in and not counted yet.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.engine.telling import tell
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.prompts import notes
from bot.rollcalls import store

LONGEST = notes.LONGEST
"""Characters that are kept of a report."""


def report_incident(conn: Connection, person_id: int, what: str, city: str, country: str, now: datetime) -> int:
    """Store a report and tell who can start a roll-call for her; return its id. LookupError when she does not exist.

    It is not held back for their morning: whatever happened to her may be happening to others.
    """
    student = people_store.by_id(conn, person_id)
    if student is None:
        raise LookupError("there is no such person")
    report_id = store.add_report(conn, person_id, what[:LONGEST], city, country, now)
    journal.write(
        conn,
        [journal.line(now, "incident.reported", person_id=person_id, actor_id=person_id, report=report_id)],
    )
    helpers = load_helpers(conn, [student])
    whom = list(dict.fromkeys([*helpers.coordinators_of(student), *helpers.office_of(student)])) or list(helpers.office)
    for helper_id in whom:
        tell(
            conn,
            helper_id,
            Kind.NOTICE,
            "rollcall/reported",
            key=f"incident:{report_id}:{helper_id}",
            priority=Priority.REPLY,
            now=now,
            data={"report": report_id, "happened": what[:LONGEST], "city": city, "country": country},
            about_id=person_id,
        )
    return report_id
