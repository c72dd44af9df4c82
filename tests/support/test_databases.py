"""A PostgreSQL database that a test has had is as good as new for the next one, or it is not lent again."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Connection, Engine, make_url, text

from bot.sealed import Keyring
from bot.storage.engine import make_engine
from tests.support.databases import Server
from tests.support.databases_swept import sweep, swept

pytestmark = pytest.mark.postgres

TABLES = (
    "CREATE TABLE version (number text)",
    "INSERT INTO version VALUES ('newest')",
    "CREATE TABLE people (id serial PRIMARY KEY, name text)",
    "CREATE TABLE trips (id serial PRIMARY KEY, person_id int NOT NULL REFERENCES people)",
    "CREATE INDEX ix_trips_person_id ON trips (person_id)",
)

CHANGES = (
    "ALTER TABLE people ADD COLUMN shoe_size int",
    "ALTER TABLE people ALTER COLUMN name SET DEFAULT 'Mei'",
    "ALTER TABLE people ADD CHECK (id > 0)",
    "ALTER TABLE people RENAME TO persons",
    "CREATE TABLE left_behind (id int)",
    "DROP INDEX ix_trips_person_id",
    "DROP TABLE trips",
    "CREATE FUNCTION left_behind() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW left_behind AS SELECT name FROM people",
    "TRUNCATE trips",
    "INSERT INTO people (name) VALUES ('Mei'); ANALYZE people",
    "UPDATE version SET number = 'older'",
    "DELETE FROM version",
)


def fill(engine: Engine) -> None:
    with engine.begin() as conn:
        for statement in TABLES:
            conn.execute(text(statement))


@contextmanager
def lent(server: Server, template: str) -> Iterator[Engine]:
    name = server.lend()
    server.fill(name, template)
    engine = make_engine(server.url.set(database=name), Keyring([Keyring.new_key()]))
    yield engine
    engine.dispose()
    server.take_back(name)


def identity(conn: Connection) -> int:
    """Return what stays the same when a database is renamed."""
    return int(conn.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar_one())


def settle(engine: Engine) -> list[tuple[object, ...]]:
    """Put people and trips and return the ids and where the rows lie."""
    with engine.begin() as conn:
        conn.execute(text("INSERT INTO people (name) SELECT 'Mei' FROM generate_series(1, 500)"))
        conn.execute(text("INSERT INTO trips (person_id) SELECT id FROM people"))
        return [tuple(row) for row in conn.execute(text("SELECT id, person_id, ctid::text FROM trips"))]


def test_the_next_test_finds_it_as_it_was_made(pg_server: Server) -> None:
    template = pg_server.make("template", fill)
    with lent(pg_server, template) as engine:
        with engine.begin() as conn:
            first = identity(conn)
        rows = settle(engine)
        left = engine.connect()  # nobody gives it back: whoever is still connected is put out
        assert identity(left) == first
    with lent(pg_server, template) as engine:
        with engine.begin() as conn:
            assert identity(conn) == first
            assert conn.scalars(text("SELECT number FROM version")).all() == ["newest"]
            assert conn.scalars(text("SELECT id FROM people UNION ALL SELECT id FROM trips")).all() == []
            counted = text("SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relkind = 'r' AND reltuples <> -1")
            assert conn.scalar(counted) == 0  # its queries are planned like those of a new one
        assert settle(engine) == rows
    left.invalidate()
    left.close()


def test_more_than_rows_is_noticed(fresh_pg_url: str) -> None:
    plain = make_url(fresh_pg_url).set(drivername="postgresql").render_as_string(hide_password=False)
    for change in CHANGES:
        with psycopg.connect(plain, autocommit=True) as conn:
            for statement in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", *TABLES):
                conn.execute(statement.encode())
            before = swept(conn)
            conn.execute("INSERT INTO people (name) VALUES ('Li')")
            again = sweep(conn, before)
            assert again is not None
            conn.execute(change.encode())
            assert sweep(conn, again) is None, change


def test_what_was_changed_is_not_lent_again(pg_server: Server) -> None:
    template = pg_server.make("template", fill)
    with lent(pg_server, template) as engine, engine.begin() as conn:
        first = identity(conn)
        conn.execute(text("DROP TABLE trips"))
    with lent(pg_server, template) as engine, engine.begin() as conn:
        assert identity(conn) != first
        assert conn.scalars(text("SELECT id FROM trips")).all() == []
