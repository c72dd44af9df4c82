"""The pipeline: each item with its steps and numbers, the names behind a number, and what is done for them."""

from typing import Any

import pytest

from bot.programmes.store import latest_id
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
