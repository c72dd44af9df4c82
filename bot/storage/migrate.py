"""Brings a database to the tables of this program, and says where it stands.

`bot.storage.opening` and `yanxin check` call it. The migrations lie in `bot/storage/migrations` and ship with the code.
"""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from bot.storage.engine import WRITES

FOLDER = Path(__file__).parent / "migrations"


class Standing(StrEnum):
    """How a database relates to the program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"  # it has a revision that this program does not know


def standing(engine: Engine) -> Standing:
    """Tell how a database relates to this program; changes nothing."""
    with engine.connect() as conn:
        heads = set(MigrationContext.configure(conn).get_current_heads())
    if not heads:
        return Standing.EMPTY
    script = ScriptDirectory.from_config(config())
    if heads == set(script.get_heads()):
        return Standing.CURRENT
    known = {revision.revision for revision in script.walk_revisions()}
    return Standing.OLDER if heads <= known else Standing.NEWER


def migrate(engine: Engine) -> None:
    """Run every migration that is missing, in one transaction; when two processes try at once, the second waits."""
    alembic = config()
    with engine.connect().execution_options(**{WRITES: True}) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SELECT pg_advisory_xact_lock(7926015)")
        alembic.attributes["connection"] = conn
        command.upgrade(alembic, "head")


def config() -> Config:
    """Return Alembic's configuration; there is no alembic.ini."""
    alembic = Config()
    alembic.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    alembic.set_main_option("path_separator", "os")
    return alembic
