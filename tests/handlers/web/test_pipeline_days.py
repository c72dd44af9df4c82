"""The pipeline below the programme: deadlines at home, papers that run out, what follows a stay; and a word of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.deadlines import store as deadlines_store
from bot.deadlines.model import Standing
from bot.deadlines.store import deadlines, expiring_papers, reminders
from bot.engine import following_up
from bot.engine.deadline_audience import let_go
from bot.outbox.store import outbox
from bot.talks import store as talks
from bot.talks.store import follow_ups
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town

DUE = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)


@pytest.fixture
def school(town: Town) -> Town:
    """Return three students with a deadline at home, told, settled and not told yet; one of them told of her visa."""
    town.ground.staff("O1", "office")
    town.ground.staff("C1", "counsellor")
    values = {"key": "credits", "title": "学分认定", "kind": "credits", "due_at": DUE, "note": "", "link": ""}
    town.ground.put(deadlines, **values, levels="", countries="", types="")
    three = (("S1", "王雨桐", 1, "waiting"), ("S2", "李静", 2, "done"), ("S3", "赵敏", 0, "waiting"))
    for number, name, told, state in three:
        person = town.ground.student(number, name=name)
        town.ground.trip(person)
        row = {"about": "deadline", "deadline_id": 1, "due_at": DUE, "state": state, "told": told}
        town.ground.put(reminders, person_id=person, **row, next_at=NOW + timedelta(hours=1), days=7)
    paper = town.ground.put(expiring_papers, person_id=3, about="visa", expires=date(2026, 12, 10), is_own=True)
    row = {"about": "visa", "paper_id": paper, "due_at": DUE + timedelta(days=10), "state": "waiting", "told": 2}
    town.ground.put(reminders, person_id=3, **row)
    return town


def waiting(town: Town) -> list[tuple[str, str]]:
    query = select(outbox.c.template, outbox.c.state)
    return [(row.template, row.state) for row in town.app.database.read(lambda conn: conn.execute(query).all())]


def test_a_deadline_has_steps_numbers_and_names(school: Town) -> None:
    visitor = school.signed_in("O1")
    page = visitor.get("/console/pipeline")
    assert "学分认定" in page.words
    assert 'href="/console/pipeline/due-1?step=asked"' in page.text
    assert "签证到期" in page.words
    named = visitor.get("/console/pipeline/due-1?step=asked").words
    assert "王雨桐" in named
    assert "李静" not in named
    assert "赵敏" not in named
    assert "再等两天" not in named
    assert "李静" in visitor.get("/console/pipeline/due-1?step=done").words
    assert visitor.get("/console/pipeline/due-9?step=asked").status == 404
    assert "王雨桐" not in school.signed_in("C1").get("/console/pipeline/due-1?step=asked").words


def test_whoever_was_told_is_reminded_once_a_day_and_not_once_it_is_settled(school: Town) -> None:
    visitor = school.signed_in("O1")
    visitor.get("/console/pipeline/due-1?step=asked")
    visitor.press("提醒", person="S1")
    counted = visitor.follow().words
    assert "事项：学分认定" in counted
    assert "1 会收到提醒" in counted
    visitor.press("提醒这 1 人")
    assert "1 会收到提醒，夜里的等到早上" in visitor.follow().words
    assert waiting(school) == [("deadline/reminder", "waiting")]
    assert "王雨桐" in visitor.get("/console/pipeline/due-1?step=reminded").words
    visitor.press("提醒", person="S1")
    assert "1 今天已经问过或提醒过" in visitor.follow().words
    for number, word in (("S2", "不用提醒"), ("S3", "不用提醒")):
        visitor.get("/console/pipeline/due-1?step=reminded")
        visitor.press("提醒", person=number)
        assert word in visitor.follow().words
    row = school.app.database.read(lambda conn: conn.execute(select(reminders).where(reminders.c.id == 1)).one())
    assert row.next_at is not None  # what was planned for this very day of hers is left out
    assert row.next_at > NOW + timedelta(days=1)
    hers = school.app.database.read(lambda conn: deadlines_store.reminder(conn, 1))
    assert hers is not None
    school.app.database.write(lambda conn: let_go(conn, [hers], Standing.DONE))
    assert waiting(school) == [("deadline/reminder", "withdrawn")]


def test_a_talk_after_a_stay_is_offered_once_more(school: Town) -> None:
    trip = school.ground.trip(3, key="old", departs=date(2026, 3, 1), returns=date(2026, 11, 10))
    asked = {"asked_at": NOW - timedelta(days=2), "next_at": NOW + timedelta(days=3)}
    one_id = school.ground.put(follow_ups, person_id=3, trip_id=trip, month=0, **asked)
    visitor = school.signed_in("O1")
    assert "回国后谈心" in visitor.get("/console/pipeline").words
    visitor.get("/console/pipeline/after-0?step=asked")
    visitor.press("提醒", person="S1")
    visitor.follow()
    visitor.press("提醒这 1 人")
    visitor.follow()
    assert waiting(school) == [("followup/talk", "waiting")]
    one = school.app.database.read(lambda conn: talks.follow_up(conn, one_id))
    assert one is not None
    assert one.next_at is None  # by itself nobody asks any more
    school.app.database.write(lambda conn: following_up.stop(conn, 3, NOW))
    assert waiting(school) == [("followup/talk", "withdrawn")]
