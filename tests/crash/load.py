"""What a crash test asks of the service: a programme, a roster, and when which question must have been opened.

Half of the students land at one and the same second (one batch), the others one after the other; what follows is asked
at whole minutes after the landing, and of everybody at once at whole minutes of the clock.
"""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.local_time import to_wall

COUNSELLORS = ("C1", "C2", "C3")
OFFICE = ("O1", "O2")
FIRST_AFTER = timedelta(seconds=4)
SPREAD_SECONDS = 24
ONE_OF = 3  # every third minute asks everybody at once
HEAD = '[quiet]\nstart = "00:00"\nend = "00:00"\n'
LANDING = """
[[item]]
key = "landing_{minute}"
kind = "landing"
[item.when]
anchor = "landing"
after = "PT{minute}M"
unknown = {{ days = 300, at = "10:00" }}
[[item.rung]]
step = "remind"
after = "PT1M"
[[item.rung]]
step = "missed"
after = "PT{missed}M"
"""
DAILY = """
[[item]]
key = "daily_{at:%H%M}"
kind = "checkin"
[item.when]
at = "{at:%H:%M}"
rule = "FREQ=DAILY"
[[item.rung]]
step = "remind"
after = "PT1M"
[[item.rung]]
step = "missed"
after = "PT20H"
"""


@dataclass(frozen=True)
class Load:
    """How much is asked; `minutes` are those in which something new is asked after the landing, 0 for the landing."""

    start: datetime
    students: int = 180
    newcomers: int = 12
    minutes: int = 0
    seed: int = 1
    landings: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Decide when each student lands."""
        rng = random.Random(self.seed)
        together = self.start + FIRST_AFTER * 2
        for index, number in enumerate(self.numbers):
            apart = self.start + FIRST_AFTER + timedelta(seconds=rng.uniform(0, SPREAD_SECONDS))
            self.landings[number] = together if index % 2 else apart

    @property
    def numbers(self) -> list[str]:
        """Every student, those included who link their account only on the way."""
        return [f"S{index:04}" for index in range(self.students + self.newcomers)]

    @property
    def linked(self) -> list[str]:
        """Whoever is linked before the service starts."""
        return self.numbers[: self.students]

    @property
    def ends(self) -> datetime:
        """When the last question is opened."""
        return max(at for _, _, at in self.openings())

    def helpers_of(self, number: str) -> list[str]:
        """Whom an alarm about a student goes to."""
        return [self.counsellor_of(number), *OFFICE]

    def counsellor_of(self, number: str) -> str:
        return COUNSELLORS[int(number[1:]) % len(COUNSELLORS)]

    def openings(self) -> list[tuple[str, str, datetime]]:
        """Every question as (number, item, when)."""
        after = [(f"landing_{minute}", timedelta(minutes=minute)) for minute in range(self.minutes + 1)]
        found = [(number, item, self.landings[number] + delay) for number in self.numbers for item, delay in after]
        return found + [(number, f"daily_{at:%H%M}", at) for number in self.numbers for at in self._daily()]

    def programme(self) -> str:
        """Return the programme as TOML; silence after the landing itself goes to staff three minutes later."""
        items = [
            LANDING.format(minute=minute, missed=3 if minute == 0 and self.minutes else 1200)
            for minute in range(self.minutes + 1)
        ]
        return HEAD + "".join([*items, *(DAILY.format(at=at) for at in self._daily())])

    def sheets(self) -> dict[str, str]:
        """Return the roster, each sheet as the text of a .csv."""
        awake = _daytime_zone(self.start)
        people = ["number,name,unit,role,zone,language,counsellor"]
        people += [f"{number},Wang {number},University,counsellor,{awake},en," for number in COUNSELLORS]
        people += [f"{number},Han {number},University,office,{awake},en," for number in OFFICE]
        people += [f"{one},Student {one},University,student,,en,{self.counsellor_of(one)}" for one in self.numbers]
        departs, returns = date(2026, 1, 1), date(2030, 1, 1)
        trips = ["trip,number,host,city,country,zone,departs,returns,type"]
        trips += [f"T{one},{one},Host,London,GB,Africa/Abidjan,{departs},{returns},degree" for one in self.numbers]
        return {"people": "\n".join([*people, ""]), "trips": "\n".join([*trips, ""])}

    def settings(self, folder: Any, database_url: str, telegram: dict[str, Any], port: int) -> dict[str, Any]:
        """Return the settings of the service as TOML values."""
        return {
            "service": {"port": port, "base_url": f"http://127.0.0.1:{port}", "language": "en"},
            "database": {"url": database_url},
            "security": {"key_file": f"{folder}/keys.txt"},
            "programme": {"file": f"{folder}/programme.toml"},
            "channels": {"web": {"enabled": False}, "telegram": telegram},
            "limits": {"telegram_messages_per_second": 60, "telegram_messages_per_chat_per_second": 20},
        }

    def _daily(self) -> list[datetime]:
        """Return the minutes of the clock at which everybody is asked; none in a short round."""
        first = (self.start + FIRST_AFTER).replace(second=0, microsecond=0) + timedelta(minutes=1)
        return [first + timedelta(minutes=minute) for minute in range(0, self.minutes, ONE_OF)]


def _daytime_zone(now: datetime) -> str:
    """Return a zone in which it is day, so that staff hear at once of what is not urgent."""
    zones = ("Asia/Shanghai", "Europe/London", "America/Los_Angeles")
    return min(zones, key=lambda zone: abs(to_wall(now, zone).hour - 14))
