"""Every case that somebody may see: open ones first, counted by state, thirty at a time.

Called by the console and by the command `cases`. A case is seen by whoever has its student in scope, and by staff who
were told of it; a hard week by whom she chose and nobody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select

from bot.cases.model import GIVEN_UP, Case, CaseState, Reason
from bot.cases.store import case_alarms, cases, from_row
from bot.people import store as people_store
from bot.people.store import people
from bot.policies import store as policies_store
from bot.policies.model import Policies, Whom
from bot.views.case_next import Next, what_next
from bot.views.scope import Scope
from bot.views.whereabouts import where_all

PAGE = 30
_RANK = {CaseState.OPEN: 0, CaseState.ACKNOWLEDGED: 1, CaseState.SNOOZED: 2, CaseState.RESOLVED: 3}


@dataclass(frozen=True)
class CaseFilter:
    """What the list is narrowed to; an empty state means whatever is not over."""

    state: str = ""
    reason: str = ""
    page: int = 1


@dataclass(frozen=True)
class CaseRow:
    """One case: whose it is, where she is now, who has it (`by`), and what comes next; instants are UTC."""

    case: Case
    number: str
    name: str
    unit: str
    city: str
    country: str
    zone: str
    by: str
    next: Next


@dataclass(frozen=True)
class CaseList:
    """One page of the list; `counts` by state hold for the reason that is chosen."""

    rows: list[CaseRow]
    counts: dict[CaseState, int]
    page: int
    pages: int


def case_list(conn: Connection, scope: Scope, now: datetime, chosen: CaseFilter) -> CaseList:
    """Return one page of the cases that a scope may see."""
    seen = visible(scope, now)
    if chosen.reason:
        seen = and_(seen, cases.c.reason == chosen.reason)
    counted = select(cases.c.state, func.count()).join(people, people.c.id == cases.c.person_id).where(seen)
    found = {row[0]: int(row[1]) for row in conn.execute(counted.group_by(cases.c.state))}
    counts = {state: found.get(state.value, 0) for state in CaseState}
    shown = sum(number for state, number in counts.items() if _shows(chosen.state, state))
    pages = max(1, -(-shown // PAGE))
    page = min(max(1, chosen.page), pages)
    query = _ordered(seen, chosen.state).limit(PAGE).offset((page - 1) * PAGE)
    rows = rows_of(conn, [from_row(row) for row in conn.execute(query)], now)
    return CaseList(rows, counts, page, pages)


def all_cases(conn: Connection, scope: Scope, now: datetime, state: str = "", reason: str = "") -> list[CaseRow]:
    """Return every case that a scope may see, whatever its state unless one is named; in the order of the list."""
    seen = visible(scope, now)
    if reason:
        seen = and_(seen, cases.c.reason == reason)
    found = [from_row(row) for row in conn.execute(_ordered(seen, state, over=True))]
    return rows_of(conn, found, now)


def visible(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `cases` joined to `people` that holds for what a scope may see of cases."""
    is_hard = cases.c.reason == Reason.HARD.value
    in_scope = scope.students(now.astimezone(UTC).date())
    hard = and_(
        is_hard,
        in_scope,
        scope.hard_is_visible(cases.c.share_with),
        or_(cases.c.outcome.is_(None), cases.c.outcome.not_in(sorted(GIVEN_UP))),
    )
    if scope.viewer_id is None:
        return or_(and_(~is_hard, in_scope), hard)
    told = exists(
        select(case_alarms.c.id).where(
            case_alarms.c.case_id == cases.c.id,
            case_alarms.c.person_id == scope.viewer_id,
            case_alarms.c.role != Whom.BUDDY.value,
        )
    )
    return or_(and_(~is_hard, or_(and_(in_scope, scope.let_in()), told)), hard)


def rows_of(conn: Connection, found: Sequence[Case], now: datetime) -> list[CaseRow]:
    """Return cases with everything that a list says of them, with a fixed number of queries."""
    named = people_store.by_ids(conn, _people_in(found))
    paths = people_store.unit_paths(conn)
    places = where_all(conn, [named[one.person_id] for one in found if one.person_id in named], now)
    versions: dict[int | None, Policies] = {}
    rows = []
    for one in found:
        student, here = named[one.person_id], places[one.person_id]
        if one.policy_id not in versions:
            versions[one.policy_id] = policies_store.version(conn, one.policy_id)
        taker = named.get(one.acknowledged_by or 0)
        rows.append(
            CaseRow(
                case=one,
                number=student.number,
                name=student.name,
                unit=paths.get(student.unit_id or 0, ""),
                city=here.city,
                country=here.country,
                zone=here.zone,
                by=taker.name if taker else "",
                next=what_next(one, versions[one.policy_id].of[one.reason.value]),
            )
        )
    return rows


def _ordered(seen: ColumnElement[bool], state: str, *, over: bool = False) -> Select[Any]:
    rank = case({one.value: number for one, number in _RANK.items()}, value=cases.c.state)
    urgent = case((cases.c.reason == Reason.URGENT.value, 0), else_=1)
    query = select(cases).join(people, people.c.id == cases.c.person_id).where(seen)
    if state:
        query = query.where(cases.c.state == state)
    elif not over:
        query = query.where(cases.c.state != CaseState.RESOLVED.value)
    if state == CaseState.RESOLVED.value:
        return query.order_by(cases.c.resolved_at.desc(), cases.c.id.desc())
    return query.order_by(rank, urgent, cases.c.opened_at, cases.c.id)


def _shows(chosen: str, state: CaseState) -> bool:
    return state.value == chosen if chosen else state is not CaseState.RESOLVED


def _people_in(found: Iterable[Case]) -> set[int]:
    return {one for row in found for one in (row.person_id, row.acknowledged_by) if one is not None}
