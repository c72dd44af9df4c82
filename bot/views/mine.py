"""What a member sees of her own on her page: the branches she is in, and her study reports. Nobody else is there."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from bot.branches.model import BranchPlace
from bot.branches.store import branch_members, branches
from bot.journal.store import journal
from bot.obligations.store import obligations
from bot.people.store import people
from bot.reports.model import Stage
from bot.reports.store import study_reports

_LOOKS = ("study.read", "study.exported")


@dataclass(frozen=True)
class Inside:
    """A branch that she is in."""

    id: int
    key: str
    place: BranchPlace


def branches_in(conn: Connection, person_id: int) -> list[Inside]:
    """Return the branches that somebody is in, the one at home first."""
    query = (
        select(branches.c.id, branches.c.key, branches.c.place)
        .join(branch_members, branch_members.c.branch_id == branches.c.id)
        .where(branch_members.c.person_id == person_id, branches.c.absent_at.is_(None))
        .order_by(branches.c.place, branches.c.key)
    )
    return [Inside(row.id, row.key, BranchPlace(row.place)) for row in conn.execute(query)]


@dataclass(frozen=True)
class Written:
    """One of her study reports; `due_on` is None where nothing asks for it any more."""

    stage: Stage
    version: int
    opened_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    readers: tuple[str, ...]
    """Who has read it."""


def studies_of(conn: Connection, person_id: int) -> list[Written]:
    """Return the study reports of a member, the newest first."""
    study = study_reports
    query = (
        select(study, obligations.c.due_on)
        .outerjoin(obligations, obligations.c.id == study.c.obligation_id)
        .where(study.c.person_id == person_id, study.c.stage != Stage.WITHDRAWN.value)
        .order_by(study.c.opened_at.desc(), study.c.id.desc())
    )
    looks = (
        select(people.c.name, journal.c.detail)
        .join(people, people.c.id == journal.c.actor_id)
        .where(journal.c.person_id == person_id, journal.c.action.in_(_LOOKS))
        .order_by(journal.c.id)
    )
    readers: dict[int, dict[str, None]] = {}
    for look in conn.execute(looks):
        readers.setdefault((look.detail or {}).get("report", 0), {})[look.name] = None
    return [
        Written(
            Stage(row.stage),
            row.version,
            row.opened_at,
            row.submitted_at,
            row.due_on,
            tuple(readers.get(row.id, ())),
        )
        for row in conn.execute(query)
    ]
