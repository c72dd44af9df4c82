"""Looks, some hundred students at a time, for whoever has no next question though the programme has one for her."""

from dataclasses import dataclass
from datetime import datetime

from bot.programmes.versions import Programmes
from bot.storage.database import Database
from scheduler.watchdog import without_next

AT_ONCE = 500


@dataclass
class PlanCheck:
    """One way through everybody after the other; `missing` is how many the last one found, or this one so far."""

    missing: int = 0
    _up_to: int = 0
    _so_far: int = 0

    async def go_on(self, database: Database, programmes: Programmes, now: datetime) -> None:
        """Check the next of them; the count is known when all were checked."""
        after = self._up_to
        missing, last = await database.aread(lambda conn: without_next(conn, programmes, now, after, AT_ONCE))
        self._so_far += missing
        if last is not None:
            self._up_to = last
        if last is None or missing:
            self.missing = self._so_far
        if last is None:
            self._up_to, self._so_far = 0, 0
