"""The lines of the journal that a student's page shows, newest first.

Only actions of this list are shown, and nothing of a case about a hard week: whatever would tell that a week was
hard, or whom she chose to tell, stays out whoever reads.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select

from bot.cases.model import Reason
from bot.cases.store import cases
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

    @property
    def is_agreed(self) -> bool:
        """Tell whether it is of something agreed with her."""
        return self.action.startswith("agreement.")


SHOWN = frozenset(
    {
        "address.failed",
        "agreement.done",
        "agreement.written",
        "case.acknowledged",
        "case.nobody_to_tell",
        "case.opened",
        "case.resolved",
        "console.exported",
        "console.words_read",
        "doctor.sent",
        "notice.sent",
        "mail.bounced",
        "message.rerouted",
        "person.channels_ordered",
        "person.left",
        "person.linked",
        "person.move_over",
        "person.moved",
        "person.came_back",
        "person.passed_on",
        "person.paused",
        "person.resumed",
        "prompt.alive",
        "prompt.answered",
        "prompt.withdrawn",
    }
)


def history(conn: Connection, person_id: int) -> list[HistoryLine]:
    """Return what happened around a student, as far as everybody who has her in scope may know it."""
    query = (
        select(journal.c.at, journal.c.action, journal.c.actor_id, people.c.name)
        .outerjoin(people, people.c.id == journal.c.actor_id)
        .outerjoin(cases, cases.c.id == journal.c.case_id)
        .where(
            journal.c.person_id == person_id,
            journal.c.action.in_(sorted(SHOWN)),
            or_(cases.c.id.is_(None), cases.c.reason != Reason.HARD.value),
        )
        .order_by(journal.c.id.desc())
        .limit(LINES)
    )
    return [HistoryLine(row.at, row.action, row.name, row.actor_id == person_id) for row in conn.execute(query)]
