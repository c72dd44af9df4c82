"""The board of a roll-call: how many are where, by city, in one cheap look; and who the unheard are, with their phones.

Counts read one table; only a scope that does not see everybody looks at people too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from bot.people.store import people
from bot.rollcalls import store
from bot.rollcalls.model import UNHEARD, MemberState, Rollcall, RollcallState
from bot.rollcalls.store import rollcall_members
from bot.views.scope import Scope

LATEST = 50
MOST_LISTED = 500
"""How many people a worklist shows at once; the counts are always whole."""


@dataclass
class CityRow:
    """One city of a board: who looks after its unheard (`taken_by`, names), and how many of them nobody has."""

    country: str
    city: str
    counts: dict[str, int] = field(default_factory=lambda: {state.value: 0 for state in MemberState})
    taken_by: list[str] = field(default_factory=list)
    untaken: int = 0

    @property
    def total(self) -> int:
        """Return how many people of the roll-call are there."""
        return sum(self.counts.values())

    @property
    def unheard(self) -> int:
        """Return of how many nobody knows how they are."""
        return sum(self.counts[state.value] for state in UNHEARD)


@dataclass(frozen=True)
class Board:
    """A roll-call as a scope sees it: counts by state of a member, and by city, those with most unheard first."""

    rollcall: Rollcall
    author: str
    counts: dict[str, int]
    cities: list[CityRow]
    is_asking: bool
    """Whether people are still being put into it: the counts grow."""

    @property
    def total(self) -> int:
        """Return how many are in it."""
        return sum(self.counts.values())

    @property
    def unheard(self) -> int:
        """Return of how many nobody knows how they are."""
        return sum(self.counts[state.value] for state in UNHEARD)

    @property
    def is_silent(self) -> bool:
        """Tell whether no answer counts as silence by now: the reminders are over."""
        return self.rollcall.silent_at is not None or self.rollcall.state is RollcallState.CLOSED


@dataclass(frozen=True)
class Listed:
    """One person of a roll-call, as a worklist shows her."""

    number: str
    name: str
    phone: str
    city: str
    country: str
    zone: str
    state: str
    at: datetime
    said_by: str
    taken_by: str


def board(conn: Connection, scope: Scope, rollcall_id: int, now: datetime) -> Board | None:
    """Return the board of a roll-call as far as the scope goes; None when there is no such roll-call for it."""
    found = store.by_id(conn, rollcall_id) if rollcall_id < 2**63 else None
    if found is None or found.state is RollcallState.DRAFT:
        return None
    made = _board(conn, scope, found, now)
    mine = scope.viewer_id is None or found.author_id == scope.viewer_id
    return made if made.total or scope.whole or mine else None


def boards(conn: Connection, scope: Scope, now: datetime) -> list[Board]:
    """Return the boards of the latest roll-calls that have started, the newest first."""
    started = [one for one in store.latest(conn, LATEST) if one.state is not RollcallState.DRAFT]
    made = [_board(conn, scope, one, now) for one in started]
    return [one for one in made if one.total or scope.whole or one.rollcall.author_id == scope.viewer_id]


def listed(
    conn: Connection,
    scope: Scope,
    rollcall_id: int,
    now: datetime,
    *,
    country: str | None = None,
    city: str | None = None,
    states: Sequence[MemberState] = (),
    limit: int = MOST_LISTED,
) -> list[Listed]:
    """Return people of a roll-call by name, narrowed to a city and to states where these are given."""
    query = _people(scope, rollcall_id, now)
    if city is not None:
        query = query.where(rollcall_members.c.city == city, rollcall_members.c.country == (country or ""))
    if states:
        query = query.where(rollcall_members.c.state.in_([state.value for state in states]))
    return [_listed(row) for row in conn.execute(query.order_by(people.c.name, people.c.id).limit(limit))]


def _people(scope: Scope, rollcall_id: int, now: datetime) -> Select[Any]:
    author, taker = people.alias("author"), people.alias("taker")
    table = rollcall_members
    columns = (people.c.number, people.c.name, people.c.phone, table.c.city, table.c.country, table.c.zone)
    return (
        select(*columns, table.c.state, table.c.at, author.c.name.label("said_by"), taker.c.name.label("taken_by"))
        .select_from(
            table.join(people, people.c.id == table.c.person_id)
            .outerjoin(author, author.c.id == table.c.author_id)
            .outerjoin(taker, taker.c.id == table.c.taken_by)
        )
        .where(table.c.rollcall_id == rollcall_id, *_within(scope, now))
    )


def _listed(row: Row[Any]) -> Listed:
    values: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    missing = {name: "" for name in ("phone", "said_by", "taken_by") if values[name] is None}
    return Listed(**values | missing)


def _within(scope: Scope, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of a scope; none for whoever sees everybody, so that counting needs no people.

    A counsellor whom she leaves out sees nothing of her here either.
    """
    return () if scope.whole else (scope.students(now.date()), scope.let_in())


def _board(conn: Connection, scope: Scope, found: Rollcall, now: datetime) -> Board:
    table = rollcall_members
    query = select(table.c.country, table.c.city, table.c.state, table.c.taken_by, func.count()).where(
        table.c.rollcall_id == found.id, *_within(scope, now)
    )
    if not scope.whole:
        query = query.join(people, people.c.id == table.c.person_id)
    rows = conn.execute(query.group_by(table.c.country, table.c.city, table.c.state, table.c.taken_by)).all()
    takers = {row.taken_by for row in rows if row.taken_by is not None} | {found.author_id}
    names = {
        row.id: row.name for row in conn.execute(select(people.c.id, people.c.name).where(people.c.id.in_(takers)))
    }
    cities: dict[tuple[str, str], CityRow] = {}
    counts = {state.value: 0 for state in MemberState}
    for country, city, state, taken_by, number in rows:
        row = cities.setdefault((country, city), CityRow(country, city))
        row.counts[state] += number
        counts[state] += number
        if MemberState(state) in UNHEARD:
            row.untaken += number if taken_by is None else 0
            if taken_by in names and names[taken_by] not in row.taken_by:
                row.taken_by.append(names[taken_by])
    by_need = sorted(cities.values(), key=lambda one: (-one.counts["help"], -one.unheard, one.country, one.city))
    is_asking = found.step == 0 and found.state is RollcallState.OPEN
    return Board(found, names.get(found.author_id or 0, ""), counts, by_need, is_asking)
