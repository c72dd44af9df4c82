"""Words for a group that no bot may enter: what somebody pastes there, with the local times of those who are in it.

Called by the console and by `yanxin notice`. A notice never says who has not answered: nothing of a person goes into
it, and words that name such a student are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, literal, or_, select

from bot.engine.rollcall_areas import check
from bot.engine.rollcall_people import meant
from bot.errors import UsageError
from bot.local_time import to_wall
from bot.people.store import people
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.rollcalls import store as rollcalls
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, RollcallState
from bot.sessions.model import KIND as SESSION

LONGEST = 1500
MOST_CITIES = 8
"""How many cities stand beside one time; whoever is elsewhere on the same clock finds the time all the same."""
SHORTEST_NAME = 2
_OF_A_NOTICE = {
    Fault.NO_AREA: "A notice with a time needs to know whose local times: "
    "--country, --city, --unit, --branch or --numbers",
    Fault.CITY: "The city {value!r} is not known and nobody of yours is there; check the spelling, or name its country",
}
"""What the command line says of an area here, where it would speak of a roll-call."""
_SILENT = [one.value for one in (State.OPEN, State.LATE, State.MISSED, State.UNREACHED, State.NOT_ASKED)]


class NamesSomebodyError(UsageError):
    """The words name a student who has not answered."""

    def __init__(self) -> None:
        """Say so without the name."""
        super().__init__("the words name a student who has not answered; a notice to a group never does: take it out")


class NobodyThereError(UsageError):
    """No student is where local times were wanted for."""

    def __init__(self) -> None:
        """Say what to do about it."""
        super().__init__(
            "no student is there now, so there are no local times to write; "
            "choose another place or unit, or leave the time out"
        )


@dataclass(frozen=True)
class Wish:
    """What is to be said: a roll-call that is on, a meeting, or words; `at` is an instant to show in local times."""

    rollcall_id: int | None = None
    is_meeting: bool = False
    text: str = ""
    at: datetime | None = None
    link: str = ""


def context_of(conn: Connection, wish: Wish, area: Area, within: ColumnElement[bool], now: datetime) -> dict[str, Any]:
    """Return what the template `notice` needs; UsageError or RollcallRefused when it cannot be said so."""
    context: dict[str, Any] = {
        "kind": "text",
        "text": wish.text.strip()[:LONGEST],
        "meets_at": wish.at,
        "link": wish.link,
    }
    if wish.link and not wish.link.startswith(("https://", "http://")):
        raise UsageError("the link must begin with https://")
    if wish.rollcall_id is not None:
        found = rollcalls.by_id(conn, wish.rollcall_id)
        if found is None or found.state is not RollcallState.OPEN:
            raise RollcallRefused(Fault.UNKNOWN, wish.rollcall_id)
        context |= {"kind": "rollcall", "text": found.what, "drill": found.is_drill}
    elif wish.is_meeting:
        if wish.at is None:
            raise UsageError("say when the meeting is")
        context["kind"] = "meeting"
    elif not context["text"]:
        raise UsageError("say something: a roll-call that is on, a meeting, or words of your own")
    if _names_somebody(conn, context["text"], within):
        raise NamesSomebodyError
    context["times"] = [] if wish.at is None else _times(conn, area, within, wish.at, now)
    return context


def _times(
    conn: Connection, area: Area, within: ColumnElement[bool], at: datetime, now: datetime
) -> list[dict[str, Any]]:
    """Return the walls of the group at an instant, the earliest first, each with the cities where it is so late."""
    try:
        check(conn, area, within)
    except RollcallRefused as error:
        raise RollcallRefused(error.fault, error.value, _OF_A_NOTICE.get(error.fault, "")) from None
    cities: dict[tuple[Any, ...], tuple[str, dict[tuple[str, str], int]]] = {}
    after: int | None = 0
    while after is not None:
        found, after = meant(conn, area, within, now, after)
        for one in found:
            wall = to_wall(at, one.zone).replace(tzinfo=None)
            _, here = cities.setdefault((wall,), (one.zone, {}))
            here[one.city, one.country] = here.get((one.city, one.country), 0) + 1
    if not cities:
        raise NobodyThereError
    return [
        {"zone": zone, "cities": _largest(here), "more": max(len(here) - MOST_CITIES, 0)}
        for _, (zone, here) in sorted(cities.items())
    ]


def _largest(here: dict[tuple[str, str], int]) -> list[list[str]]:
    ranked: Sequence[tuple[str, str]] = sorted(here, key=lambda place: (-here[place], place))
    return [list(place) for place in ranked[:MOST_CITIES]]


def _names_somebody(conn: Connection, text: str, within: ColumnElement[bool]) -> bool:
    """Tell whether words hold the name or the number of a student in scope who owes an answer."""
    owed = (prompts.c.person_id == people.c.id, prompts.c.state.in_(_SILENT), prompts.c.kind != SESSION)
    owes = exists(select(prompts.c.id).where(*owed))
    said = literal(text)
    named = [said.contains(column) for column in (people.c.name, people.c.number)]
    long_enough = func.length(people.c.name) >= SHORTEST_NAME
    query = select(people.c.id).where(within, owes, long_enough, or_(*named)).limit(1)
    return conn.execute(query).first() is not None
