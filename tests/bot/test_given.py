"""Values that differ from id to id, in one statement, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, Integer, String, Table, select

from bot.given import Group, given, given_to, parameters
from bot.prompts.store import prompts
from bot.schema import UtcDateTime, metadata
from bot.sealed import Keyring
from bot.storage import tables  # noqa: F401 - fills the metadata
from bot.storage.engine import make_engine, parse_url
from bot.trips.store import trips

AT = datetime(2026, 9, 8, 22, 30, tzinfo=UTC)
ROWS = given("rows", word=String(), at=UtcDateTime(), number=Integer())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/g.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    made = make_engine(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(made)
    yield made
    made.dispose()


def test_each_id_has_the_values_of_its_group(engine: Engine) -> None:
    groups: list[Group] = [
        ([3, 1], {"word": 'it\'s "so"', "at": AT, "number": 7}),
        ([2], {"word": None}),
        ([], {"word": "nobody"}),
    ]
    with engine.connect() as conn:
        found = conn.execute(select(ROWS).order_by(ROWS.c.id), parameters("rows", groups)).all()
    assert [tuple(row) for row in found] == [
        (1, 'it\'s "so"', AT, 7),
        (2, None, None, None),
        (3, 'it\'s "so"', AT, 7),
    ]


@pytest.mark.parametrize("table", [prompts, trips], ids=lambda table: table.name)
def test_nothing_given_meets_nothing(engine: Engine, table: Table) -> None:
    query = select(table.c.id).select_from(table.join(ROWS, given_to(table.c.id, ROWS)))
    with engine.connect() as conn:
        assert conn.execute(query, parameters("rows", [])).all() == []
