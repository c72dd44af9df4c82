"""The ground on which views are tested."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.fakes.ground import Ground, open_ground


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_ground(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)
