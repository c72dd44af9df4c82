"""How many rungs of ladders came up, and how many of them quiet hours had moved: with the rules of `bot.engine.ladder`.

`bot.simulation.run` shows it the due rows just before they are worked off.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from bot.engine.ladder import ON_TIME, times_of
from bot.local_time import Quiet
from bot.programmes.model import Programme
from bot.programmes.versions import Programmes
from bot.prompts.model import RUNNING, Prompt

NO_QUIET = Quiet(time(0), time(0))


@dataclass
class Rungs:
    """The rungs that came up, each once by prompt and step, and whether quiet hours had moved it."""

    _moved: dict[tuple[int, int], bool] = field(default_factory=dict)

    def look(self, conn: Connection, due: Iterable[Prompt], programmes: Programmes) -> None:
        """Note the rungs among due rows; a row that is only scheduled opens, which is no rung."""
        versions: dict[int, Programme] = {}
        for row in due:
            if row.state not in RUNNING:
                continue
            if row.version_id not in versions:
                versions[row.version_id] = programmes.version(conn, row.version_id)
            self.note(row, versions[row.version_id])

    @property
    def came_up(self) -> int:
        """Return how many rungs came up."""
        return len(self._moved)

    @property
    def moved(self) -> int:
        """Return how many of them came at another time than their programme names, because of quiet hours."""
        return sum(self._moved.values())

    def note(self, prompt: Prompt, programme: Programme) -> None:
        """Note the rung of a running prompt that has come up."""
        item = programme.item(prompt.item)
        if item is None or prompt.next_at is None or (prompt.id, prompt.step) in self._moved:
            return
        named = times_of(item, prompt.occasion, prompt.opens_at, prompt.zone, NO_QUIET)[prompt.step]
        late_by = timedelta(0) if item.counts_down else _late_by(prompt)
        self._moved[prompt.id, prompt.step] = named + late_by != prompt.next_at


def _late_by(prompt: Prompt) -> timedelta:
    """Return by how much a question that got out late shifts its ladder; that is no matter of quiet hours."""
    delay = _asked(prompt) - prompt.opens_at
    return delay if delay > ON_TIME else timedelta(0)


def _asked(prompt: Prompt) -> datetime:
    return prompt.asked_at or prompt.opens_at
