"""A file is fetched by one at a time, again when whoever had it died, and ends once. On both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.fetches import store
from bot.fetches.model import Fetch, For
from bot.fetches.rules import LEASE, again_at
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from tests.fakes.ground import NOW, Ground


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    url = f"sqlite:///{tmp_path}/g.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    database = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield Ground(database)
    database.close()


def sends(ground: Ground, *keys: str) -> None:
    person = ground.student("S1", reachable=False)
    address = ground.address(person, channel="telegram")
    for key in keys:
        ground.database.write(
            lambda conn, key=key: store.add(  # type: ignore[misc]
                conn,
                key,
                NOW,
                wanted_for=For.REPORT,
                ref=f"ref of {key}",
                name="a.pdf",
                title="做了什么",
                person_id=person,
                address_id=address,
                channel="telegram",
                account="1",
                of_id=7,
                place="done",
            )
        )


def claims(ground: Ground, minutes: float = 0, most: int = 10) -> list[Fetch]:
    return ground.database.write(lambda conn: store.claim(conn, NOW + timedelta(minutes=minutes), most))


def test_who_has_it_has_it_alone_until_the_lease_ends_and_it_ends_once(ground: Ground) -> None:
    sends(ground, "in:1:file:0", "in:1:file:1")
    (first,) = claims(ground, most=1)
    assert (first.ref, first.title, first.wanted_for, first.tries) == ("ref of in:1:file:0", "做了什么", For.REPORT, 1)
    assert [one.key for one in claims(ground)] == ["in:1:file:1"]
    assert claims(ground, LEASE.total_seconds() / 60 - 1) == []
    again = claims(ground, LEASE.total_seconds() / 60, most=1)[0]  # whoever had it is dead, or slow
    assert (again.id, again.tries) == (first.id, 2)
    finish = ground.database.write
    assert [finish(lambda conn, one=one: store.finish(conn, one)) for one in (first, again, again)] == [  # type: ignore[misc]
        False,
        True,
        False,
    ]


def test_what_could_not_be_had_comes_again_and_is_given_up_in_the_end(ground: Ground) -> None:
    sends(ground, "in:1:file:0")
    (one,) = claims(ground)
    at = again_at(one.tries, NOW)
    assert at == NOW + timedelta(seconds=10)
    ground.database.write(lambda conn: store.later(conn, one, at))
    assert not ground.database.read(lambda conn: store.has_due(conn, NOW))
    assert ground.database.read(lambda conn: store.has_due(conn, at))
    assert [again_at(tries, NOW) is None for tries in (0, 1, 5, 6)] == [True, False, False, True]
