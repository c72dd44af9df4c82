"""Reports as staff see them: whose they may read, the list with states, and one of them. Drafts are never shown.

Her counsellor, coordinators and the office read what she has handed in, within their scope; so does her supervisor, who
sees nothing of safety. Whoever only reads, or is only the psychological support, sees none.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, or_, select

from bot.people.model import Person, RoleKind
from bot.people.store import people
from bot.prompts.store import prompts
from bot.reports.model import WRITABLE, Report, ReportState
from bot.reports.rules import state_of
from bot.reports.store import from_row, reports
from bot.trips.store import trips
from bot.views.scope import Scope, scope_of

MOST = 200
"""Lines of the list."""
_ORDER = (
    *(ReportState.SUBMITTED, ReportState.UNDELIVERED, ReportState.RETURNED, ReportState.REMINDED, ReportState.ASKED),
    *(ReportState.DRAFTING, ReportState.ACCEPTED, ReportState.EXCUSED, ReportState.WITHDRAWN),
)
CHASEABLE = frozenset(
    {ReportState.ASKED, ReportState.REMINDED, ReportState.DRAFTING, ReportState.RETURNED, ReportState.UNDELIVERED}
)


@dataclass(frozen=True)
class Readers:
    """Whose reports somebody may read, and whom that person may chase, extend and excuse: conditions on `people`."""

    reads: ColumnElement[bool]
    cares: ColumnElement[bool]


@dataclass(frozen=True)
class Listed:
    """One line of the list; `due_at` is None while nobody is asked for it."""

    report: Report
    state: ReportState
    number: str
    name: str
    host: str
    city: str
    country: str
    returns: date
    due_at: datetime | None
    cares: bool


def everyone(now: datetime) -> Readers:
    """Return what the operator at the command line may read."""
    all_of_them = Scope.everything().students(now.date())
    return Readers(all_of_them, all_of_them)


def readers_of(conn: Connection, person: Person, now: datetime) -> Readers | None:
    """Return whose reports somebody may read; None for whoever may read nobody's."""
    scope = scope_of(conn, person)
    cares: ColumnElement[bool] = false()
    if scope is not None:
        scope = replace(scope, support=False)
        if scope.whole or scope.own or scope.units or scope.countries:
            cares = and_(scope.students(now.date()), scope.let_in())
        else:
            scope = None
    supervises = person.has_role(RoleKind.SUPERVISOR)
    if scope is None and not supervises:
        return None
    hers = people.c.supervisor_id == person.id if supervises else false()
    return Readers(or_(cares, hers), cares)


def list_reports(
    conn: Connection, readers: Readers, now: datetime, state: str = ""
) -> tuple[list[Listed], dict[str, int]]:
    """Return the reports in a state ("" for all), what waits for a reader first, and how many there are by state."""
    query = _query(readers).order_by(reports.c.submitted_at, trips.c.returns, people.c.number)
    found = [one for row in conn.execute(query) if (one := _listed(row, now)) is not None]
    counts = Counter(one.state.value for one in found)
    return in_order(one for one in found if state in {"", one.state.value}), dict(counts)


def in_order(found: Iterable[Listed]) -> list[Listed]:
    """Return reports with what waits for a reader first."""
    return sorted(found, key=lambda one: _ORDER.index(one.state))


def one_report(conn: Connection, readers: Readers, report_id: int, now: datetime) -> Listed | None:
    """Return one report; None when there is no such report for this reader, without saying which."""
    row = conn.execute(_query(readers).where(reports.c.id == report_id)).one_or_none()
    return None if row is None else _listed(row, now)


def to_review(conn: Connection, readers: Readers) -> int:
    """Count what is handed in and waits for a reader."""
    query = select(func.count()).select_from(reports).join(people, people.c.id == reports.c.person_id)
    return int(conn.execute(query.where(reports.c.stage == "submitted", readers.reads)).scalar_one())


def waiting_for(conn: Connection, person: Person, now: datetime) -> int:
    """Count the same for a member of staff; 0 for whoever may read nobody's."""
    readers = readers_of(conn, person, now)
    return 0 if readers is None else to_review(conn, readers)


def _query(readers: Readers) -> Select[Any]:
    return (
        select(
            *reports.c,
            people.c.number.label("of_number"),
            people.c.name.label("of_name"),
            trips.c.host,
            trips.c.city,
            trips.c.country,
            trips.c.returns,
            prompts.c.asked_at,
            prompts.c.reminded_at,
            prompts.c.due_at,
            readers.cares.label("cares"),
        )
        .join(people, people.c.id == reports.c.person_id)
        .join(trips, trips.c.id == reports.c.trip_id)
        .outerjoin(prompts, prompts.c.id == reports.c.prompt_id)
        .where(readers.reads)
    )


def _listed(row: Row[Any], now: datetime) -> Listed | None:
    report = from_row(row)
    asked = report.prompt_id is None or row.asked_at is not None
    state = state_of(report, was_asked=asked, was_reminded=row.reminded_at is not None, now=now)
    if report.prompt_id is None and state is ReportState.ASKED:
        return None  # she has looked at it by herself, and nobody has asked
    due_at = row.due_at if report.stage in WRITABLE else None
    texts = (row.of_number, row.of_name, row.host, row.city, row.country)
    return Listed(report, state, *texts, row.returns, due_at, bool(row.cares))
