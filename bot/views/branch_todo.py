"""What whoever leads a branch does next: reports to read, members to write to, requests to expect, a session to plan.

It says what to do and not who is bad: nothing is counted by person, and nothing of safety or of another branch is here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, func, select

from bot.branches.store import branches, led_by
from bot.obligations.model import Kind, Stage
from bot.obligations.rules import is_late
from bot.obligations.store import obligations
from bot.people.model import Person
from bot.people.store import people
from bot.reports.model import ReportState
from bot.reports.store import study_reports
from bot.sessions.model import SessionState
from bot.sessions.store import sessions
from bot.trips.store import trips
from bot.views.session_board import leads
from bot.views.study import list_studies, of_home_branches, reads_study

QUIET_FOR = timedelta(days=31)
"""How long after the last session of a branch the next one is worth planning."""


class Do(StrEnum):
    """What is to be done."""

    READ = "read"  # a study report that was handed in
    RETURN = "return"  # see to the request of somebody who has come back
    CONTACT = "contact"  # write to a member
    HELP = "help"  # a study report is due: offer time or help
    MEET = "meet"  # plan a session


@dataclass(frozen=True)
class Todo:
    """One thing to do; `report_id` and `owed_id` are what its button is about, `by` is the day where there is one."""

    do: Do
    name: str = ""
    number: str = ""
    branch: str = ""
    report_id: int | None = None
    owed_id: int | None = None
    by: date | None = None
    since: date | None = None
    late: bool = False


def todo_of(conn: Connection, person: Person, now: datetime) -> list[Todo]:
    """Return what somebody who leads branches does next, what cannot wait first."""
    if not leads(person):
        return []
    of_members = _of_members(conn, person, now) if reads_study(conn, person) else []
    found = [*of_members, *_sessions(conn, person, now)]
    order = list(Do)
    return sorted(found, key=lambda one: (order.index(one.do), one.by or one.since or date.max, one.name))


def _of_members(conn: Connection, person: Person, now: datetime) -> list[Todo]:
    waits = [
        Todo(
            Do.READ,
            one.name,
            one.number,
            report_id=one.report.id,
            since=None if one.report.submitted_at is None else one.report.submitted_at.date(),
        )
        for one in list_studies(conn, person, now)
        if one.state is ReportState.SUBMITTED
    ]
    query = (
        select(obligations, people.c.name, people.c.number, trips.c.zone, study_reports.c.id.label("report_id"))
        .join(people, people.c.id == obligations.c.person_id)
        .join(trips, trips.c.id == obligations.c.trip_id)
        .outerjoin(study_reports, study_reports.c.obligation_id == obligations.c.id)
        .where(
            of_home_branches(person),
            obligations.c.stage == Stage.OPEN.value,
            obligations.c.opens_on <= now.date(),
        )
    )
    for row in conn.execute(query):
        do = {Kind.REPORT: Do.HELP, Kind.CONTACT: Do.CONTACT, Kind.RETURN: Do.RETURN}[Kind(row.kind)]
        since = date.fromisoformat(row.period) if do is not Do.HELP else None
        late = is_late(row.due_on, row.zone, now)
        waits.append(
            Todo(
                do,
                row.name,
                row.number,
                report_id=row.report_id,
                owed_id=row.id,
                by=row.due_on,
                since=since,
                late=late,
            )
        )
    return waits


def _sessions(conn: Connection, person: Person, now: datetime) -> list[Todo]:
    """Return the branches that have no session ahead and none behind them for a month."""
    last = (
        select(sessions.c.branch_id, func.max(sessions.c.starts_at).label("at"))
        .where(sessions.c.state == SessionState.PLANNED.value)
        .group_by(sessions.c.branch_id)
        .subquery()
    )
    query = (
        select(branches.c.key, last.c.at)
        .outerjoin(last, last.c.branch_id == branches.c.id)
        .where(led_by(person.id))
        .order_by(branches.c.key)
    )
    return [
        Todo(Do.MEET, branch=row.key, since=None if row.at is None else row.at.date())
        for row in conn.execute(query)
        if row.at is None or row.at < now - QUIET_FOR
    ]
