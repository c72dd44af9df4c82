"""Fetches photos, documents and voices sent in chat, looks at each before it is kept, and says what came of it.

The bell rings it every second. A file is claimed before its platform is asked, so that one which a kill cut short
is asked for again; it lies in the vault before the transaction that names it.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.channels.base import Channel, Fetching, Missing
from bot.clock import Clock
from bot.engine.file_fetched import Found, Keeping, Lost, take_in
from bot.engine.file_keeping import Lying
from bot.errors import YanxinError
from bot.fetches import store
from bot.fetches.model import Fetch, For
from bot.fetches.rules import again_at
from bot.programmes.versions import Programmes
from bot.reports.incoming import Refusal, look_at, named
from bot.sessions import voices
from bot.settings_reports import ReportsSection
from bot.storage.database import Database
from bot.storage.vault import vault_in
from bot.storage.writer import Urgency

log = structlog.get_logger()
AT_ONCE = 4
"""So many lie in memory at the same time."""
_WHY = {Missing.LATER: None, Missing.GONE: Lost.NOT_HAD, Missing.TOO_LARGE: Refusal.TOO_LARGE}
_OF_BRANCHES = frozenset({For.STUDY, For.ROUND})


class FilesToFetch:
    """Fetches for all channels of this process."""

    def __init__(
        self,
        database: Database,
        channels: Sequence[Channel],
        clock: Clock,
        section: ReportsSection,
        programmes: Programmes,
    ) -> None:
        """Take what it works with; `channels` may grow."""
        self._database = database
        self._channels = channels
        self._clock = clock
        self._section = section
        self._keeping = Keeping(programmes, section.most_files, section.file_bytes)
        self._lock = asyncio.Lock()

    async def work_off(self) -> int:
        """Fetch everything that is due; return how many files were asked for."""
        total = 0
        async with self._lock:
            while await self._database.aread(lambda conn: store.has_due(conn, self._clock.now())):
                taken = await self._database.awrite(self._claim, Urgency.ARRIVED)
                if not taken:
                    break
                came = await asyncio.gather(*(self._fetch(one) for one in taken))
                now = self._clock.now()
                batch = list(zip(taken, came, strict=True))
                await self._database.awrite(lambda conn, b=batch, n=now: self._record(conn, b, n), Urgency.ARRIVED)  # type: ignore[misc]
                total += len(taken)
        return total

    def _claim(self, conn: Connection) -> list[Fetch]:
        return store.claim(conn, self._clock.now(), AT_ONCE)

    async def _fetch(self, one: Fetch) -> Found | None:
        """Return what a file is, its bytes in the vault; None when it is asked for again."""
        try:
            data = await self._asked(one)
            if isinstance(data, bytes):
                return await asyncio.to_thread(self._keep, one, data)
            return _WHY[data]
        except YanxinError as error:
            log.error("files.not_kept", fetch_id=one.id, error=str(error))  # noqa: TRY400 - it names a folder
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the next from being fetched
            log.error("files.not_fetched", fetch_id=one.id, error=type(error).__name__)  # noqa: TRY400 - it may hold an address
        return None

    async def _asked(self, one: Fetch) -> bytes | Missing:
        """Ask the platform for a file, through the account to which it was sent."""
        for channel in self._channels:
            if (channel.name, channel.account) == (one.channel, one.account) and isinstance(channel, Fetching):
                limit = voices.MOST_BYTES if one.wanted_for is For.ROUND else self._section.file_bytes
                return await channel.fetch(one.ref, limit)
        return Missing.GONE

    def _keep(self, one: Fetch, data: bytes) -> Lying | Refusal:
        vault = vault_in(self._section.folder, self._database.keyring, branch=one.wanted_for in _OF_BRANCHES)
        if one.wanted_for is For.ROUND:
            kind = voices.kind_of(data)
            return Refusal.UNKNOWN if kind is None else Lying(vault.put(data), kind, "", len(data))
        looked = look_at(data, self._section.file_bytes)
        if isinstance(looked, Refusal):
            return looked
        return Lying(vault.put(looked.data), looked.kind, named(one.name, looked.kind), len(looked.data))

    def _record(self, conn: Connection, batch: list[tuple[Fetch, Found | None]], now: datetime) -> None:
        came: list[tuple[Fetch, Found]] = []
        for fetch, found in batch:
            at = again_at(fetch.tries, now) if found is None else None
            if at is not None:
                store.later(conn, fetch, at)
            else:
                came.append((fetch, found or Lost.NOT_HAD))
        take_in(conn, came, self._keeping, now)
