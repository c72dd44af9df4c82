"""Reads rotas from settings or from a file named there, and finds every mistake at once.

Called with what the TOML says and with what `to_json` wrote. Whether a number, a unit or a country exists is not known
here: `handlers.settings_loaded` looks.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from bot.duty.model import Duty, Hours, Override, Rota, Wall
from bot.errors import Mistake, MistakesError
from bot.local_time import zone as zone_of

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SCOPES = ("unit", "region", "country")
_KEYS = frozenset({"name", "scope", "zone", "handover", "members", "since", "hours", "holidays", "overrides"})
_NEEDED = ("name", "zone", "handover", "members", "since")
_OVERRIDE = frozenset({"from", "to", "who"})
_HOURS = re.compile(r"(?P<days>[a-z,\- ]+?)\s+(?P<start>\d\d:\d\d)\s*-\s*(?P<end>\d\d:\d\d)")
_WALL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00)?")
LONGEST_NAME = 80


def parse(values: dict[str, Any], source: str) -> Duty:
    """Return the rotas under `rota` in `values`; MistakesError names every mistake, each with `source`."""
    reader = _Reader(source)
    duty = reader.duty(values)
    if reader.mistakes:
        raise MistakesError(reader.mistakes)
    return duty


def to_json(duty: Duty) -> str:
    """Return rotas as canonical JSON, which `from_json` reads back."""
    return json.dumps({"rota": [_plain(rota) for rota in duty.rotas]}, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=16)
def from_json(body: str) -> Duty:
    """Return the rotas that `to_json` wrote."""
    return parse(json.loads(body), "the stored rotas")


def wall_in(given: Any) -> Wall | None:
    """Read a wall time such as `2026-11-28 09:00`; None when it is none."""
    if isinstance(given, datetime):
        return None if given.tzinfo else Wall(given.date(), given.time().replace(second=0, microsecond=0))
    found = _WALL.fullmatch(given.strip()) if isinstance(given, str) else None
    try:
        return Wall(date.fromisoformat(found[1]), time.fromisoformat(found[2])) if found else None
    except ValueError:
        return None


class _Reader:
    """Reads rota by rota and keeps what is wrong."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.mistakes: list[Mistake] = []
        self.where = source

    def duty(self, values: dict[str, Any]) -> Duty:
        for key in sorted(values.keys() - {"rota"}):
            self.say(key, "there is no such key", "write rotas as [[rota]] tables: name, zone, handover, members…")
        given = values.get("rota", [])
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            self.say("rota", "is no list of tables", "write each rota as a [[rota]] table")
            return Duty()
        found = [self.rota(one, number) for number, one in enumerate(given, start=1)]
        self.where = self.source
        names = Counter(rota.name for rota in found if rota is not None)
        for name, times in names.items():
            if times > 1:
                self.say(f'rota "{name}"', f"stands here {times} times", "give each rota a name of its own")
        return Duty(tuple(rota for rota in found if rota is not None))

    def say(self, where: str, what: str, mend: str) -> None:
        self.mistakes.append(Mistake(f"{self.where}: {where}", what, mend))

    def rota(self, values: dict[str, Any], number: int) -> Rota | None:
        name = values.get("name")
        self.where = (
            f'{self.source}: rota "{name}"' if isinstance(name, str) and name else f"{self.source}: rota {number}"
        )
        before = len(self.mistakes)
        for key in sorted(values.keys() - _KEYS):
            self.say(key, "there is no such key", f"use {', '.join(sorted(_KEYS))}")
        for key in _NEEDED:
            if key not in values:
                self.say(key, "is missing", "write it; config.example.toml shows a whole rota")
        if "name" in values and not (isinstance(name, str) and 0 < len(name.strip()) <= LONGEST_NAME):
            self.say("name", f"is no name of 1 to {LONGEST_NAME} characters", "name it after whom it covers")
        weekday, at = self.handover(values.get("handover", "Mon 09:00"))
        made = Rota(
            name=str(name).strip(),
            scope=self.scope(values.get("scope", [])),
            zone=self.zone(values.get("zone", "Asia/Shanghai")),
            handover_weekday=weekday,
            handover_at=at,
            members=self.members(values.get("members", ["?"])),
            since=self.day("since", values.get("since", "2026-01-01")),
            hours=tuple(self.hours(values.get("hours", []))),
            holidays=frozenset(self.holidays(values.get("holidays", []))),
            overrides=tuple(self.overrides(values.get("overrides", []))),
        )
        return made if len(self.mistakes) == before else None

    def listed(self, key: str, given: Any) -> list[Any]:
        if isinstance(given, list):
            return given
        self.say(key, f"{given!r} is no list", "write it in brackets: [ … ]")
        return []

    def scope(self, given: Any) -> tuple[tuple[str, str], ...]:
        found = []
        for one in self.listed("scope", given):
            kind, colon, value = str(one).partition(":")
            if not colon or kind.strip() not in SCOPES or not value.strip():
                self.say("scope", f"{one!r} is no scope", 'write "unit:PATH", "region:EU" or "country:DE"')
                continue
            found.append((kind.strip(), value.strip() if kind.strip() == "unit" else value.strip().upper()))
        return tuple(found)

    def zone(self, given: Any) -> str:
        try:
            zone_of(str(given))
        except ValueError:
            self.say("zone", f"{given!r} is no time zone", 'write one like "Asia/Shanghai" or "Europe/Berlin"')
        return str(given)

    def handover(self, given: Any) -> tuple[int, time]:
        name, _, clock = str(given).strip().lower().partition(" ")
        weekday, at = _weekday(name), _time(clock.strip())
        if weekday is None or at is None:
            self.say("handover", f"{given!r} is no weekly hand-over", 'write a weekday and a time, like "Mon 09:00"')
            return 0, time(9)
        return weekday, at

    def members(self, given: Any) -> tuple[str, ...]:
        found = self.listed("members", given)
        if isinstance(given, list) and not found:
            self.say("members", "is empty", "name at least one staff number")
        if not all(isinstance(one, str) and one.strip() for one in found):
            self.say("members", "holds something that is no staff number", 'write numbers in quotes, like ["T001"]')
        return tuple(str(one).strip() for one in found)

    def day(self, key: str, given: Any) -> date:
        if isinstance(given, date) and not isinstance(given, datetime):
            return given
        try:
            return date.fromisoformat(str(given))
        except ValueError:
            self.say(key, f"{given!r} is no date", "write it like 2026-12-25")
            return date(2026, 1, 1)

    def holidays(self, given: Any) -> Iterator[date]:
        for one in self.listed("holidays", given):
            yield self.day("holidays", one)

    def hours(self, given: Any) -> Iterator[Hours]:
        for one in self.listed("hours", given):
            found = _HOURS.fullmatch(str(one).strip().lower())
            days = _weekdays(found["days"]) if found else None
            start, end = (_time(found["start"]), _time(found["end"])) if found else (None, None)
            to_midnight = found is not None and found["end"] == "24:00"
            if days is None or start is None or (end is None and not to_midnight):
                self.say("hours", f"{one!r} cannot be read", 'write like "Mon-Fri 08:00-20:00" or "daily 22:00-06:00"')
            else:
                yield Hours(days, start, end)

    def overrides(self, given: Any) -> Iterator[Override]:
        for number, one in enumerate(self.listed("overrides", given), start=1):
            if not isinstance(one, dict) or one.keys() != _OVERRIDE:
                mend = 'write { from = "2026-11-28 09:00", to = "2026-11-30 09:00", who = "T003" }'
                self.say(f"override {number}", "needs from, to and who, and nothing else", mend)
                continue
            start, end = wall_in(one["from"]), wall_in(one["to"])
            for key, wall in (("from", start), ("to", end)):
                if wall is None:
                    self.say(f"override {number} {key}", f"{str(one[key])!r} is no time", "write like 2026-11-28 09:00")
            if not isinstance(one["who"], str) or not one["who"].strip():
                self.say(f"override {number} who", f"{one['who']!r} is no staff number", 'write one, like "T003"')
            elif start is not None and end is not None:
                if end <= start:
                    self.say(f"override {number}", f"ends at {end}, before it begins", f"end it after {start}")
                else:
                    yield Override(start, end, one["who"].strip())


