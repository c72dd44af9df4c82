"""The pipeline: each item with its steps and numbers, the names behind a number, and what is done for them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.outbox.store import outbox
from bot.programmes.store import latest_id
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town


@pytest.fixture
def school(town: Town) -> Town:
    """Return three students of C1 (answered, silent, asked for a report) and one of nobody."""
    counsellor = town.ground.staff("C1", "counsellor")
    for number, role in (("C2", "counsellor"), ("O1", "office"), ("P1", "supervisor")):
        town.ground.staff(number, role)
    version = town.app.database.read(latest_id)
    for number, name, state, kind, item in (
        ("S1", "王雨桐", "answered", "checkin", "checkin"),
        ("S2", "李静", "late", "checkin", "checkin"),
        ("S3", "赵敏", "open", "report", "return_report"),
    ):
        person = town.ground.student(number, name=name, counsellor=counsellor)
        more: dict[str, Any] = {"version_id": version, "kind": kind, "item": item, "trip_id": town.ground.trip(person)}
        if state == "answered":
            more |= {"choice": "hard", "share_with": "support"}
        town.ground.prompt(person, state, **more)
    return town


def test_step_number_names_and_then_something_is_done(school: Town) -> None:
    visitor = school.signed_in("O1")
    page = visitor.get("/console/pipeline")
    assert "已提醒 1" in page.words
    assert 'href="/console/pipeline/checkin?step=reminded"' in page.text
    names = visitor.get("/console/pipeline/checkin?step=reminded")
    assert "李静" in names.words
    assert "王雨桐" not in names.words
    picked = visitor.press("提醒", person="S2")
    assert picked.headers["location"].startswith("/console/people-selected/")
    assert "李静" in visitor.follow().words


def test_it_shows_nothing_of_answers_and_only_those_in_scope(school: Town) -> None:
    page = school.signed_in("C1").get("/console/pipeline/checkin?step=done").words
    assert "王雨桐" in page
    assert "有点难" not in page
    assert "李静" not in school.signed_in("C2").get("/console/pipeline/checkin?step=reminded").words
    assert school.signed_in("P1").get("/console/pipeline").status == 404
    visitor = school.signed_in("O1")
    assert visitor.get("/console/pipeline/nothing?step=done").status == 404
    assert visitor.get("/console/pipeline/checkin?step=forged").status == 404


def asked_of(town: Town, number: str, kind: str, state: str, departs: date, **more: Any) -> None:
    """Put somebody who was asked for an item before her departure yesterday, and let her open the page of it."""
    person = town.ground.student(number, name=f"同学{number}")
    trip = town.ground.trip(person, departs=departs, returns=date(2027, 6, 30))
    version = town.app.database.read(latest_id)
    values: dict[str, Any] = {"version_id": version, "kind": kind, "item": kind, "trip_id": trip}
    values |= {"zone": "Asia/Shanghai", "next_at": NOW + timedelta(days=1), "occasion": f"trip:{trip}:{departs}"}
    town.ground.prompt(person, state, opened=timedelta(hours=40), **values | more)


@pytest.mark.parametrize(
    ("kind", "state", "title"),
    [
        ("checklist", "open", "行前准备"),
        ("checklist", "missed", "行前准备"),
        ("channels", "late", "出发前两个渠道"),
        ("flight", "open", "几点落地"),
    ],
)
def test_an_open_item_before_departure_is_reminded_of(school: Town, kind: str, state: str, title: str) -> None:
    asked_of(school, "S4", kind, state, date(2026, 12, 1))
    step = {"open": "asked", "late": "reminded", "missed": "silent"}[state]
    visitor = school.signed_in("O1")
    visitor.get(f"/console/pipeline/{kind}?step={step}")
    visitor.press("提醒", person="S4")
    counted = visitor.follow().words
    assert title in counted
    assert "1 会收到提醒" in counted
    visitor.press("提醒这 1 人")
    assert "1 会收到提醒，夜里的等到早上" in visitor.follow().words
    found = school.app.database.read(lambda conn: conn.execute(select(outbox.c.template)).scalars().all())
    assert found == [f"{kind}/reminder"]
    assert "同学S4" in visitor.get(f"/console/pipeline/{kind}?step=reminded").words
    visitor.press("提醒", person="S4")
    again = visitor.follow().words
    assert "1 今天已经问过或提醒过" in again
    assert "所以现在谁都不用处理" in again


def test_only_what_can_be_done_has_a_button(school: Town) -> None:
    asked_of(school, "S4", "flight", "open", date(2026, 12, 1))
    asked_of(school, "S5", "checklist", "answered", date(2026, 12, 1))
    asked_of(school, "S6", "checklist", "open", date(2026, 12, 1))
    visitor = school.signed_in("O1")

    def buttons(path: str) -> set[str]:
        page = visitor.get(f"/console/pipeline/{path}")
        return {label for form in page.forms for label, name, _ in form.buttons if name == "deed"} & {
            "提醒",
            "再等两天",
        }

    assert buttons("checkin?step=reminded") == buttons("checklist?step=asked") == {"提醒", "再等两天"}
    assert buttons("flight?step=asked") == buttons("return_report?step=asked") == {"提醒"}
    assert buttons("checkin?step=done") == buttons("checklist?step=done") == set()


def test_an_item_that_is_not_there_is_refused(school: Town) -> None:
    visitor = school.signed_in("O1")
    visitor.get("/console/pipeline/checkin?step=reminded")
    assert visitor.press("提醒", person="S2", item="forged").status == 400
