"""Tokens that processes share and nonces that open the door once, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.platforms.store import (
    Token,
    count_calls,
    forget_nonces,
    keep_token,
    midnight_of,
    platform_tokens,
    take_nonce,
    tell_of_calls,
    token_of,
)
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from tests.fakes.ground import open_ground

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        found = open_ground(tmp_path)
    else:
        url = parse_url(request.getfixturevalue("fresh_pg_url"))
        found = Database(url, Keyring([Keyring.new_key()]))
        metadata.create_all(found.engine)
    yield found
    found.close()


def test_a_token_takes_the_place_of_the_one_before_and_is_sealed(database: Database) -> None:
    def keep(value: str, account: str = "ww1:1") -> None:
        token = Token(value, NOW + timedelta(hours=2))
        database.write(lambda conn: keep_token(conn, "wecom", account, token))

    assert database.read(lambda conn: token_of(conn, "wecom", "ww1:1")) is None
    keep("first-token")
    keep("of-another-app", "ww1:2")
    keep("second-token")
    assert database.read(lambda conn: token_of(conn, "wecom", "ww1:1")) == Token(
        "second-token", NOW + timedelta(hours=2)
    )
    with database.engine.connect() as conn:
        table = platform_tokens.name
        raw = conn.exec_driver_sql(f"SELECT token FROM {table}").scalars().all()  # noqa: S608 - our own table
        assert len(conn.execute(select(platform_tokens)).all()) == len(raw) == 2
    assert not any("token" in value for value in raw)


def test_a_nonce_belongs_to_what_came_with_it_first(database: Database) -> None:
    def take(nonce: str, digest: str, account: str = "ww1:1") -> bool:
        return database.write(lambda conn: take_nonce(conn, "wecom", account, nonce, digest, NOW))

    assert take("1", "a")
    assert take("1", "a")
    assert not take("1", "b")
    assert take("1", "b", "ww1:2")
    assert take("2", "b")
    assert database.write(lambda conn: forget_nonces(conn, NOW + timedelta(minutes=15))) == 0
    assert database.write(lambda conn: forget_nonces(conn, NOW + timedelta(minutes=16))) == 3
    assert take("1", "b")


def test_calls_are_counted_by_the_platforms_month_and_told_once(database: Database) -> None:
    def count(calls: int, at: datetime = NOW, account: str = "a") -> int:
        return database.write(lambda conn: count_calls(conn, "dingtalk", account, calls, at))

    def tell(least: int, at: datetime = NOW) -> int | None:
        return database.write(lambda conn: tell_of_calls(conn, "dingtalk", least, at))

    assert [count(1), count(7), count(2, account="b")] == [1, 8, 2]
    assert tell(9) is None
    assert tell(8) == 8
    assert tell(8) is None
    late = datetime(2026, 11, 30, 16, tzinfo=UTC)  # December has begun in Beijing
    assert [count(1, late - timedelta(seconds=1)), count(3, late)] == [9, 3]
    assert tell(3, late) == 3
    assert tell(8) is None


def test_a_day_of_the_platforms_begins_at_midnight_in_beijing() -> None:
    today = datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert midnight_of(NOW) == midnight_of(today) == today
    assert midnight_of(today - timedelta(seconds=1)) == today - timedelta(days=1)
