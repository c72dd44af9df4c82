"""Databases that are made once in a session and then copied, or taken again: making one takes seconds."""

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
from sqlalchemy import URL, Engine, inspect, make_url

from bot.sealed import Keyring
from bot.storage.engine import make_engine
from tests.support.databases_swept import Swept, sweep, swept


class Server:
    """Lends the databases of one PostgreSQL server: empty ones, and such that somebody else has had before.

    A copy of a database costs a second and some hundred files, and its end as much. To delete the rows that a test
    has put takes a hundredth of that; whether anything but rows is left of it, PostgreSQL's own catalogue says.
    """

    def __init__(self, url: URL) -> None:
        """Connect to the server at a SQLAlchemy URL of any of its databases."""
        self.url = url
        self._conn = psycopg.connect(_plain(url), autocommit=True)
        self._numbers = itertools.count(1)
        self._empty: list[str] = []
        self._free: dict[str, list[tuple[str, Swept]]] = {}
        """Databases that wait for the next test, by the template from which they were copied."""
        self._lent: dict[str, tuple[str, Swept]] = {}

    def lend(self) -> str:
        """Return the name of a new and empty database."""
        name = f"test_{next(self._numbers)}"
        if self._empty:
            self._rename(self._empty.pop(), name)
        else:
            self._run(f'CREATE DATABASE "{name}"')
        return name

    def fill(self, name: str, template: str) -> None:
        """Put what a template holds into the place of an empty database that was lent."""
        free = self._free.setdefault(template, [])
        self._leave(name)
        spare = f"empty_{next(self._numbers)}"
        self._rename(name, spare)
        self._empty.append(spare)
        if free:
            former, state = free.pop()
            self._leave(former)
            self._rename(former, name)
        else:
            self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
            with psycopg.connect(_plain(self.url.set(database=name)), autocommit=True) as conn:
                state = swept(conn)
        self._lent[name] = template, state

    def take_back(self, name: str) -> None:
        """Keep a database for the next test when nothing but rows has changed in it; else it goes."""
        self._leave(name)
        if name in self._lent:
            template, state = self._lent.pop(name)
            with psycopg.connect(_plain(self.url.set(database=name)), autocommit=True) as conn:
                again = sweep(conn, state)
            if again is not None:
                self._free[template].append((name, again))
                return
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def make(self, stem: str, fill: Callable[[Engine], None]) -> str:
        """Make a database to be copied and return its name."""
        template = f"{stem}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{template}"')
        first = make_engine(self.url.set(database=template), Keyring([Keyring.new_key()]), pool_size=1)
        fill(first)
        first.dispose()
        self._leave(template)
        return template

    def close(self) -> None:
        self._conn.close()

    def _leave(self, name: str) -> None:
        """End what is connected to a database, and see it gone: else whoever renames it waits a tenth of a second."""
        others = "FROM pg_stat_activity WHERE datname = %s"
        while self._conn.execute(f"SELECT pg_terminate_backend(pid) {others}".encode(), [name]).fetchall():
            pass

    def _rename(self, old: str, new: str) -> None:
        self._run(f'ALTER DATABASE "{old}" RENAME TO "{new}"')

    def _run(self, statement: str) -> None:
        self._conn.execute(statement.encode())


class Copies:
    """Fills empty databases with what `fill` made of the first of them, on either engine."""

    def __init__(self, file: Path, fill: Callable[[Engine], None], servers: list[Server]) -> None:
        """Keep the first one in a file; `servers` are those that are known when a database is filled."""
        self._file = file
        self._fill = fill
        self._servers = servers
        self._made: sqlite3.Connection | None = None
        self._templates: dict[Server, str] = {}
        """The database that was made first, by its server."""

    def fill(self, engine: Engine) -> None:
        server = next((one for one in self._servers if engine.url.set(database="") == one.url.set(database="")), None)
        if inspect(engine).get_table_names():
            self._fill(engine)
        elif engine.dialect.name == "sqlite":
            self._fill_sqlite(engine)
        elif server is None:
            self._fill(engine)
        else:
            engine.dispose()  # a database that somebody is connected to cannot be replaced
            if server not in self._templates:
                self._templates[server] = server.make(self._file.stem, self._fill)
            server.fill(str(engine.url.database), self._templates[server])

    def _fill_sqlite(self, engine: Engine) -> None:
        if self._made is None:
            first = make_engine(make_url(f"sqlite:///{self._file}"), Keyring([Keyring.new_key()]), pool_size=1)
            self._fill(first)
            first.dispose()
            self._made = sqlite3.connect(self._file, check_same_thread=False)
        connection = engine.raw_connection()
        try:
            self._made.backup(connection.driver_connection)  # type: ignore[arg-type]
        finally:
            connection.close()

    def close(self) -> None:
        if self._made is not None:
            self._made.close()


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
