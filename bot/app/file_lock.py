"""Keeps an embedded database for one process: a second one on the same file is refused. `bot.app.parts` calls it."""

from filelock import FileLock, Timeout

from bot.errors import YanxinError
from bot.settings import Settings
from bot.storage.engine import parse_url
from bot.storage.opening import sqlite_file


def take_file(settings: Settings) -> FileLock | None:
    """Lock an embedded database for this process; YanxinError when another one has it."""
    file = sqlite_file(parse_url(settings.database.url))
    if file is None:
        return None
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(f"{file}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise YanxinError(
            f"Another Yanxin runs on {file} already; stop it first, or use PostgreSQL for several."
        ) from None
    return lock
