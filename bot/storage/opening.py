"""Opens the database that the settings name, in the state in which the service can use it.

Commands and `bot.app` call `open_database`: it finds or makes the keys, migrates an embedded SQLite file by itself, and
refuses, each in one sentence, a PostgreSQL that was not migrated and any database that is newer than the program.
"""

from pathlib import Path

from sqlalchemy import URL, inspect, literal, select, table
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import UsageError, YanxinError
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.engine import make_engine, parse_url
from bot.storage.keys import make_keys, read_keys
from bot.storage.migrate import Standing, migrate, standing


def open_database(settings: Settings, *, migrating: bool = False) -> Database:
    """Return an open database, migrated and with its keys; `migrating` migrates PostgreSQL too.

    YanxinError when it cannot be reached or is in the wrong state, UsageError when a setting is at fault.
    """
    url = parse_url(settings.database.url)
    file = sqlite_file(url)
    if file is not None:
        _make_folder(file)
    database = Database(url, keyring(settings, url))
    try:
        _bring_up(database, migrating=migrating or database.is_sqlite)
    except SQLAlchemyError as error:
        database.close()
        raise YanxinError(_unreachable(url, error)) from None
    except BaseException:
        database.close()
        raise
    return database


def sqlite_file(url: URL) -> Path | None:
    """Return the file of an embedded database, None for a server or one in memory."""
    if url.drivername != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def keyring(settings: Settings, url: URL) -> Keyring:
    """Return the keys of the settings; made when missing beside an empty database, refused beside a full one."""
    path = Path(settings.security.key_file)
    if path.exists():
        return read_keys(path)
    try:
        full = holds_rows(url)
    except SQLAlchemyError as error:
        raise YanxinError(_unreachable(url, error)) from None
    if full:
        raise UsageError(
            f"[security] key_file {path} is missing, but the database holds rows that only its keys open; "
            "put the file back from your backup"
        )
    return make_keys(path)


def holds_rows(url: URL) -> bool:
    """Tell whether a database has people or messages in it; one that does not exist has not."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return False
    engine = make_engine(url, Keyring([Keyring.new_key()]), pool_size=1)
    try:
        with engine.connect() as conn:
            there = set(inspect(conn).get_table_names())
            tables = (table(name) for name in ("people", "inbox") if name in there)
            return any(conn.execute(select(literal(1)).select_from(found).limit(1)).first() for found in tables)
    finally:
        engine.dispose()


def _make_folder(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(f"[database] url: the folder {file.parent} cannot be made ({error.strerror})") from None


def _bring_up(database: Database, *, migrating: bool) -> None:
    state = standing(database.engine)
    if state is Standing.NEWER:
        raise YanxinError("This database was written by a newer Yanxin; run that version, or restore a backup.")
    if state is Standing.CURRENT:
        return
    if not migrating:
        raise YanxinError("This database is not migrated to this version of Yanxin yet; run `yanxin migrate` first.")
    migrate(database.engine)


def _unreachable(url: URL, error: SQLAlchemyError) -> str:
    first = str(getattr(error, "orig", None) or error).splitlines()[0]
    return f"[database] url {url.render_as_string(hide_password=True)} cannot be used: {first}"
