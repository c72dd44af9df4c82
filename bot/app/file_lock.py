"""Keeps an embedded database for one process: a second one on the same file is refused. `bot.app.parts` calls it."""

from filelock import FileLock, Timeout

from bot.errors import YanxinError
from bot.settings import Settings
from bot.storage.engine import parse_url
from bot.storage.opening import sqlite_file


class FileTakenError(YanxinError):
    """Another process runs on the same embedded database."""


def take_file(settings: Settings) -> FileLock | None:
    """Lock an embedded database for this process; FileTakenError when another one has it."""
    file = sqlite_file(parse_url(settings.database.url))
    if file is None:
        return None
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(f"{file}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise FileTakenError(
            f"Another Yanxin runs on {file} already; stop it first, or use PostgreSQL for several."
        ) from None
    return lock
