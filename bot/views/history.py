"""The lines of the journal that a student's page shows, newest first.

Only actions of this list are shown: whatever would tell that a week was hard, or whom she chose to tell, is not on it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.journal.store import journal
from bot.people.store import people

LINES = 40


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened; `actor` is empty when the service did it by itself, `mine` when she did."""

    at: datetime
    action: str
    actor: str | None
    mine: bool


SHOWN: frozenset[str] = frozenset()


def history(conn: Connection, person_id: int) -> list[HistoryLine]:
    """Return what happened around a student, as far as everybody who has her in scope may know it."""
    query = (
        select(journal.c.at, journal.c.action, journal.c.actor_id, people.c.name)
        .outerjoin(people, people.c.id == journal.c.actor_id)
        .where(journal.c.person_id == person_id, journal.c.action.in_(sorted(SHOWN)))
        .order_by(journal.c.id.desc())
        .limit(LINES)
    )
    return [HistoryLine(row.at, row.action, row.name, row.actor_id == person_id) for row in conn.execute(query)]
