"""Who of the staff looked at what a student wrote, or took out a list with her in it; `/mydata` tells her."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.journal.store import journal
from bot.people.store import people

LATEST = 5
NOTES_READ = "console.words_read"
EXPORTED = "console.exported"
REPORT_READ = "report.read"
REPORT_TAKEN = "report.exported"
STEP_FILE = "console.step_file"
_WHAT = {
    NOTES_READ: "notes",
    EXPORTED: "export",
    REPORT_READ: "report",
    REPORT_TAKEN: "report_taken",
    STEP_FILE: "step_file",
}


@dataclass(frozen=True)
class Look:
    """One look: who, at what (`notes`, `report`; `report_taken`, `export`: with her report or her in it), and when."""

    who: str
    what: str
    at: datetime


def looks_at(conn: Connection, person_id: int, latest: int = LATEST) -> list[Look]:
    """Return the latest looks, the newest first."""
    query = (
        select(people.c.name, journal.c.action, journal.c.at)
        .join(people, people.c.id == journal.c.actor_id)
        .where(journal.c.person_id == person_id, journal.c.action.in_(list(_WHAT)))
        .order_by(journal.c.id.desc())
        .limit(latest)
    )
    return [Look(row.name, _WHAT[row.action], row.at) for row in conn.execute(query)]
