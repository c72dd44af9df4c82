"""A list of ids as one parameter, on both databases; an index must still be used."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from bot.listed import among, gathered, listed
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables  # noqa: F401 - fills the metadata
from bot.storage.engine import make_engine, parse_url
from bot.storage.state import service_state
from bot.trips.store import trips


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/l.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    made = make_engine(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(made)
    yield made
    made.dispose()


@pytest.mark.parametrize(("ids", "there"), [([], []), ([1], ["a"]), ([3, 1, 3, 99], ["a", "c"])])
def test_what_is_listed_is_found_and_nothing_else(engine: Engine, ids: list[int], there: list[str]) -> None:
    key = service_state.c.key
    numbers = {"a": 1, "b": 2, "c": 3}
    with engine.begin() as conn:
        conn.execute(service_state.insert(), [{"key": name, "value": str(number)} for name, number in numbers.items()])
        number = service_state.c.value.cast(trips.c.id.type)
        found = conn.execute(select(key).where(listed(number, ids)).order_by(key)).scalars().all()
        others = conn.execute(select(key).where(~listed(number, ids)).order_by(key)).scalars().all()
    assert found == there
    assert sorted([*found, *others]) == ["a", "b", "c"]


def test_among_a_few_named_ones(engine: Engine) -> None:
    key = service_state.c.key
    with engine.begin() as conn:
        conn.execute(service_state.insert(), [{"key": name, "value": name} for name in "abc"])
        assert conn.execute(select(key).where(among(key, ["a", "c", "x"])).order_by(key)).scalars().all() == ["a", "c"]
        assert conn.execute(select(key).where(~among(key, ["a", "c"]))).scalars().all() == ["b"]


def test_a_group_gives_its_ids_as_one_list(engine: Engine) -> None:
    text = service_state.c.value
    with engine.begin() as conn:
        conn.execute(service_state.insert(), [{"key": str(number), "value": "ab"[number % 2]} for number in range(5)])
        number = service_state.c.key.cast(trips.c.id.type)
        found = conn.execute(select(text, gathered(number)).group_by(text)).all()
        none = conn.execute(select(gathered(number)).where(text == "c").group_by(text)).all()
    assert {value: sorted(ids) for value, ids in found} == {"a": [0, 2, 4], "b": [1, 3]}
    assert none == []


def test_sqlite_searches_by_the_index(tmp_path: Path) -> None:
    engine = make_engine(parse_url(f"sqlite:///{tmp_path}/l.db"), Keyring([Keyring.new_key()]))
    metadata.create_all(engine)
    with engine.connect() as conn:
        query = select(trips.c.key).where(listed(trips.c.person_id, [1, 2]))
        text = str(query.compile(engine, compile_kwargs={"literal_binds": False}))
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", ("[1, 2]",)).all()
    engine.dispose()
    assert "SEARCH trips USING INDEX" in plan[0][-1]
