"""Gives the versions of the programme to whoever plans or asks: each version is parsed once and kept. Wiring makes one
`Programmes` and hands it down.
"""

import threading
from functools import lru_cache
from importlib.resources import files

from sqlalchemy import Connection, bindparam, select

from bot.local_time import Quiet
from bot.programmes import store
from bot.programmes.model import Programme
from bot.programmes.parse import parse

# Kept, because delivery and each transaction of the bell need it: building it costs more than running it.
_SHA256 = select(store.programme_versions.c.sha256).where(store.programme_versions.c.id == bindparam("one"))


@lru_cache(maxsize=16)
def _parsed(text: str) -> Programme:
    return parse(text, 0)


def read(conn: Connection, version_id: int) -> Programme:
    """Return a version for whoever has no `Programmes`, without its number; LookupError when there is none such."""
    text = store.text_of(conn, version_id)
    if text is None:
        raise LookupError(f"there is no version {version_id} of the programme")
    return _parsed(text)


def quiet_of(conn: Connection, version_id: int) -> Quiet:
    """Return the quiet hours of a version; LookupError when there is no such version."""
    return read(conn, version_id).quiet


def default_text() -> str:
    """Return the TOML of the programme that is shipped."""
    return files("bot.programmes").joinpath("default.toml").read_text(encoding="utf-8")


class Programmes:
    """The versions in a database, parsed. Safe to use from several threads."""

    def __init__(self) -> None:
        """Start with nothing parsed."""
        # The hash belongs to the key: after a rollback SQLite gives the number of a version that never was to the next.
        self._parsed: dict[tuple[int, str], Programme] = {}
        self._lock = threading.Lock()

    def current(self, conn: Connection) -> Programme:
        """Return the version that runs; LookupError when none was ever loaded."""
        found = store.latest(conn)
        if found is None:
            raise LookupError("no programme was loaded yet")
        return self._of(conn, *found)

    def if_any(self, conn: Connection) -> Programme | None:
        """Return the running version; None when nothing was loaded yet."""
        try:
            return self.current(conn)
        except LookupError:
            return None

    def version(self, conn: Connection, version_id: int) -> Programme:
        """Return one version; LookupError when there is no such version."""
        sha256 = conn.execute(_SHA256, {"one": version_id}).scalar()
        if sha256 is None:
            raise LookupError(f"there is no version {version_id} of the programme")
        return self._of(conn, version_id, sha256)

    def _of(self, conn: Connection, version_id: int, sha256: str) -> Programme:
        with self._lock:
            found = self._parsed.get((version_id, sha256))
        if found is not None:
            return found
        text = store.text_of(conn, version_id)
        if text is None:
            raise LookupError(f"there is no version {version_id} of the programme")
        programme = parse(text, version_id, source=f"programme version {version_id}")
        with self._lock:
            return self._parsed.setdefault((version_id, sha256), programme)
