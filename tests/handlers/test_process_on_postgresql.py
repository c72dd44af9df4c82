"""The same conversations on a real PostgreSQL: locks, conflicts and sealed words behave there too."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.dialogues.store import dialogues
from bot.places.zone_finder import ZoneFinder
from bot.prompts.store import notes
from bot.rendering.renderer import Renderer
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
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
