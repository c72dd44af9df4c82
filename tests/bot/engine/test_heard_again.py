"""Alarms that come together or one after the other: none of them may be swallowed by an older one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Connection, select

from bot.cases import store as cases_store
from bot.cases.model import Reason
from bot.engine.casework import open_case, raise_sos
from bot.engine.deeds import acknowledge
from bot.people.model import RoleKind
from bot.people.store import role_scopes, roles
from bot.prompts.model import ShareWith
from tests.support.school import School


def test_a_new_cry_is_heard_though_somebody_has_taken_the_old_one(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    case = school.do(lambda conn: raise_sos(conn, student, None, school.now))
    school.work_off()
    school.do(lambda conn: acknowledge(conn, case.id, school.counsellor, school.now))
    school.work_off()
    heard = {helper: len(school.sent(helper)) for helper in (school.office, school.counsellor)}
    school.until(school.now + timedelta(minutes=10))  # and nobody has closed the case
    school.do(lambda conn: raise_sos(conn, student, None, school.now))
    school.work_off()
    for helper, before in heard.items():
        assert [what for what, _, _ in school.sent(helper)[before:]] == ["staff/case_urgent"]
    assert school.cases(student) == [("urgent", "open")]
    school.until(school.now + timedelta(minutes=11))
    assert [what for what, _, _ in school.sent(school.office)].count("staff/case_urgent") == 3
    school.do(lambda conn: acknowledge(conn, case.id, school.counsellor, school.now))
    school.work_off()
    assert [what for what, _, _ in school.sent(school.office)].count("staff/case_taken") == 2


@pytest.mark.parametrize("any_school", ["postgres"], indirect=True)  # SQLite has one writer
def test_of_two_cries_at_once_none_becomes_another_case(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.do(lambda conn: open_case(conn, student, Reason.HARD, None, school.now, ShareWith.COUNSELLOR))
    both = Barrier(2, timeout=10)

    def cry(conn: Connection) -> Reason:
        cases_store.unresolved_of(conn, [student])
        both.wait()
        return raise_sos(conn, student, None, school.now).reason

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: school.do(cry), range(2)))
    assert made == [Reason.URGENT, Reason.URGENT]


def test_an_office_for_one_school_hears_of_its_students_only(any_school: School) -> None:
    school = any_school
    other = school.person("O2", RoleKind.OFFICE)
    school.link(other)

    def narrow(conn: Connection) -> None:
        role = conn.execute(select(roles.c.id).where(roles.c.person_id == other)).scalar_one()
        conn.execute(role_scopes.insert().values(role_id=role, kind="country", value="DE"))

    school.do(narrow)
    student = school.student("S1")
    school.do(lambda conn: raise_sos(conn, student, None, school.now))
    school.work_off()
    assert [what for what, _, _ in school.sent(school.office)] == ["staff/case_urgent"]
    assert school.sent(other) == []
    inside = school.student("S2", zone="Europe/Berlin", country="DE")
    school.do(lambda conn: raise_sos(conn, inside, None, school.now))
    school.work_off()
    assert [what for what, _, _ in school.sent(other)] == ["staff/case_urgent"]
