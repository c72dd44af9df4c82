"""Versions of the programme: the last one loaded runs, old ones stay, each is parsed once."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.errors import MistakesError
from bot.programmes import store
from bot.programmes.versions import Programmes, default_text
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables
from bot.storage.engine import make_engine, parse_url

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
OTHER = default_text().replace('at = "18:30"', 'at = "19:00"')


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    assert tables.__all__
    engine = make_engine(parse_url(f"sqlite:///{tmp_path / 'a.db'}"), Keyring([Keyring.new_key()]))
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _add(conn: Connection, text: str) -> int:
    return store.add(conn, text, hashlib.sha256(text.encode()).hexdigest(), NOW)


def test_without_a_version_there_is_none(conn: Connection) -> None:
    with pytest.raises(LookupError):
        Programmes().current(conn)
    with pytest.raises(LookupError):
        Programmes().version(conn, 1)


def test_the_last_one_runs_and_the_first_stays(conn: Connection) -> None:
    programmes = Programmes()
    first, second = _add(conn, default_text()), _add(conn, OTHER)
    assert programmes.current(conn).version_id == second
    assert programmes.version(conn, first).version_id == first
    assert programmes.current(conn).item("checkin") != programmes.version(conn, first).item("checkin")


def test_a_version_is_parsed_once(conn: Connection) -> None:
    programmes = Programmes()
    _add(conn, default_text())
    assert programmes.current(conn) is programmes.current(conn)


def test_a_number_that_is_used_again_after_a_rollback_means_the_new_text(conn: Connection) -> None:
    programmes = Programmes()
    first = _add(conn, default_text())
    before = programmes.version(conn, first)
    conn.rollback()
    assert _add(conn, OTHER) == first
    assert programmes.version(conn, first) != before


def test_a_stored_text_that_is_wrong_names_its_version(conn: Connection) -> None:
    version = _add(conn, "item = 3")
    with pytest.raises(MistakesError, match=f"programme version {version}: item"):
        Programmes().current(conn)
