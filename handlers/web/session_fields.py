"""The fields of the form that makes or changes a session: read into a plan, and filled in again as they were typed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.datastructures import FormData

from bot.local_time import to_wall
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import QUESTIONS, Session
from bot.sessions.reading import instant_in, zone_in
from bot.sessions.rules import LONGEST as LONGEST_SESSION
from bot.sessions.rules import SHORTEST, Plan
from bot.sessions.series import Repeat, repeat_in

NAMES = (
    "branch",
    "title",
    "starts_at",
    "zone",
    "minutes",
    "link",
    "material",
    "rsvp_by",
    "open",
    "sequence",
    "every",
    "times",
    "following",
    "question1",
    "question2",
    "question3",
)
LEADER = "leader"
"""The boxes of who runs it; their numbers stand in a line each under `leaders`."""
LONGEST = 6000
MOST_LEADERS = 50
USUAL_MINUTES = "60"
AT_FIELDS = {
    Fault.BRANCH: "branch",
    Fault.AUDIENCE: "branch",
    Fault.NO_TITLE: "title",
    Fault.NO_TIME: "starts_at",
    Fault.TIME: "starts_at",
    Fault.PAST: "starts_at",
    Fault.FAR: "starts_at",
    Fault.ZONE: "zone",
    Fault.MINUTES: "minutes",
    Fault.LINK: "link",
    Fault.RSVP: "rsvp_by",
    Fault.EVERY: "every",
    Fault.TIMES: "times",
    Fault.MONTH_DAY: "starts_at",
    Fault.SERIES_FAR: "times",
}
"""Which field a fault is about; the others are about the whole."""
_INPUT = "%Y-%m-%dT%H:%M"
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Filled:
    """The form as it stands; what somebody typed is never lost by a mistake in it."""

    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def leaders(self) -> list[str]:
        """Return the numbers of those who were chosen to run it."""
        return self["leaders"].splitlines()


def typed(fields: FormData) -> Filled:
    """Return what was typed."""
    chosen = "\n".join(str(one)[:LONGEST] for one in fields.getlist(LEADER)[:MOST_LEADERS])
    return Filled({name: str(fields.get(name, ""))[:LONGEST].strip() for name in NAMES} | {"leaders": chosen})


def of_session(session: Session, leaders: Iterable[str] = ()) -> Filled:
    """Return a form that says what a session is; `leaders` are the numbers of those who run it."""
    return Filled(
        {
            "title": session.title,
            "starts_at": _shown(session.starts_at, session.zone),
            "zone": session.zone,
            "minutes": str(session.minutes),
            "link": session.link or "",
            "material": session.material or "",
            "rsvp_by": _shown(session.rsvp_by, session.zone),
            "open": "" if session.is_discreet else "on",
            "sequence": str(session.sequence),
            "leaders": "\n".join(leaders),
        }
        | {f"question{number}": one for number, one in enumerate(session.questions, 1)}
    )


def plan_of(filled: Filled) -> Plan:
    """Return what a form asks for; SessionRefused for a field that cannot be read."""
    zone = zone_in(filled["zone"] or None)
    starts_at = instant_in(filled["starts_at"], zone)
    rsvp_by = instant_in(filled["rsvp_by"], zone) if filled["rsvp_by"] else None
    texts = (filled["link"] or None, filled["material"] or None)
    minutes = _minutes(filled["minutes"])
    questions = tuple(filled[f"question{number}"] for number in range(1, QUESTIONS + 1))
    return Plan(filled["title"], starts_at, zone, minutes, *texts, rsvp_by, not filled["open"], questions)


def repeat_of(filled: Filled) -> Repeat | None:
    """Return how it shall repeat; a number of times is left alone where it shall not."""
    return repeat_in(filled["every"], filled["times"]) if filled["every"] else None


def length_of(filled: Filled) -> timedelta:
    """Return how long it shall last; SessionRefused when that is no number of minutes that a session has."""
    minutes = _minutes(filled["minutes"])
    if not SHORTEST <= minutes <= LONGEST_SESSION:
        raise SessionRefused(Fault.MINUTES, minutes)
    return timedelta(minutes=minutes)


def start_of(filled: Filled) -> datetime | None:
    """Return the start that stands in a form, None where none can be read."""
    try:
        return instant_in(filled["starts_at"], zone_in(filled["zone"] or None))
    except SessionRefused:
        return None


def with_start(filled: Filled, instant: str) -> Filled:
    """Put an hour that was picked into a form, on the clock that is chosen there."""
    try:
        shown = _shown(instant_in(instant, "UTC"), zone_in(filled["zone"] or None))
    except SessionRefused:
        return filled
    return Filled(filled.values | {"starts_at": shown})


def changes_of(filled: Filled, before: Session) -> dict[str, Any]:
    """Return what a form changes in a session: a deadline that nobody touched moves along with the start."""
    plan = plan_of(filled)
    found = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
    if not filled["rsvp_by"] or filled["rsvp_by"] == of_session(before)["rsvp_by"]:
        del found["rsvp_by"]
    return found


def _minutes(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise SessionRefused(Fault.MINUTES, text)
    return int(text)


def _shown(instant: datetime, zone: str) -> str:
    return to_wall(instant, zone).strftime(_INPUT)
