"""What is owed follows from rules, stays and contact; the same again changes nothing. On both databases."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine.obligation_following import follow
from bot.obligations import store
from bot.obligations.model import How, Kind, Stage
from bot.obligations.parse import shipped
from bot.schema import metadata
from bot.sealed import Keyring
from bot.sessions.marks import session_marks
from bot.sessions.store import sessions
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.trips.store import trips
from tests.fakes.ground import NOW, Ground
from tests.support.home_branch import home_branch, owes, study


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    url = f"sqlite:///{tmp_path}/g.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    database = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield Ground(database)
    database.close()


def followed(ground: Ground, now: datetime = NOW, off_in: tuple[str, ...] = ()) -> int:
    return ground.database.write(lambda conn: follow(conn, now, shipped(), off_in))


def seen(ground: Ground, person: int) -> list[tuple[str, str, str]]:
    found = ground.database.read(lambda conn: store.of_people(conn, [person]))[person]
    return [(one.rule, one.due_on.isoformat(), one.stage.value) for one in found]


def test_rows_follow_from_the_rules_and_the_same_again_changes_nothing(ground: Ground) -> None:
    person = ground.student("S1")
    trip = ground.trip(person)
    home_branch(ground, "H1", None, [person])
    assert followed(ground) == 3
    assert seen(ground, person) == [
        ("study_report", "2026-12-31", "open"),
        ("contact", "2027-03-02", "open"),
        ("return_request", "2027-07-30", "open"),
    ]
    assert followed(ground) == 0
    ground.database.write(lambda conn: conn.execute(trips.update().values(returns=date(2026, 12, 1))))  # home early
    followed(ground)
    assert seen(ground, person)[:3] == [
        ("study_report", "2026-12-31", "withdrawn"),
        ("return_request", "2026-12-31", "open"),
        ("contact", "2027-03-02", "withdrawn"),
    ]
    ground.database.write(
        lambda conn: conn.execute(trips.update().values(returns=date(2027, 6, 30)))
    )  # and longer again
    followed(ground)
    assert {row for row in seen(ground, person) if row[2] == "open"} == {
        ("study_report", "2026-12-31", "open"),
        ("contact", "2027-03-02", "open"),
        ("return_request", "2027-07-30", "open"),
    }
    assert trip


def test_a_session_or_a_study_report_is_contact(ground: Ground) -> None:
    person, other = ground.student("S1"), ground.student("S2")
    trip, second = ground.trip(person), ground.trip(other)
    branch = home_branch(ground, "H1", None, [person, other])
    followed(ground)
    at = NOW - timedelta(days=3)
    times = {"starts_at": at, "rsvp_by": at, "created_at": at, "changed_at": at}
    values = {"state": "planned", "title": "x", "zone": "UTC", "minutes": 60, "is_discreet": True, "sequence": 0}
    session = ground.put(sessions, branch_id=branch, **times, **values)
    ground.put(session_marks, session_id=session, person_id=person, mark="present", how="said", at=at)
    study(ground, owes(ground, other, branch, second, period="x"), "Words.", handed=True)
    followed(ground, NOW + timedelta(hours=1))
    known = ground.database.read(lambda conn: store.of_people(conn, [person, other]))
    first = next(one for one in known[person] if one.kind is Kind.CONTACT and one.stage is Stage.DONE)
    last = next(one for one in known[other] if one.kind is Kind.CONTACT and one.stage is Stage.DONE)
    assert (first.how, last.how) == (How.SESSION, How.REPORT)
    assert ("contact", (at.date() + timedelta(days=182)).isoformat(), "open") in seen(ground, person)
    assert trip


def test_nothing_is_owed_where_branches_are_off_or_without_a_home_branch(ground: Ground) -> None:
    person, other = ground.student("S1"), ground.student("S2")
    ground.trip(person)
    ground.trip(other)
    home_branch(ground, "H1", None, [person])
    home_branch(ground, "B1", None, [other], place="temporary")
    followed(ground, off_in=("US",))
    assert seen(ground, person) == seen(ground, other) == []
    followed(ground)
    assert len(seen(ground, person)) == 3
    followed(ground, off_in=("US",))
    assert {stage for _, _, stage in seen(ground, person)} == {"withdrawn"}
    assert seen(ground, other) == []
