"""What an embedded database promises: what is committed lies on the disk, and nothing hangs in the air."""

import sqlite3
from contextlib import closing
from inspect import unwrap
from pathlib import Path

import pytest

from bot.storage import engine


@pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
def test_a_commit_waits_for_the_disk(tmp_path: Path, pragma: str, value: str | int) -> None:
    # The tests' own databases do not (tests/conftest.py): this is what is below that.
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        unwrap(engine._set_up_sqlite)(connection, None)
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)
