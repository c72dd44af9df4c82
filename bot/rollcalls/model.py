"""Are you safe? One question to everyone in an area: what is asked of whom, and what each of them said."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

KIND = "rollcall"
"""The kind and the item of its prompts."""
OCCASION = "rollcall:"
"""Begins the occasion of its prompts."""


class RollcallState(StrEnum):
    """Where a roll-call is."""

    DRAFT = "draft"  # counted, and nobody was asked yet
    OPEN = "open"
    CLOSED = "closed"


class Word(StrEnum):
    """What somebody says of herself, or what is said on her behalf."""

    SAFE = "safe"
    HELP = "help"
    ELSEWHERE = "elsewhere"  # not in the area


class MemberState(StrEnum):
    """Where one person of a roll-call is; the words are `Word`'s."""

    HELP = "help"
    UNREACHED = "unreached"  # no address works: she cannot be asked here
    NOT_ASKED = "not_asked"  # the question is not out yet, or never got out: ours, not hers
    ASKED = "asked"  # has the question and said nothing; once the reminders are over, that is silence
    WROTE = "wrote"  # said something else after she was asked
    ELSEWHERE = "elsewhere"
    SAFE = "safe"
    LEFT = "left"  # left the service meanwhile


UNHEARD = frozenset({MemberState.UNREACHED, MemberState.NOT_ASKED, MemberState.ASKED})
"""Nobody knows how she is: somebody must find out."""


class Reach(StrEnum):
    """How the question can get to somebody."""

    NOW = "now"
    MAIL = "mail"  # by mail only
    LOOKS = "looks"  # a page that waits for her to look
    NONE = "none"


@dataclass(frozen=True)
class Circle:
    """A circle on the earth: degrees, and kilometres around them."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True)
class Area:
    """Who is meant: by place (any of them), by group (any of them), or both, which then narrow each other.

    `cities` are (name, country or "" for any). A place or a unit means those who are abroad now, a list
    everybody on it.
    """

    countries: tuple[str, ...] = ()
    cities: tuple[tuple[str, str], ...] = ()
    circle: Circle | None = None
    units: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def has_place(self) -> bool:
        """Tell whether it says where."""
        return bool(self.countries or self.cities or self.circle)

    @property
    def has_group(self) -> bool:
        """Tell whether it says which group."""
        return bool(self.units or self.branches or self.numbers)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Area":
        """Return the area that `to_json` wrote."""
        circle = value.get("circle")
        return cls(
            countries=tuple(value.get("countries", ())),
            cities=tuple((name, country) for name, country in value.get("cities", ())),
            circle=None if circle is None else Circle(**circle),
            units=tuple(value.get("units", ())),
            branches=tuple(value.get("branches", ())),
            numbers=tuple(value.get("numbers", ())),
        )


@dataclass(frozen=True)
class Rollcall:
    """One row of `rollcalls`; `step` is the step of its clock that `next_at` brings, `cursor` how far that step is.

    `author_id` is None for the operator at the command line.
    """

    id: int
    author_id: int | None
    is_drill: bool
    state: RollcallState
    what: str
    area: Area
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    closed_by: int | None
    step: int
    next_at: datetime | None
    cursor: int
    silent_at: datetime | None
    token: str | None
    token_until: datetime | None

    @property
    def occasion(self) -> str:
        """Return the occasion of its prompts."""
        return f"{OCCASION}{self.id}"


def rollcall_in(occasion: str) -> int:
    """Return the roll-call that an occasion names; ValueError when it names none."""
    if not occasion.startswith(OCCASION):
        raise ValueError("the occasion of another kind of question")
    return int(occasion.removeprefix(OCCASION))
