"""A rota of the duty phone: whose turn it is from week to week, for which students, and the exceptions."""

from dataclasses import dataclass
from datetime import date, datetime, time

from bot.local_time import to_instant


@dataclass(frozen=True, order=True)
class Wall:
    """A date and time on the wall of a rota's zone."""

    day: date
    at: time

    def instant(self, zone: str) -> datetime:
        """Return the UTC instant at which the wall of a zone shows it."""
        return to_instant(self.day, self.at, zone)

    def __str__(self) -> str:
        """Return it as the settings write it: `2026-11-28 09:00`."""
        return f"{self.day.isoformat()} {self.at:%H:%M}"


@dataclass(frozen=True)
class Hours:
    """When a rota is staffed on some weekdays (0: Monday); an end of None is midnight, an earlier one the next day."""

    weekdays: frozenset[int]
    start: time
    end: time | None


@dataclass(frozen=True)
class Override:
    """Somebody else (by number) is on from `start` until before `end`, whatever the turn, hours or holidays say.

    `id` is set for one that was made by command or in the console.
    """

    start: Wall
    end: Wall
    who: str
    id: int | None = None


@dataclass(frozen=True)
class Rota:
    """One rota. `scope` as (kind, value) with the kinds unit, region and country; empty: it covers everybody.

    The first member's turn begins on the date `since`, each next one's at the weekly hand-over. Without `hours` it is
    always staffed; on a holiday the turn does not work. Of several overrides the last one in the list counts.
    """

    name: str
    scope: tuple[tuple[str, str], ...]
    zone: str
    handover_weekday: int
    handover_at: time
    members: tuple[str, ...]
    since: date
    hours: tuple[Hours, ...] = ()
    holidays: frozenset[date] = frozenset()
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True)
class Duty:
    """All rotas of a school."""

    rotas: tuple[Rota, ...] = ()

    @property
    def numbers(self) -> list[str]:
        """Return the staff numbers that any rota names, each once, in order."""
        named = [rota.members for rota in self.rotas]
        stand_ins = [tuple(override.who for override in rota.overrides) for rota in self.rotas]
        return sorted({number for numbers in (*named, *stand_ins) for number in numbers})


@dataclass(frozen=True)
class Shift:
    """A span of a rota, from `start` until before `end` (UTC): `who` is on (a number), or nobody (None)."""

    start: datetime
    end: datetime
    who: str | None
