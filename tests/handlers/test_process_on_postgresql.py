"""The same conversations on a real PostgreSQL: locks, conflicts and sealed words behave there too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text

from bot.addresses.store import addresses
from bot.dialogues.store import dialogues
from bot.inbox.model import Incoming, Said
from bot.places.zone_finder import ZoneFinder
from bot.prompts.model import State
from bot.prompts.store import notes
from bot.rendering.renderer import Renderer
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from handlers.process import in_turn
from handlers.web.answer_said import Page, said
from tests.support.at_once import Other
from tests.support.school import utc
from tests.support.talk import Talk, text_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def talk(fresh_pg_url: str) -> Iterator[Talk]:
    database = Database(parse_url(fresh_pg_url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield Talk(database, Renderer(), ZoneFinder())
    database.close()


def test_enrolment_answer_note_and_data(talk: Talk) -> None:
    student = talk.student("S1", channels=[])
    talk.follows("phone-1", talk.invite(student))
    for label in ("可以", "中文", "对"):
        talk.press(student, label)
    assert "都好了" in text_of(talk.last)
    talk.until(utc("2026-09-08 22:40"))
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:hard")
    talk.press(student, "写两句")
    talk.says(student, "想家\x00了")
    talk.set_accepted()
    assert "每周周二 18:30" in text_of(talk.says(student, "/why"))
    assert "留言 1 条" in text_of(talk.says(student, "/mydata"))


def test_a_cry_that_nobody_settles(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "有人跟踪我")
    talk.minutes_pass(3)
    assert talk.cases(student) == [("urgent", "open")]
    assert talk.db.read(lambda conn: conn.execute(select(dialogues)).all()) == []
    assert talk.db.read(lambda conn: conn.execute(select(notes.c.case_id)).scalar()) is not None


def test_who_has_the_address_by_now_is_whose_turn_it_is(talk: Talk) -> None:
    before, now = talk.student("S1"), talk.student("S2", channels=[])
    moved = talk.address(before)
    with talk.db.engine.begin() as hers:
        with talk.db.engine.begin() as other:
            in_turn(other, before)
            writes = Other(lambda: talk.hears(moved.external_id, Incoming(Said.TEXT, "", text="你好")))
            writes.waits()
            in_turn(hers, now)
            other.execute(addresses.update().where(addresses.c.id == moved.id).values(person_id=now))
        writes.waits()
        assert talk.db.read(lambda conn: conn.scalar(text("SELECT count(*) FROM outbox"))) == 0
        assert writes.is_alive(), "another message of hers is being processed"
    writes.ends()
    assert talk.templates(now)


def test_what_she_says_on_an_answer_page_waits_for_her_turn_too(talk: Talk) -> None:
    student = talk.student("S1")
    talk.until(utc("2026-09-08 22:40"))
    page = Page(1, talk.someone(student), talk.prompt(student, "2026-09-08"))
    press = Incoming(Said.PRESS, "answer:1", data=f"answer:{page.prompt.id}:fine")

    def presses() -> None:
        assert talk.do(lambda conn: said(conn, page, {}, press, "key", talk.services, talk.now))

    with talk.db.engine.begin() as other:
        in_turn(other, student)
        page_of_hers = Other(presses)
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while page_of_hers.is_alive() and not other.scalar(waits):
            page_of_hers.waits()
        assert page_of_hers.is_alive(), "a message of hers is being processed"
    page_of_hers.ends()
    assert talk.prompt(student, "2026-09-08").state is State.ANSWERED
