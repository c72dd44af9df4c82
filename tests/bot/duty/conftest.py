"""A database with all tables and nothing in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(parse_url(f"sqlite:///{tmp_path}/duty.db"), Keyring([Keyring.new_key()]))
    metadata.create_all(made.engine)
    try:
        yield made
    finally:
        made.close()
