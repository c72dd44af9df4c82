"""Copies the configured database into the scratch file of a simulation; the original is only read, in one snapshot.

Sealed values are copied as they are: the scratch database is opened with the same keys. `bot.simulation.scratch` calls.
"""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, Text, func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import UsageError, YanxinError
from bot.journal.store import journal
from bot.schema import Sealed, metadata
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.engine import make_engine, parse_url
from bot.storage.keys import read_keys
from bot.storage.migrate import Standing, standing
from bot.storage.opening import holds_rows, sqlite_file

NO_ROSTER = "There is no roster to simulate: import one, or name an invented one with --students N."
BATCH = 1000


def copy_file(settings: Settings, scratch: Path) -> bool:
    """Copy an embedded database, whatever its version; False when the settings name a server.

    UsageError when there is none yet.
    """
    url = parse_url(settings.database.url)
    if url.drivername != "sqlite":
        return False
    file = sqlite_file(url)
    if file is None or not file.is_file():
        raise UsageError(NO_ROSTER)
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(scratch)) as copy,
        ):
            original.backup(copy)
    except sqlite3.Error as error:
        raise YanxinError(f"[database] url: {file} cannot be read ({error}).") from None
    if not holds_rows(parse_url(f"sqlite:///{scratch}")):
        raise UsageError(NO_ROSTER)
    return True


def copy_server(settings: Settings, into: Database) -> None:
    """Copy all tables of a server's database into an empty one; YanxinError when it cannot be read as it is."""
    engine = make_engine(parse_url(settings.database.url), read_keys(Path(settings.security.key_file)), pool_size=1)
    try:
        if standing(engine) is not Standing.CURRENT:
            raise YanxinError("This database is not of this version of Yanxin; run `yanxin migrate` first.")
        with engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True, stream_results=True
        ) as original:
            into.write(lambda conn: _copy_tables(original, conn))
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise YanxinError(f"[database] url cannot be read: {first}") from None
    finally:
        engine.dispose()


def refuse_the_past(conn: Connection, start: datetime) -> None:
    """Refuse a start before what a database has lived through already, with a UsageError."""
    last = conn.execute(select(func.max(journal.c.at))).scalar()
    if last is not None and last > start:
        raise UsageError(
            f"--start is in this database's past: it has lived until {last:%Y-%m-%dT%H:%M:%SZ}; name a later one."
        )


def _copy_tables(original: Connection, copy: Connection) -> None:
    copy.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # people name their counsellors, whoever comes first
    for table in metadata.sorted_tables:
        plain = _unsealed(table)
        copy.execute(plain.delete())
        for part in original.execute(select(plain)).mappings().partitions(BATCH):
            copy.execute(plain.insert(), [dict(row) for row in part])


def _unsealed(table: Table) -> Table:
    """Return the same table whose sealed columns are plain text."""
    twin = table.to_metadata(MetaData())
    for column in twin.columns:
        if isinstance(column.type, Sealed):
            column.type = Text()
    return twin
