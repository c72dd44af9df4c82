"""Two people act in the same moment, on the database that lets them: none of it is lost and nobody waits for ever."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, select, text, update

from bot.buddies.model import BuddyWord
from bot.buddies.store import buddies
from bot.cases import store as cases_store
from bot.cases.model import Case, Reason
from bot.engine.buddy_answers import record_answer
from bot.engine.casework import open_case, raise_sos
from bot.engine.deeds import acknowledge, note
from bot.engine.escalating import resume
from bot.engine.life import sign_of_life
from bot.engine.rollcall_taking import take_city
from bot.engine.rollcall_words import say
from bot.outbox import store as outbox
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.rollcalls.model import Area, Word
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.views.scope import Scope
from tests.support.at_once import Other
from tests.support.rollcalls import member, question, start
from tests.support.school import School, utc

pytestmark = pytest.mark.postgres


@pytest.fixture
def school(fresh_pg_url: str) -> Iterator[School]:
    database = Database(parse_url(fresh_pg_url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield School(database)
    database.close()


def somebody(school: School, work: Callable[[Connection], Any]) -> Other:
    def alone() -> None:
        with school.db.engine.begin() as conn:
            work(conn)

    return Other(alone)


def test_two_friends_who_cannot_bring_her_counsellor_at_once(school: School) -> None:
    her, mei, xue = (school.student(number) for number in ("S1", "S2", "S3"))
    school.until(utc("2026-09-09 14:00"))  # 10:00 in New York
    for friend in (mei, xue):
        values = {"person_id": her, "other_id": friend, "state": "agreed", "asked_at": school.now}
        school.do(lambda conn, values=values: conn.execute(buddies.insert().values(agreed_at=school.now, **values)))
    case: Case = school.do(lambda conn: open_case(conn, her, Reason.MISSED, None, school.now))
    assert set(school.db.read(lambda conn: cases_store.alarmed(conn, case.id))) == {mei, xue}
    with school.db.engine.begin() as conn:
        record_answer(conn, case.id, mei, BuddyWord.CANNOT, school.now)
        other = somebody(school, lambda conn: record_answer(conn, case.id, xue, BuddyWord.CANNOT, school.now))
        other.waits()
    other.ends()
    assert school.counsellor in school.db.read(lambda conn: cases_store.alarmed(conn, case.id))


def test_a_note_does_not_put_off_a_case_that_has_just_gone_on(school: School) -> None:
    her = school.student("S1")
    case: Case = school.do(lambda conn: raise_sos(conn, her, None, school.now))
    held = school.do(lambda conn: acknowledge(conn, case.id, school.counsellor, school.now)).case
    with school.db.engine.begin() as conn:
        resumed = resume(conn, cases_store.by_id(conn, case.id, locked=True) or held, school.now)
        other = somebody(school, lambda conn: note(conn, case.id, school.counsellor, "…", school.now))
        other.waits()
    other.ends()
    found = school.db.read(lambda conn: cases_store.by_id(conn, case.id))
    assert found is not None
    assert (found.state, found.next_at) == (resumed.state, resumed.next_at)


def test_she_answers_while_her_city_is_taken(school: School) -> None:
    school.until(utc("2026-09-03 03:00"))
    her = school.student("S1", zone="Asia/Tokyo", city="Tokyo", country="JP")
    rollcall = start(school, Area(countries=("JP",)))
    asked = question(school, rollcall, her)
    within = Scope.everything().students(school.now.date())
    with school.db.engine.begin() as conn:
        conn.execute(update(prompts).where(prompts.c.id == asked.id).values(reminded_at=None))  # she has it locked
        other = somebody(
            school, lambda conn: take_city(conn, rollcall.id, "JP", "Tokyo", school.counsellor, within, school.now)
        )
        other.waits()
        say(conn, asked.id, her, Word.SAFE, "telegram", school.now)
    other.ends()
    assert member(school, rollcall, her).state == "safe"
    assert school.db.read(lambda conn: conn.execute(select(cases_store.cases.c.id)).all()) == []


def test_a_sign_of_life_waits_for_nothing_that_only_names_her_question(school: School) -> None:
    """While a reply to her question is being queued or sent: that held her address, and each waited for the other."""
    her = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    question = school.prompt(her, "2026-09-08")
    reply = outbox.row(
        "r", MessageKind.REPLY, her, "answered/fine", priority=Priority.REPLY, now=school.now, address_id=None,
        channel=None, account=None, prompt_id=question.id,
    )  # fmt: skip

    def lives(conn: Connection) -> None:
        conn.execute(text("SET LOCAL lock_timeout = '2s'"))
        sign_of_life(conn, her, school.now)

    with school.db.engine.begin() as conn:
        outbox.put(conn, [reply])
        somebody(school, lives).ends()
    assert school.prompt(her, "2026-09-08").state is State.ALIVE
