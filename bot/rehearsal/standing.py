"""Where the clock of a rehearsal stands, as a row of its database: written ahead of time, read at the next start.

What is written is how far the clock may go before it is written again, so that nothing anybody saw is ever later than
that. Commands read it too: for them it is what time it is.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, inspect
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import SystemClock
from bot.errors import YanxinError
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage import state
from bot.storage.engine import make_engine, parse_url
from bot.storage.marks import REHEARSAL
from bot.storage.opening import sqlite_file

LEASE = "rehearsal"
"""The lease of the one process that moves the clock."""


@dataclass(frozen=True)
class Standing:
    """The clock stood at `since` when it was really `real_at`, and flows `pace` times as fast up to `until`.

    `speed` is the ceiling that was asked for; `pace` is less while a platform makes us wait, and 0 when nobody runs it.
    """

    since: datetime
    until: datetime
    real_at: datetime
    speed: float
    pace: float

    def now(self, real: datetime) -> datetime:
        """Return the service's time at a real instant."""
        if self.pace == 0:
            return self.until
        passed = max((real - self.real_at).total_seconds(), 0.0)
        # Asked as seconds first: what a clock that nobody runs any more would have gained is more than a date holds.
        if passed * self.pace >= (self.until - self.since).total_seconds():
            return self.until
        return self.since + timedelta(seconds=passed * self.pace)

    def to_json(self) -> str:
        """Return it as text."""
        instants = {name: getattr(self, name).isoformat() for name in ("since", "until", "real_at")}
        return json.dumps(instants | {"speed": self.speed, "pace": self.pace})


def read(conn: Connection) -> Standing | None:
    """Return where the clock stands; None for a database that is no rehearsal's."""
    text = state.read(conn, REHEARSAL)
    if text is None:
        return None
    found = json.loads(text)
    since, until, real_at = (datetime.fromisoformat(found[name]) for name in ("since", "until", "real_at"))
    return Standing(since, until, real_at, found["speed"], found["pace"])


def write(conn: Connection, standing: Standing) -> None:
    """Store where the clock stands."""
    state.write(conn, REHEARSAL, standing.to_json())


def look(settings: Settings) -> Standing | None:
    """Return where the clock of the configured database stands; None where it cannot be read: who opens it says so."""
    try:
        return standing_in(settings)
    except YanxinError:
        return None


def standing_in(settings: Settings) -> Standing | None:
    """Return where the clock of the configured database stands; None without a rehearsal, or without a database.

    UsageError when the settings name none that we know, YanxinError when it cannot be read.
    """
    url = parse_url(settings.database.url)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return None
    engine = make_engine(url, Keyring([Keyring.new_key()]), pool_size=1)
    try:
        with engine.connect() as conn:
            return read(conn) if inspect(conn).has_table(state.service_state.name) else None
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise YanxinError(f"[database] url cannot be read: {first}") from None
    finally:
        engine.dispose()


class StandingClock:
    """The time of a rehearsal that another process may run: what commands go by."""

    def __init__(self, standing: Standing) -> None:
        """Take what the database said."""
        self._standing = standing

    def now(self) -> datetime:
        """Return the service's time."""
        return self._standing.now(self.real())

    def real(self) -> datetime:
        """Return the real time."""
        return SystemClock().real()
