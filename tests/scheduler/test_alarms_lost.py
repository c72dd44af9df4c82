"""Alarms that do not arrive: the next address gets a copy, and what is lost at everybody goes on to the next people."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.cases.events import case_events
from bot.cases.model import Case, Reason
from bot.engine.casework import open_case, raise_sos
from bot.engine.deeds import acknowledge
from bot.journal.store import journal
from bot.outbox.store import attempts, outbox
from bot.people.model import RoleKind, ScopeKind
from bot.people.store import role_scopes, roles
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from scheduler import alarms_lost
from tests.support.school import School


@pytest.fixture(params=["sqlite", "postgres"])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[School]:
    url = f"sqlite:///{tmp_path}/school.db"
    if request.param == "postgres":
        url = request.getfixturevalue("fresh_pg_url")
    database = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield School(database)
    database.close()


@pytest.fixture
def coordinator(school: School) -> int:
    """Somebody who is told at the second step only."""
    person = school.person("K1", RoleKind.COORDINATOR)
    school.link(person)

    def limit(conn: Any) -> None:
        role = conn.execute(select(roles.c.id).where(roles.c.person_id == person)).scalar_one()
        conn.execute(role_scopes.insert().values(role_id=role, kind=ScopeKind.COUNTRY.value, value="US"))

    school.do(limit)
    return person


def cries(school: School) -> Case:
    student = school.student("S1")
    case: Case = school.do(lambda conn: raise_sos(conn, student, None, school.now))
    return case


def alarms(school: School, person: int, template: str = "staff/case_urgent") -> list[Any]:
    query = select(outbox).where(outbox.c.person_id == person, outbox.c.template == template).order_by(outbox.c.id)
    return list(school.db.read(lambda conn: conn.execute(query).all()))


def set_alarms(school: School, *people: int, **values: Any) -> None:
    school.do(lambda conn: conn.execute(outbox.update().where(outbox.c.person_id.in_(people)).values(**values)))


def failed_once(school: School, person: int) -> None:
    """Let the newest alarm of somebody have been tried at this instant, in vain, and wait for another try."""
    row = alarms(school, person)[-1]
    again = outbox.update().where(outbox.c.id == row.id).values(tries=1, next_try_at=school.now + timedelta(minutes=5))
    school.do(lambda conn: conn.execute(again))
    values = {"outbox_id": row.id, "address_id": row.address_id, "body": {}, "epoch": 1, "started_at": school.now}
    school.do(lambda conn: conn.execute(attempts.insert().values(**values)))


def sweep(school: School, **later: float) -> int:
    school.now += timedelta(**later)
    done: int = school.do(lambda conn: alarms_lost.work_off(conn, school.now))
    return done


def story(school: School) -> list[tuple[str, str | None]]:
    query = select(case_events.c.deed, case_events.c.word).order_by(case_events.c.id)
    return school.db.read(lambda conn: [(row.deed, row.word) for row in conn.execute(query)])


def test_after_a_minute_the_next_address_gets_one_copy_and_the_case_shows_both(school: School) -> None:
    for channel in ("wecom", "web", "mail"):
        school.link(school.counsellor, channel)
    cries(school)
    failed_once(school, school.counsellor)
    assert sweep(school, seconds=50) == 0
    assert sweep(school, seconds=10) == 1
    first, copy = both = alarms(school, school.counsellor)
    assert (first.state, first.channel) == ("waiting", "telegram")
    assert (copy.state, copy.channel) == ("waiting", "wecom")
    assert len({(row.about_id, row.case_id, row.template) for row in both}) == 1
    assert copy.next_try_at == school.now
    assert story(school)[-1] == ("next_address", "wecom")
    line = select(journal.c.detail).where(journal.c.action == "alarm.next_address")
    detail = school.db.read(lambda conn: conn.execute(line).scalar_one())
    assert detail == {"channel": "telegram", "to": "wecom"}
    assert sweep(school, minutes=5) == 0, "nobody has tried the copy yet"
    failed_once(school, school.counsellor)
    assert sweep(school, minutes=1) == 1  # her page alone would wait for her to look
    assert [row.channel for row in alarms(school, school.counsellor)] == ["telegram", "wecom", "mail"]
    assert sweep(school, minutes=1) == 0


@pytest.mark.parametrize("other", ["web", "apprise", None])
def test_without_another_address_that_can_push_nothing_is_copied(school: School, other: str | None) -> None:
    if other is not None:
        school.link(school.counsellor, other)
    cries(school)
    failed_once(school, school.counsellor)
    assert sweep(school, minutes=2) == 0


def test_what_has_been_taken_needs_no_copy(school: School) -> None:
    school.link(school.counsellor, "wecom")
    case = cries(school)
    failed_once(school, school.counsellor)
    school.do(lambda conn: acknowledge(conn, case.id, school.office, school.now))
    assert sweep(school, minutes=2) == 0


def test_an_alarm_that_is_lost_at_everybody_goes_on_at_once(school: School, coordinator: int) -> None:
    case = cries(school)
    assert alarms(school, coordinator) == []
    set_alarms(school, school.counsellor, state="failed")
    assert sweep(school, seconds=5) == 0  # the office may still get it
    set_alarms(school, school.office, state="expired")
    assert sweep(school, seconds=5) == 1
    assert [row.state for row in alarms(school, coordinator)] == ["waiting"]
    assert ("lost", None) in story(school)
    assert sweep(school, seconds=5) == 0
    set_alarms(school, school.counsellor, school.office, coordinator, state="failed")
    assert sweep(school, seconds=5) == 0, "behind the last step there is nobody else; it comes again in ten minutes"
    assert case.step == 1


def test_a_bell_that_rings_in_vain_is_not_waited_for_and_one_that_rang_has_told(
    school: School, coordinator: int
) -> None:
    school.link(school.counsellor, "apprise")
    cries(school)
    set_alarms(school, school.counsellor, school.office, state="failed")
    (bell,) = alarms(school, school.counsellor, "staff/wake")

    def rings(**values: Any) -> None:
        school.do(lambda conn: conn.execute(outbox.update().where(outbox.c.id == bell.id).values(**values)))

    rings(state="waiting")
    assert sweep(school, seconds=5) == 0
    rings(state="accepted")
    assert sweep(school, seconds=5) == 0
    rings(state="waiting", tries=1)
    assert sweep(school, seconds=5) == 1
    assert len(alarms(school, coordinator)) == 1


def test_a_hard_week_goes_to_nobody_else(school: School) -> None:
    student = school.student("S1")
    school.do(lambda conn: open_case(conn, student, Reason.HARD, None, school.now))
    set_alarms(school, school.counsellor, school.office, state="failed")
    assert sweep(school, seconds=5) == 0


def test_an_address_that_is_gone_is_no_second_one(school: School) -> None:
    wecom = school.link(school.counsellor, "wecom")
    cries(school)
    failed_once(school, school.counsellor)
    school.do(lambda conn: addresses_store.set_state(conn, wecom.id, AddressState.GONE))
    assert sweep(school, minutes=2) == 0


def test_alarms_that_have_no_other_way_do_not_stand_before_one_that_has(school: School) -> None:
    for number in range(3):
        student = school.student(f"M{number}")
        school.do(lambda conn, student=student: open_case(conn, student, Reason.NOT_ASKED, None, school.now))
    everything = outbox.update().values(tries=1, next_try_at=school.now + timedelta(minutes=5))
    school.do(lambda conn: conn.execute(everything))
    for row in school.db.read(lambda conn: conn.execute(select(outbox).where(outbox.c.kind == "alarm")).all()):
        values = {"outbox_id": row.id, "address_id": row.address_id, "body": {}, "epoch": 1, "started_at": school.now}
        school.do(lambda conn, values=values: conn.execute(attempts.insert().values(**values)))
    cries(school)
    failed_once(school, school.counsellor)
    failed_once(school, school.office)
    for channel in ("wecom", "mail"):
        school.link(school.office, channel)
    school.now += timedelta(minutes=1)
    assert school.do(lambda conn: alarms_lost.work_off(conn, school.now, 1)) == 1
    assert [row.channel for row in alarms(school, school.office)] == ["telegram", "wecom"], "the call for help first"
    for _ in range(3):
        assert school.do(lambda conn: alarms_lost.work_off(conn, school.now, 1)) == 1
    assert [row.channel for row in alarms(school, school.office, "staff/case_not_asked")].count("wecom") == 3
    assert school.do(lambda conn: alarms_lost.work_off(conn, school.now, 1)) == 0


def test_cases_that_only_one_person_could_not_hear_of_do_not_stand_before_one_that_nobody_heard_of(
    school: School, coordinator: int
) -> None:
    for number in range(3):
        student = school.student(f"M{number}")
        school.do(lambda conn, student=student: open_case(conn, student, Reason.NOT_ASKED, None, school.now))
    set_alarms(school, school.counsellor, state="failed")
    case = cries(school)
    lost = outbox.update().where(outbox.c.case_id == case.id).values(state="failed")
    school.do(lambda conn: conn.execute(lost))
    school.now += timedelta(seconds=5)
    assert school.do(lambda conn: alarms_lost.work_off(conn, school.now, 1)) == 1
    assert len(alarms(school, coordinator)) == 1


def test_words_that_no_key_opens_do_not_keep_other_alarms_from_their_next_address(school: School) -> None:
    for channel in ("wecom", "mail"):
        school.link(school.counsellor, channel)
    school.link(school.office, "wecom")
    cries(school)
    failed_once(school, school.counsellor)
    failed_once(school, school.office)
    (first, *_) = sorted([*alarms(school, school.counsellor), *alarms(school, school.office)], key=lambda row: row.id)
    broken = text("UPDATE outbox SET data = 'no key opens this' WHERE id = :id")
    school.do(lambda conn: conn.execute(broken, {"id": first.id}))
    assert sweep(school, minutes=1) == 1
