"""She links her account at the very moment at which her question opens: found by killing a service on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Connection, text

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.engine.people_moves import enrol
from scheduler import prompts_due
from tests.support.school import School, utc


@pytest.mark.parametrize("any_school", ["postgres"], indirect=True)
def test_whoever_links_her_account_while_her_question_opens_is_asked(any_school: School) -> None:
    school = any_school
    student = school.student("S1", channels=())
    school.stop_until(utc("2026-09-08 22:30"))
    opened, linked = Event(), Event()

    def open_it(conn: Connection) -> None:
        assert prompts_due.work_off(conn, school.now, school.programmes) > 0
        opened.set()
        for _ in range(500):  # until the linking waits for this transaction, or has not waited
            waits = conn.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first()
            if waits is not None or linked.wait(0.02):
                return

    def link(conn: Connection) -> None:
        state = AddressState.PENDING
        address = addresses.put(conn, student, "telegram", "bot", "her chat", state, school.now)
        enrol(conn, student, address, school.now, school.programmes)

    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(school.do, open_it)
        assert opened.wait(10)
        school.do(link)
        linked.set()
        opening.result()
    school.work_off()
    assert [template for template, _, _ in school.sent(student)] == ["checkin/question"]
