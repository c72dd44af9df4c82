"""The duty phone in the console: who is on, gaps, stand-ins, test alarms; and who may not."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.addresses.model import AddressState
from bot.addresses.store import put
from bot.duty.store import alarm_tests, duty_overrides
from bot.journal.store import journal
from bot.outbox.store import outbox
from bot.people.store import by_number
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town
from tests.support.rotas import EUROPE, EVERYBODY, LOADED, load_rotas, student

# The town's clock stands on Wednesday 18 November, 12:00 UTC: 13:00 in Berlin, 20:00 in Beijing.
GOOD = {"rota": "Europe", "who": "D2", "from": "2026-11-18T20:00", "to": "2026-11-19T08:00"}
PATH = "/console/duty"


@pytest.fixture
def office(town: Town) -> Visitor:
    for number, role in {"D1": "counsellor", "D2": "counsellor", "O1": "office", "V1": "supervisor"}.items():
        town.ground.staff(number, role, name=f"Teacher {number}", language="en")
    town.ground.staff("K1", "coordinator", ("region", "AS"), language="en")

    def work(conn: Connection) -> None:
        student(conn, "S1", "Berlin", "DE", "Europe/Berlin")
        load_rotas(conn, EUROPE + EVERYBODY)

    town.app.database.write(work)
    return town.signed_in("O1")


def rows(town: Town, *columns: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = town.app.database.read(
        lambda conn: [tuple(row) for row in conn.execute(select(*columns))]
    )
    return found


def link(town: Town, number: str, channel: str) -> None:
    def work(conn: Connection) -> None:
        person = by_number(conn, number)
        assert person is not None
        put(conn, person.id, channel, channel, number, AddressState.WORKING, LOADED)

    town.app.database.write(work)


def send(visitor: Visitor, fields: dict[str, str], path: str = f"{PATH}/override") -> int:
    csrf = visitor.get(PATH).forms[0].fields["csrf"]
    return visitor.post(path, fields | {"csrf": csrf}).status


def words(visitor: Visitor) -> str:
    shown = visitor.get(PATH)
    assert shown.status == 200
    return shown.words


def test_it_shows_who_is_on_and_next_and_when_nobody_is(office: Visitor) -> None:
    seen = words(office)
    assert "Europe Teacher D1 D1 until Wed 18 Nov, 20:00 Next: Teacher D1 D1 from Thu 19 Nov, 08:00" in seen
    assert "Everybody Nobody Next: Teacher O1 O1 from Thu 19 Nov, 09:00 Times in Shanghai" in seen
    assert "Wed 18 Nov, 20:00–Thu 19 Nov, 02:00 Berlin, 1 student" in seen  # then Beijing is at its desks


def test_it_is_there_in_chinese(town: Town, office: Visitor) -> None:
    link(town, "D1", "telegram")
    office.cookies["yanxin_language"] = ("zh", "/")
    seen = words(office)
    for word in ("值班电话", "接班：", "无人值班的时段", "1 名学生", "代班", "紧急提醒送得到吗", "只有聊天"):
        assert word in seen


def test_a_stand_in_is_arranged_told_and_taken_back(town: Town, office: Visitor) -> None:
    link(town, "D2", "telegram")
    assert send(office, GOOD) == 303
    seen = words(office)
    assert "Europe: Teacher D2 D2 , Wed 18 Nov, 20:00 – Thu 19 Nov, 08:00 Berlin · arranged by Teacher O1" in seen
    assert "Wed 18 Nov, 20:00–Thu 19 Nov" not in seen
    assert rows(town, outbox.c.template, outbox.c.channel) == [("staff/duty_yours", "telegram")]
    assert office.press("Take back").status == 303
    assert "arranged by" not in words(office)
    actions = rows(town, journal.c.action)
    assert ("duty.overridden",) in actions
    assert ("duty.override_cancelled",) in actions


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rota": "Asia"}, "There is no such rota any more"),
        ({"from": ""}, "Please give a day and a time"),
        ({"to": "2026-11-18T19:00"}, "The end must come after the beginning"),
        ({"from": "2026-11-01T09:00", "to": "2026-11-02T09:00"}, "That is over already"),
        ({"who": "S1"}, "Nobody on the roster with a role of staff"),
    ],
)
def test_a_wrong_one_is_said_and_what_was_filled_in_stays(
    town: Town, office: Visitor, wrong: dict[str, str], said: str
) -> None:
    assert send(office, GOOD | wrong) == 400
    assert office.shown is not None
    assert said in office.shown.words
    assert f'value="{(GOOD | wrong)["who"]}"' in office.shown.text
    assert rows(town, duty_overrides.c.id) == []


def test_whoever_is_on_a_rota_arranges_that_one_only(town: Town, office: Visitor) -> None:
    assert office is not None
    teacher = town.signed_in("D1")
    assert send(teacher, GOOD) == 303
    assert send(teacher, GOOD | {"rota": "Everybody"}) == 403
    assert rows(town, duty_overrides.c.rota) == [("Europe",)]


def test_a_coordinator_reads_of_gaps_for_own_students(town: Town, office: Visitor) -> None:
    assert "Berlin," in words(office)
    assert "Berlin," not in words(town.signed_in("K1"))


def test_a_supervisor_and_a_stranger_see_nothing_of_it(town: Town, office: Visitor) -> None:
    assert office is not None
    assert town.signed_in("V1").get(PATH).status == 404
    assert town.visitor().get(PATH).status == 401
    assert town.signed_in("O1").post(f"{PATH}/override", GOOD).status == 403  # no token of a page of ours


def test_what_is_not_there_is_not_taken_back(office: Visitor) -> None:
    for number in (7, 2**70):
        assert send(office, {}, f"{PATH}/override/{number}/cancel") == 404


def test_a_test_alarm_is_sent_and_confirmed_by_its_link(town: Town, office: Visitor) -> None:
    link(town, "D1", "telegram")
    link(town, "D1", "apprise")
    assert "Teacher D1 D1 : alarm URLs and chat. Never confirmed." in words(office)
    assert send(office, {"number": "D1"}, f"{PATH}/test") == 303
    assert "A test alarm is on its way" in office.follow().words
    sent = rows(town, outbox.c.template, outbox.c.channel, outbox.c.data)
    assert [row[:2] for row in sent] == [("alarm/test", "telegram"), ("alarm/test_rings", "apprise")]
    phone, path = town.visitor(), f"/alarm/{sent[1][2]['token']}"
    assert "nobody is in danger" in phone.get(path).words
    assert rows(town, alarm_tests.c.confirmed_at) == [(None,)]  # looking changes nothing
    assert phone.press("It has arrived").status == 303
    assert "Thank you, that works" in phone.follow().words
    assert rows(town, alarm_tests.c.confirmed_by) == [("link",)]
    assert "Confirmed Wed 18 Nov, 20:00." in words(office)


def test_whoever_nothing_reaches_cannot_be_tried(town: Town, office: Visitor) -> None:
    assert send(office, {"number": "D1"}, f"{PATH}/test") == 400
    assert office.shown is not None
    assert "Nothing reaches this person yet" in office.shown.words
    assert send(town.signed_in("D2"), {"number": "D1"}, f"{PATH}/test") == 404
    assert send(office, {"number": "S1"}, f"{PATH}/test") == 404


def test_a_link_that_is_none_or_too_old_confirms_nothing(town: Town, office: Visitor) -> None:
    assert town.visitor().get("/alarm/nothing").status == 404
    assert town.visitor().post("/alarm/nothing").status == 404
    link(town, "D1", "apprise")
    send(office, {"number": "D1"}, f"{PATH}/test")
    path = f"/alarm/{rows(town, outbox.c.data)[0][0]['token']}"
    town.clock.advance(timedelta(days=8))
    assert town.visitor().get(path).status == 410
    town.visitor().post(path)
    assert rows(town, alarm_tests.c.confirmed_at) == [(None,)]
