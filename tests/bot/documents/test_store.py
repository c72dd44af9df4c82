"""Documents: a new version only when something changed; old ones stay as they were."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.documents import store
from bot.policies import store as policies
from bot.policies.parse import parse, shipped, to_json
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables
from bot.storage.engine import make_engine, parse_url

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    assert tables.__all__
    engine = make_engine(parse_url(f"sqlite:///{tmp_path / 'a.db'}"), Keyring([Keyring.new_key()]))
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_the_same_text_makes_no_new_version(conn: Connection) -> None:
    first = store.put(conn, "duty", "{}", NOW)
    assert store.put(conn, "duty", "{}", NOW + timedelta(days=1)) == first
    assert store.put(conn, "policies", "{}", NOW) != first
    second = store.put(conn, "duty", '{"a": 1}', NOW)
    assert store.put(conn, "duty", "{}", NOW) not in {first, second}, "going back is a change like any other"
    assert conn.execute(select(func.count()).select_from(store.documents)).scalar_one() == 4
    assert store.by_id(conn, first).body == "{}"


def test_without_any_there_is_none(conn: Connection) -> None:
    assert store.latest(conn, "duty") is None
    with pytest.raises(LookupError):
        store.by_id(conn, 7)


def test_a_case_keeps_the_policies_it_was_opened_under(conn: Connection) -> None:
    assert policies.current(conn) == (None, shipped())
    changed = parse({"missed": {"repeat": "PT12H"}}, "x")
    number = store.put(conn, policies.KIND, to_json(changed), NOW)
    assert policies.current(conn) == (number, changed)
    newer = store.put(conn, policies.KIND, to_json(shipped()), NOW)
    assert policies.current(conn)[0] == newer
    assert policies.version(conn, number) == changed
    assert policies.version(conn, None) == shipped()
