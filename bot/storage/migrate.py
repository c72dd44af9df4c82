"""Brings a database to the tables of this program, and says where it stands.

`bot.storage.opening` and `yanxin check` call it. The migrations lie in `bot/storage/migrations` and ship with the code.
Alembic is imported where there is something to do: nearly every start finds its tables as they should be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, String, column, inspect, select, table
from sqlalchemy.exc import IntegrityError

from bot.storage.engine import connected_to_write

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num", String))
"""Where Alembic keeps the revision of a database."""


class Standing(StrEnum):
    """How a database relates to the program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"  # it has a revision that this program does not know


def standing(engine: Engine) -> Standing:
    """Tell how a database relates to this program; changes nothing."""
    with engine.connect() as conn:
        heads = set(conn.scalars(select(_VERSION.c.version_num))) if inspect(conn).has_table(_VERSION.name) else set()
    if not heads:
        return Standing.EMPTY
    if heads == {newest()}:
        return Standing.CURRENT
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see above

    script = ScriptDirectory.from_config(config())
    known = {revision.revision for revision in script.walk_revisions()}
    return Standing.OLDER if heads <= known else Standing.NEWER


def newest() -> str:
    """Return the revision of this program; the names of the migrations begin with theirs, and count up."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def migrate(engine: Engine) -> None:
    """Run every migration that is missing, in one transaction; when two processes try at once, the second waits.

    IntegrityError, and nothing is changed, when a row would point at nothing afterwards.
    """
    from alembic import command  # noqa: PLC0415 - see above

    alembic = config()
    with changing_tables(engine) as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SELECT pg_advisory_xact_lock(7926015)")
        alembic.attributes["connection"] = conn
        command.upgrade(alembic, "head")


@contextmanager
def changing_tables(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which tables may be changed.

    SQLite changes a table by making it anew and dropping the old one, and with foreign keys on a dropped table takes
    along every row that hangs on it. So they are off meanwhile, and looked at before the commit.
    """
    with connected_to_write(engine) as conn:
        if conn.dialect.name != "sqlite":
            with conn.begin():
                yield conn
            return
        pragma = conn.connection.cursor().execute  # inside a transaction SQLite would ignore it
        pragma("PRAGMA foreign_keys=OFF")
        try:
            with conn.begin():
                yield conn
                _refuse_loose_rows(conn)
        finally:
            pragma("PRAGMA foreign_keys=ON")


def _refuse_loose_rows(conn: Connection) -> None:
    loose = sorted({row[0] for row in conn.exec_driver_sql("PRAGMA foreign_key_check")})
    if loose:
        raise IntegrityError(f"rows of {', '.join(loose)} point at nothing", None, ValueError("foreign keys"))


def config() -> "Config":
    """Return Alembic's configuration; there is no alembic.ini."""
    from alembic.config import Config  # noqa: PLC0415 - see above

    alembic = Config()
    alembic.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    alembic.set_main_option("path_separator", "os")
    return alembic
