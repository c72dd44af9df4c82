"""Once an hour it is looked of what stays remind: registering with the embassy, other forms of reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.engine.stay_reminders import follow
from bot.programmes.versions import Programmes
from bot.reports.forms import OtherForm

BATCH = 100


@dataclass
class Round:
    """The round of one process; `links` say where students register, by country, `forms` what else is handed in."""

    links: Mapping[str, str]
    forms: tuple[OtherForm, ...] = ()
    _looked_at: datetime | None = None

    def work_off(self, conn: Connection, now: datetime, programmes: Programmes) -> int:
        """Do one batch in the caller's transaction and return how much it was; 0 when this hour's work is done."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        programme = programmes.if_any(conn)
        if hour == self._looked_at or programme is None or not (self.links or self.forms):
            return 0
        done = follow(conn, now, programme.quiet, self.links, self.forms, BATCH)
        self._looked_at = hour if done < BATCH else None
        return done