def _time(text: str) -> time | None:
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text)
    return time(int(found[1]), int(found[2])) if found else None


def _weekdays(text: str) -> frozenset[int] | None:
    """Read "Mon-Fri", "Sat,Sun" or "daily"; None when it says something else."""
    if text.strip() == "daily":
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = (name.strip() for name in part.partition("-"))
        begin, end = _weekday(first), _weekday(last or first)
        if begin is None or end is None:
            return None
        found.update((begin + step) % 7 for step in range((end - begin) % 7 + 1))
    return frozenset(found)


def _weekday(text: str) -> int | None:
    return next((day for day, name in enumerate(WEEKDAYS) if text in {name, NAMES[day]}), None)


def _plain(rota: Rota) -> dict[str, Any]:
    return {
        "name": rota.name,
        "scope": [f"{kind}:{value}" for kind, value in rota.scope],
        "zone": rota.zone,
        "handover": f"{WEEKDAYS[rota.handover_weekday]} {rota.handover_at:%H:%M}",
        "members": list(rota.members),
        "since": rota.since.isoformat(),
        "hours": [_hours_text(hours) for hours in rota.hours],
        "holidays": sorted(day.isoformat() for day in rota.holidays),
        "overrides": [{"from": str(one.start), "to": str(one.end), "who": one.who} for one in rota.overrides],
    }


def _hours_text(hours: Hours) -> str:
    days = ",".join(WEEKDAYS[day] for day in sorted(hours.weekdays))
    return f"{days} {hours.start:%H:%M}-{'24:00' if hours.end is None else f'{hours.end:%H:%M}'}"
