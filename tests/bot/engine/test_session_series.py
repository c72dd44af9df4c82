"""A series of sessions: asked about one by one, in the calendar at once, changed and called off from one of them on."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.engine import session_series as engine
from bot.engine.compose import compose_reply
from bot.engine.session_series import not_asked_yet
from bot.local_time import to_wall
from bot.people.store import by_id
from bot.rendering.renderer import Renderer
from bot.sessions import store
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Session, SessionState
from bot.sessions.series import Every, Repeat
from bot.settings import Settings
from tests.support.school import School, utc
from tests.support.sessions import branch, change, invitation, plan, told

BERLIN = "Europe/Berlin"
FIRST = utc("2026-10-18 18:00")
"""A Sunday, eight in the evening in Berlin, where the clocks change on the next one."""


@pytest.fixture
def mei(school: School) -> int:
    school.until(utc("2026-10-15 16:00"))
    person = school.student("S1", zone=BERLIN, country="DE")
    branch(school, [person])
    return person


def series(school: School, times: int = 4, every: Every = Every.WEEK) -> list[Session]:
    quiet = school.db.read(school.programmes.current).quiet
    wants = plan(starts_at=FIRST, zone=BERLIN)
    made: list[Session] = school.do(
        lambda conn: engine.create_all(conn, "B1", wants, Repeat(every, times), None, school.now, quiet)
    )
    school.work_off()
    return made


def asked_text(school: School, session: Session, person_id: int) -> str:
    prompt = invitation(school, session, person_id)

    def look(conn: Connection) -> str:
        person = by_id(conn, person_id)
        assert person is not None
        asks = "session/question"
        tools: dict[str, Any] = {"renderer": Renderer(), "settings": Settings(), "now": school.now}
        return compose_reply(conn, person, asks, {}, prompt.id, **tools).text

    return school.db.read(look)


def move_on(school: School, one: Session, **changes: object) -> list[Session]:
    quiet = school.db.read(school.programmes.current).quiet
    done: list[Session] = school.do(
        lambda conn: engine.change_following(conn, one.id, changes, None, school.now, quiet)
    )
    school.work_off()
    return done


def walls(school: School, one: Session) -> list[str]:
    found = school.db.read(lambda conn: store.of_series(conn, one.series or ""))
    return [f"{to_wall(each.starts_at, each.zone):%m-%d %H:%M}" for each in found]


def test_she_is_asked_about_each_in_its_time_and_not_about_all_at_once(school: School, mei: int) -> None:
    made = series(school)
    assert walls(school, made[0]) == ["10-18 20:00", "10-25 20:00", "11-01 20:00", "11-08 20:00"]
    assert told(school, mei) == [("question", "10-15 16:00")]
    school.until(utc("2026-10-25 00:00"))
    assert [one for one in told(school, mei) if one[0] == "question"] == [
        ("question", "10-15 16:00"),
        ("question", "10-19 19:00"),
    ]


def test_what_her_calendar_knows_it_by_stays_when_she_is_asked(school: School, mei: int) -> None:
    made = series(school, 3)
    ahead = school.db.read(lambda conn: not_asked_yet(conn, mei, school.now))
    assert [one.id for one, _ in ahead] == [made[1].id, made[2].id]
    uids = {one.id: her.uid for one, her in ahead}
    school.until(utc("2026-10-20 00:00"))
    (asked,) = school.db.read(lambda conn: store.invitations_of(conn, made[1].id))
    assert asked.uid == uids[made[1].id]
    assert len(set(uids.values())) == 2
    assert [one.id for one, _ in school.db.read(lambda conn: not_asked_yet(conn, mei, school.now))] == [made[2].id]


def test_one_moves_by_itself_and_the_others_stay(school: School, mei: int) -> None:
    made = series(school)
    assert mei
    change(school, made[1], starts_at=made[1].starts_at + timedelta(days=1))
    assert walls(school, made[0]) == ["10-18 20:00", "10-26 20:00", "11-01 20:00", "11-08 20:00"]
    found = school.db.read(lambda conn: store.of_series(conn, made[0].series or ""))
    assert [one.sequence for one in found] == [0, 1, 0, 0]
    assert found[1].asked_from == (made[1].asked_from or FIRST) + timedelta(days=1)


def test_this_and_the_following_move_to_the_same_hour_on_the_wall(school: School, mei: int) -> None:
    made = series(school)
    done = move_on(school, made[1], starts_at=utc("2026-10-24 17:00"), zone=BERLIN)  # Saturday, seven in the evening
    assert [one.id for one in done] == [one.id for one in made[1:]]
    assert walls(school, made[0]) == ["10-18 20:00", "10-24 19:00", "10-31 19:00", "11-07 19:00"]
    assert [one.sequence for one in done] == [1, 1, 1]
    assert told(school, mei) == [("question", "10-15 16:00")]  # she has not been asked about any of them yet
    school.until(utc("2026-10-18 18:30"))
    assert ("question", "10-18 17:00") in told(school, mei)


def test_only_what_was_changed_is_changed_in_those_that_follow(school: School, mei: int) -> None:
    made = series(school)
    assert mei
    change(school, made[2], title="另一个主题", starts_at=made[2].starts_at + timedelta(hours=1))
    move_on(school, made[0], link="https://meet.example.edu/new")
    found = school.db.read(lambda conn: store.of_series(conn, made[0].series or ""))
    assert {one.link for one in found} == {"https://meet.example.edu/new"}
    assert [one.title for one in found][2] == "另一个主题"
    assert walls(school, made[0])[2] == "11-01 21:00"


def test_this_and_the_following_are_called_off(school: School, mei: int) -> None:
    made = series(school)
    school.until(utc("2026-10-20 12:00"))
    quiet = school.db.read(school.programmes.current).quiet
    school.do(lambda conn: engine.cancel_following(conn, made[1].id, None, school.now, quiet))
    found = school.db.read(lambda conn: store.of_series(conn, made[0].series or ""))
    assert [one.state for one in found] == [SessionState.PLANNED] + [SessionState.CANCELLED] * 3
    school.until(utc("2026-11-10 12:00"))
    assert [one for one in told(school, mei) if one[0] == "cancelled"] == [("cancelled", "10-20 12:00")]
    assert len([one for one in told(school, mei) if one[0] == "question"]) == 2


def test_a_session_by_itself_has_none_that_follow(school: School, mei: int) -> None:
    assert mei
    (only,) = series(school, 1)
    assert only.series is None
    with pytest.raises(SessionRefused) as refused:
        move_on(school, only, minutes=90)
    assert refused.value.fault is Fault.NO_SERIES


@pytest.mark.parametrize(
    ("every", "words"), [(Every.WEEK, "每周一次，一共 3 次"), (Every.MONTH, "每月一次，一共 3 次")]
)
def test_the_first_question_says_how_often_it_is(school: School, mei: int, every: Every, words: str) -> None:
    first, second, _ = series(school, 3, every)
    assert words in asked_text(school, first, mei)
    school.until((second.asked_from or school.now) + timedelta(days=1))
    assert "一共" not in asked_text(school, second, mei)
