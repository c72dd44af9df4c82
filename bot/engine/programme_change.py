"""What a changed programme would change, in figures that a person can judge: who is asked more, what moves in or out
of the night. Made from the real plan, run forward in memory; the page of the programme shows it before anything is
loaded.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.engine.preview import Coming, difference, preview
from bot.local_time import to_wall
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.programmes.model import Programme
from bot.programmes.store import latest_id
from bot.programmes.versions import Programmes

DAYS = 28
MOST = 1000
"""How many students are looked at; of more, so many evenly spread ones."""
NIGHT_FROM, NIGHT_TO = 22, 7
"""The hours of the night on a wall clock, for saying what moves in or out of it."""


@dataclass(frozen=True)
class ItemCount:
    """How often one item is asked in `DAYS` days under the running programme and under the proposed one."""

    item: str
    kind: str
    before: int
    after: int
    moved: int


@dataclass(frozen=True)
class ProgrammeChange:
    """The difference. `more` and `fewer` count people by how many times more or fewer they are asked.

    `looked_at` students of `students` were looked at. Rungs are counted once per item and step.
    """

    running: int | None
    students: int
    looked_at: int
    items: tuple[ItemCount, ...]
    more: tuple[tuple[int, int], ...]
    fewer: tuple[tuple[int, int], ...]
    out_of_night: int
    into_night: int

    def __bool__(self) -> bool:
        """Tell whether anybody would notice."""
        counts = any(one.before != one.after or one.moved for one in self.items)
        return counts or bool(self.more or self.fewer or self.out_of_night or self.into_night)


def programme_change(
    conn: Connection, programmes: Programmes, proposed: Programme, now: datetime, most: int = MOST
) -> ProgrammeChange:
    """Return what would change from `now` on if the proposed programme ran."""
    everybody = people_store.ids_with_role(conn, RoleKind.STUDENT)
    step = max(1, -(-len(everybody) // most))
    chosen = everybody[::step]
    running = programmes.current(conn) if latest_id(conn) is not None else None
    before: list[Coming] = []
    after: list[Coming] = []
    for one in chosen:
        after += preview(conn, proposed, now, DAYS, one)
        if running is not None:
            before += preview(conn, running, now, DAYS, one)
    more, fewer = _more_and_fewer(before, after)
    kinds = {one.key: one.kind.value for programme in (running, proposed) if programme for one in programme.items}
    night_before, night_after = _in_the_night(before), _in_the_night(after)
    return ProgrammeChange(
        running=running.version_id if running is not None else None,
        students=len(everybody),
        looked_at=len(chosen),
        items=_by_item(before, after, kinds),
        more=more,
        fewer=fewer,
        out_of_night=len(night_before - night_after),
        into_night=len(night_after - night_before),
    )


def _by_item(before: Sequence[Coming], after: Sequence[Coming], kinds: dict[str, str]) -> tuple[ItemCount, ...]:
    old, new = Counter(one.item for one in before), Counter(one.item for one in after)
    moved = Counter(later.item for _, later in difference(before, after).moved)
    return tuple(ItemCount(item, kinds[item], old[item], new[item], moved[item]) for item in sorted({*old, *new}))


_Groups = tuple[tuple[int, int], ...]


def _more_and_fewer(before: Sequence[Coming], after: Sequence[Coming]) -> tuple[_Groups, _Groups]:
    """Group people by how many times more or fewer they are asked: (times, people), the largest change first."""
    old, new = Counter(one.number for one in before), Counter(one.number for one in after)
    changes = Counter(new[number] - old[number] for number in {*old, *new})
    more = sorted(((times, people) for times, people in changes.items() if times > 0), reverse=True)
    fewer = sorted(((-times, people) for times, people in changes.items() if times < 0), reverse=True)
    return tuple(more), tuple(fewer)


def _in_the_night(coming: Sequence[Coming]) -> set[tuple[str, str]]:
    """Return item and step of whatever falls into the night for anybody; the question itself counts as a step."""
    found: set[tuple[str, str]] = set()
    for one in coming:
        times = [("question", one.opens_at), *((f"{place}", at) for place, (_, at) in enumerate(one.rungs))]
        found |= {(one.item, step) for step, at in times if _is_night(at, one.zone)}
    return found


def _is_night(at: datetime, zone: str) -> bool:
    hour = to_wall(at, zone).hour
    return hour >= NIGHT_FROM or hour < NIGHT_TO
