"""A message of the outbox is rendered for its reader: her language, her zone, and what she may know."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.engine.compose import compose, compose_reply
from bot.engine.compose_facts import facts_of
from bot.engine.moving import move
from bot.outbox import store as outbox_store
from bot.outbox.model import Message, Rendered
from bot.people.model import RoleKind
from bot.people.store import role_scopes, roles
from bot.places.zone_finder import ZoneFinder
from bot.rendering.renderer import Renderer
from bot.settings import Service, Settings
from tests.support.school import utc
from tests.support.talk import Talk, labels, open_tables

RENDERER, FINDER = Renderer(), ZoneFinder()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    database = open_tables(tmp_path)
    yield Talk(database, RENDERER, FINDER)
    database.close()


def _message(talk: Talk, person_id: int, template: str) -> Message:
    outbox = outbox_store.outbox
    query = select(outbox).where(outbox.c.person_id == person_id, outbox.c.template == template)
    return talk.db.read(lambda conn: outbox_store.from_row(conn.execute(query.order_by(outbox.c.id)).all()[0]))


def _composed(talk: Talk, message: Message, **settings: Any) -> Rendered:
    return talk.db.read(lambda conn: compose(conn, message, RENDERER, Settings(**settings), talk.now))


def test_a_question_needs_no_data_of_its_own(talk: Talk) -> None:
    student = talk.student("S1")
    talk.until(utc("2026-09-08 22:40"))
    message = _message(talk, student, "checkin/question")
    assert message.data == {}
    assert _composed(talk, message).text == "这周还好吗？"
    talk.set(student, language="en")
    assert _composed(talk, message).text == "How has your week been?"


def test_an_alarm_reads_in_the_helpers_zone_and_says_hers(talk: Talk) -> None:
    student = talk.student("S1", zone="America/Sao_Paulo", city="São Paulo", country="BR")
    talk.set(talk.counsellor, zone="Europe/London", language="en")
    talk.until(utc("2026-09-12 00:00"))
    text = _composed(talk, _message(talk, talk.counsellor, "staff/case_missed")).text
    assert "S1 has not answered" in text
    assert "We asked on Tue 8 Sep, 22:30" in text
    assert "São Paulo, Brazil; it is Fri 11 Sep, 21:00 there" in text
    assert talk.cases(student) == [("missed", "open")]


def test_a_console_that_platforms_can_open_is_a_button(talk: Talk) -> None:
    talk.says(talk.student("S1"), "SOS")
    message = _message(talk, talk.counsellor, "staff/case_urgent")
    assert labels([_composed(talk, message)]) == ["我来处理"]
    public = _composed(talk, message, service=Service(base_url="https://yanxin.example.edu"))
    assert public.buttons[1][0].url == "https://yanxin.example.edu/console/cases/1"
    assert "https://" not in public.text


def test_who_may_know_depends_on_who_is_there(talk: Talk) -> None:
    student = talk.student("S1")
    talk.presses(student, "volunteer:hard")
    assert labels(talk.last)[:3] == ["我的辅导员", "专项办公室", "先不告诉任何人"]
    support = talk.person("P1", RoleKind.OFFICE)
    held = select(roles.c.id).where(roles.c.person_id == support)
    talk.do(
        lambda conn: conn.execute(
            role_scopes.insert().values(role_id=conn.execute(held).scalar_one(), kind="matter", value="support")
        )
    )
    talk.set(student, counsellor_id=None)
    talk.presses(student, "volunteer:hard")
    assert labels(talk.last)[:3] == ["心理支持", "专项办公室", "先不告诉任何人"]


def test_the_country_is_where_she_is_and_unknown_when_in_doubt(talk: Talk) -> None:
    student = talk.student("S1", departs="2026-10-01", zone="Asia/Kathmandu", country="NP")
    home = talk.someone(student)

    def country(now: str) -> str:
        return talk.db.read(lambda conn: facts_of(conn, talk.someone(student)).place_now(utc(now)).country)

    assert home.zone == "Asia/Shanghai"
    assert country("2026-09-10 00:00") == "CN"
    assert country("2026-10-10 00:00") == "NP"
    there = utc("2026-10-09 00:00")
    talk.do(lambda conn: move(conn, student, "Asia/Bangkok", there, talk.programmes))
    assert country("2026-10-10 00:00") == ""
    talk.do(lambda conn: move(conn, student, "Asia/Bangkok", there, talk.programmes, city="Bangkok", country="TH"))
    assert country("2026-10-10 00:00") == "TH"
    talk.set(student, zone="Europe/Berlin")
    assert country("2026-09-10 00:00") == ""


def test_without_a_time_it_reads_as_of_when_it_was_queued(talk: Talk) -> None:
    talk.says(talk.student("S1"), "SOS")
    message = _message(talk, talk.counsellor, "staff/case_urgent")
    text = talk.db.read(lambda conn: compose(conn, message, RENDERER, Settings())).text
    assert "当地时间 9月1日 周二 20:00" in text


def test_what_is_gone_is_an_error(talk: Talk) -> None:
    student = talk.student("S1")
    talk.until(utc("2026-09-08 22:40"))
    message = _message(talk, student, "checkin/question")
    for change in ({"person_id": 999}, {"prompt_id": 999}, {"case_id": 999}, {"about_id": 999}):
        broken = Message(**{**message.__dict__, **change})
        with pytest.raises(LookupError):
            _composed(talk, broken)


def test_a_reply_on_a_page_is_rendered_without_a_row(talk: Talk) -> None:
    student = talk.student("S1")
    rendered = talk.db.read(
        lambda conn: compose_reply(
            conn,
            talk.someone(student),
            "note/ask",
            {"choice": "hard"},
            None,
            renderer=RENDERER,
            settings=Settings(),
            now=talk.now,
        )
    )
    assert "只有你选的人能看到" in rendered.text
