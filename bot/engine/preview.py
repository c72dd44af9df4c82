"""What would be asked of whom and when, if time passed and everybody answered: the real plan, run forward in memory.

The command `programme preview` calls it, for the version that runs or for one that does not run yet; nothing is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.engine.deciding import ROOM
from bot.engine.facts import load_facts
from bot.engine.ladder import times_of
from bot.engine.person_facts import PersonFacts
from bot.engine.planning import Plan, Wanted, plan
from bot.engine.replanning import LOOK_BACK
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.programmes.model import Programme, Step
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State

NIGHT = timedelta(days=1)
"""Plans are made again every night; a zone that changes with the date shows itself then."""


@dataclass(frozen=True)
class Coming:
    """One question that would be asked: of whom, for what, when (UTC) and in which zone; rungs if nobody answered."""

    number: str
    item: str
    occasion: str
    opens_at: datetime
    zone: str
    rungs: tuple[tuple[Step, datetime], ...]

    @property
    def name(self) -> tuple[str, str, str]:
        """Return what makes this question this one and no other."""
        return self.number, self.item, self.occasion


@dataclass(frozen=True)
class Difference:
    """How one preview differs from another; `moved` pairs the same question before and after."""

    added: tuple[Coming, ...]
    gone: tuple[Coming, ...]
    moved: tuple[tuple[Coming, Coming], ...]

    def __bool__(self) -> bool:
        """Tell whether there is any difference."""
        return bool(self.added or self.gone or self.moved)


def preview(
    conn: Connection, programme: Programme, now: datetime, days: int = 14, person_id: int | None = None
) -> list[Coming]:
    """Return what would be asked from `now` on for so many days under a programme, the soonest first.

    Of everybody, or of one person. What is open already is not asked again and not listed.
    """
    ids = people_store.ids_with_role(conn, RoleKind.STUDENT) if person_id is None else [person_id]
    until = now + timedelta(days=days)
    found: list[Coming] = []
    for piece in people_store.chunks(ids):
        numbers = {person.id: person.number for person in people_store.by_ids(conn, piece).values()}
        rows = prompts_store.of_people(conn, piece, now - LOOK_BACK)
        for known_id, facts in load_facts(conn, piece).items():
            asked = _forward(facts, programme, rows.get(known_id, ()), now, until)
            found += [_coming(numbers[known_id], programme, row) for row in asked]
    return sorted(found, key=lambda coming: (coming.opens_at, coming.name))


def difference(before: Sequence[Coming], after: Sequence[Coming]) -> Difference:
    """Return what a second preview adds to the first, what it no longer has, and what it asks at another time."""
    old = {coming.name: coming for coming in before}
    new = {coming.name: coming for coming in after}
    return Difference(
        added=tuple(coming for coming in after if coming.name not in old),
        gone=tuple(coming for coming in before if coming.name not in new),
        moved=tuple(
            (old[coming.name], coming) for coming in after if coming.name in old and old[coming.name] != coming
        ),
    )


def _forward(
    facts: PersonFacts, programme: Programme, existing: Sequence[Prompt], now: datetime, until: datetime
) -> list[Prompt]:
    """Plan, take what opens next as asked and answered, and plan again, until the end."""
    rows = {row.id: row for row in existing}
    asked: list[Prompt] = []
    while True:
        _apply(plan(facts, programme, list(rows.values()), now), rows)
        ahead = [row for row in rows.values() if row.state is State.SCHEDULED]
        following = min(ahead, key=lambda row: (row.opens_at, row.item), default=None)
        wakes = now + NIGHT if facts.moves else until
        if following is not None and following.opens_at <= min(wakes, until):
            asked.append(following)
            rows[following.id] = replace(following, state=State.ANSWERED)
            now = max(now, following.opens_at)
        elif wakes < until:
            now = wakes
        else:
            return asked


def _apply(made: Plan, rows: dict[int, Prompt]) -> None:
    for row in made.cancel:
        rows[row.id] = replace(row, state=State.WITHDRAWN)
    for row, wanted in [*made.move, *made.revive]:
        rows[row.id] = _row(row.id, wanted)
    for wanted in made.insert:
        row_id = min(rows, default=0)
        row_id = min(row_id, 0) - 1  # rows that are only imagined count downwards from zero
        rows[row_id] = _row(row_id, wanted)


def _row(row_id: int, wanted: Wanted) -> Prompt:
    occurrence = wanted.occurrence
    return Prompt(
        id=row_id,
        person_id=wanted.person_id,
        item=wanted.item.key,
        kind=wanted.item.kind.value,
        occasion=occurrence.occasion,
        version_id=wanted.version_id,
        trip_id=occurrence.trip_id,
        zone=occurrence.zone,
        state=State.SCHEDULED,
        opens_at=occurrence.opens_at,
        due_at=wanted.due_at,
        next_at=occurrence.opens_at,
        step=0,
    )


def _coming(number: str, programme: Programme, row: Prompt) -> Coming:
    item = programme.item(row.item)
    steps: tuple[tuple[Step, datetime], ...] = ()
    if item is not None:
        times = times_of(item, row.occasion, row.opens_at, row.zone, programme.quiet)
        last = len(times) - 1
        steps = tuple(
            (rung.step, at)
            for index, (rung, at) in enumerate(zip(item.ladder, times, strict=True))
            if index == last or not item.counts_down or at > row.opens_at + ROOM
        )
    return Coming(number, row.item, row.occasion, row.opens_at, row.zone, steps)
