"""A school on each of the two databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from tests.support.school import School


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    yield from _school(f"sqlite:///{tmp_path}/school.db")


@pytest.fixture(params=["sqlite", "postgres"])
def any_school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    url = f"sqlite:///{tmp_path}/school.db"
    if request.param == "postgres":
        url = request.getfixturevalue("fresh_pg_url")
    yield from _school(url)


def _school(url: str) -> Iterator[School]:
    database = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    try:
        yield School(database)
    finally:
        database.close()
