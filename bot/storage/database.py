"""The database as the rest of the service sees it: read, write, and the same from async code.

Use-cases are plain functions of a connection; this file gives them one inside a transaction, on the right thread.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine

from bot.sealed import Keyring
from bot.storage.engine import connected_to_write, make_engine
from bot.storage.writer import Urgency, Writer

T = TypeVar("T")
READERS = 6
FIRST_READERS = 2
WRITERS_ON_POSTGRESQL = 4


class Database:
    """An engine with its writer and reader threads."""

    def __init__(self, url: URL, keyring: Keyring) -> None:
        """Make the engine and start the threads; the first connection is opened by the first use."""
        self.keyring = keyring
        self.engine: Engine = make_engine(url, keyring)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = Writer(1 if self.is_sqlite else WRITERS_ON_POSTGRESQL, self._transaction, shares=self.is_sqlite)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._first_readers = ThreadPoolExecutor(FIRST_READERS, thread_name_prefix="first-reader")
        self._long_reader = ThreadPoolExecutor(1, thread_name_prefix="long-reader")

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run a query in a read transaction on the calling thread."""
        with self.engine.connect() as conn:
            return work(conn)

    def write(self, work: Callable[[Connection], T], urgency: Urgency = Urgency.PERSON) -> T:
        """Run a use-case in one write transaction on a writer thread and wait for it.

        All or nothing of it is stored; on SQLite others that wait may share the transaction (`bot.storage.writer`).
        """
        return self._writer.submit(work, urgency).result()

    async def aread(self, work: Callable[[Connection], T]) -> T:
        """Run a query on a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read, work)

    async def aread_first(self, work: Callable[[Connection], T]) -> T:
        """Run a small query that a reply waits for, on a thread that no page of the console ever has."""
        return await asyncio.get_running_loop().run_in_executor(self._first_readers, self.read, work)

    async def aread_long(self, work: Callable[[Connection], T]) -> T:
        """Run a query that may take seconds on the one thread for such: one after another, and no reader waits."""
        return await asyncio.get_running_loop().run_in_executor(self._long_reader, self.read, work)

    async def awrite(self, work: Callable[[Connection], T], urgency: Urgency = Urgency.PERSON) -> T:
        """Run a use-case in one write transaction on a writer thread.

        The transaction is not cancelled with the caller: once queued it runs to its end.
        """
        return await asyncio.shield(self._writer.submit_here(work, urgency))

    def close(self) -> None:
        """Finish queued writes and close every connection."""
        self._writer.close()
        self._readers.shutdown()
        self._first_readers.shutdown()
        self._long_reader.shutdown()
        self.engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with connected_to_write(self.engine) as conn, conn.begin():
            yield conn
