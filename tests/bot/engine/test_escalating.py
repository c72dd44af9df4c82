"""Who is told of a case, in which order, and what follows when nobody acts."""

import json
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, select
from structlog.testing import capture_logs

from bot.buddies.store import buddies
from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.documents import store as documents
from bot.engine import deeds, escalating
from bot.engine.casework import all_clear, open_case, raise_sos
from bot.journal.store import journal
from bot.outbox.store import attempts, outbox
from bot.people.model import RoleKind
from bot.people.store import people, role_scopes, roles
from bot.policies import store as policies_store
from bot.policies.parse import parse, to_json
from tests.support.school import School, utc

NIGHT = utc("2026-09-08 19:00")  # 03:00 in Beijing, 15:00 in New York


def _case(school: School, student: int, reason: Reason = Reason.MISSED) -> Case:
    case: Case = school.do(lambda conn: open_case(conn, student, reason, None, school.now))
    school.work_off()
    return case


def _now(school: School, case: Case) -> Case:
    found = school.db.read(lambda conn: cases_store.by_id(conn, case.id))
    assert found is not None
    return found


def _friends(school: School, one: int, other: int) -> None:
    values = {"person_id": one, "other_id": other, "state": "agreed", "asked_at": school.now, "agreed_at": school.now}
    school.do(lambda conn: conn.execute(buddies.insert().values(**values)))


def _coordinator(school: School, country: str) -> int:
    person = school.person("R1", RoleKind.COORDINATOR)
    school.link(person)

    def narrow(conn: Connection) -> None:
        role = conn.execute(select(roles.c.id).where(roles.c.person_id == person)).scalar_one()
        conn.execute(role_scopes.insert().values(role_id=role, kind="country", value=country))

    school.do(narrow)
    return person


def _on_duty(school: School, number: str) -> int:
    person = school.person(number, RoleKind.COUNSELLOR)
    school.link(person)
    rota = {"name": "All", "zone": "Asia/Shanghai", "handover": "Mon 09:00", "since": "2026-01-05", "members": [number]}
    school.do(lambda conn: documents.put(conn, "duty", json.dumps({"rota": [rota]}), school.now))
    return person


def _scalars(conn: Connection, query: Select[Any]) -> list[str]:
    return list(conn.execute(query).scalars())


def _heard(school: School, person: int) -> list[str]:
    return [what for what, _, _ in school.sent(person)]


def test_a_friend_is_asked_before_an_office_that_is_asleep(any_school: School) -> None:
    school = any_school
    student, friend = school.student("S1"), school.student("S2")
    _friends(school, student, friend)
    on_duty, region = _on_duty(school, "D1"), _coordinator(school, "US")
    school.until(NIGHT)
    before = len(school.sent(friend))
    _case(school, student)
    assert _heard(school, friend)[before:] == ["buddy/question"]
    assert _heard(school, school.counsellor) == []
    school.until(utc("2026-09-09 00:00"))
    told = [(what, at) for what, at, _ in school.sent(school.counsellor)]
    assert told == [("staff/case_missed", utc("2026-09-08 23:00"))], "two hours later it is night there; in the morning"
    assert _heard(school, on_duty) == _heard(school, region) == _heard(school, school.office) == []
    school.until(utc("2026-09-10 00:00"))
    assert _heard(school, on_duty) == _heard(school, region) == ["staff/case_missed"]
    assert _heard(school, school.office) == []
    school.until(utc("2026-09-11 00:00"))
    assert _heard(school, school.office) == ["staff/case_missed"]
    school.do(lambda conn: all_clear(conn, student, "alive", school.now))
    school.until(school.now + timedelta(days=1))
    heard = [what for what in _heard(school, friend) if what.startswith("buddy/")]
    assert heard == ["buddy/question", "buddy/all_clear"]
    query = select(outbox.c.template).where(outbox.c.about_id == student).order_by(outbox.c.id)
    for helper in (school.counsellor, on_duty, region, school.office):
        mine = query.where(outbox.c.person_id == helper)
        assert school.db.read(partial(_scalars, query=mine)) == ["staff/case_missed", "staff/all_clear"]


def test_a_friend_who_cannot_reach_her_brings_the_counsellor_at_once(school: School) -> None:
    student, friend = school.student("S1"), school.student("S2")
    _friends(school, student, friend)
    school.until(utc("2026-09-09 02:00"))
    case = _case(school, student)
    assert _heard(school, school.counsellor) == []
    school.do(lambda conn: escalating.buddy_said(conn, case, friend, "cannot", school.now))
    school.work_off()
    assert _heard(school, school.counsellor) == ["staff/case_missed"]
    school.do(lambda conn: escalating.buddy_said(conn, _now(school, case), friend, "cannot", school.now))
    school.work_off()
    assert _heard(school, school.counsellor) == ["staff/case_missed"], "saying it again tells nobody twice"
    said = school.db.read(lambda conn: [one.word for one in events.of_case(conn, case.id) if one.deed == "buddy"])
    assert said == ["cannot", "cannot"]


def test_while_another_friend_may_still_reach_her_nobody_is_woken(school: School) -> None:
    student, friend, other = school.student("S1"), school.student("S2"), school.student("S3")
    _friends(school, student, friend)
    _friends(school, other, student)
    school.until(utc("2026-09-09 02:00"))
    case = _case(school, student)
    school.do(lambda conn: escalating.buddy_said(conn, case, friend, "cannot", school.now))
    school.work_off()
    assert _heard(school, school.counsellor) == []
    school.do(lambda conn: escalating.buddy_said(conn, _now(school, case), other, "cannot", school.now))
    school.work_off()
    assert _heard(school, school.counsellor) == ["staff/case_missed"]


def test_a_friend_who_is_well_with_her_does_not_end_it(school: School) -> None:
    student, friend = school.student("S1"), school.student("S2")
    _friends(school, student, friend)
    school.until(utc("2026-09-09 02:00"))
    case = _case(school, student)
    school.do(lambda conn: escalating.buddy_said(conn, case, friend, "fine", school.now))
    school.until(utc("2026-09-09 05:00"))
    assert _heard(school, school.counsellor) == ["staff/case_missed"]


def test_a_cry_at_night_wakes_everybody_in_their_turn_and_she_is_told(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    on_duty = _on_duty(school, "D1")
    school.until(NIGHT)
    before = len(school.sent(student))
    school.do(lambda conn: raise_sos(conn, student, None, school.now))
    school.work_off()
    assert _heard(school, on_duty) == _heard(school, school.counsellor) == ["staff/case_urgent"]
    assert _heard(school, school.office) == []
    school.until(NIGHT + timedelta(minutes=5))
    assert _heard(school, school.office) == ["staff/case_urgent"]
    assert _heard(school, student)[before:] == ["student/case_went_on"]
    school.until(NIGHT + timedelta(minutes=15))
    for helper in (on_duty, school.counsellor):
        assert _heard(school, helper) == ["staff/case_urgent"] * 2
    assert _heard(school, student)[before:] == ["student/case_went_on"] * 2


def test_where_nobody_is_on_duty_the_office_is_told_in_its_place(school: School) -> None:
    student = school.student("S1")
    case = _case(school, student, Reason.URGENT)
    assert _heard(school, school.office) == _heard(school, school.counsellor) == ["staff/case_urgent"]
    roles_of = school.db.read(lambda conn: cases_store.alarmed_as(conn, case.id))
    assert roles_of == {school.counsellor: "counsellor", school.office: "office"}
    query = select(journal.c.action).where(journal.c.case_id == case.id)
    assert "case.nobody_on_duty" in school.db.read(lambda conn: list(conn.execute(query).scalars()))


def test_a_step_without_anybody_is_an_alarm_of_its_own_and_holds_nothing_up(school: School) -> None:
    student = school.student("S1")
    school.do(lambda conn: conn.execute(people.update().where(people.c.id == student).values(counsellor_id=None)))
    school.until(utc("2026-09-09 02:00"))
    with capture_logs() as logs:
        case = _case(school, student)
    assert _heard(school, school.office) == ["staff/case_missed"]
    query = select(journal.c.action).where(journal.c.case_id == case.id)
    assert "case.nobody_to_tell" in school.db.read(lambda conn: list(conn.execute(query).scalars()))
    assert "nobody to tell about a case" in [line["event"] for line in logs if line["log_level"] == "warning"]


def test_a_rota_that_cannot_be_read_keeps_no_cry_from_the_others(school: School) -> None:
    school.do(lambda conn: documents.put(conn, "duty", '{"rotas": "broken"}', school.now))
    student = school.student("S1")
    with capture_logs() as logs:
        _case(school, student, Reason.URGENT)
    assert _heard(school, school.counsellor) == _heard(school, school.office) == ["staff/case_urgent"]
    assert "a step could not name anybody" in [line["event"] for line in logs if line["log_level"] == "error"]


def test_an_acknowledgement_that_nobody_follows_up_is_taken_back(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    case = _case(school, student, Reason.URGENT)
    school.do(lambda conn: deeds.acknowledge(conn, case.id, school.counsellor, school.now))
    school.until(school.now + timedelta(minutes=14))
    assert _now(school, case).state is CaseState.ACKNOWLEDGED
    heard = len(school.sent(school.office))
    school.until(school.now + timedelta(minutes=2))
    lapsed = _now(school, case)
    assert (lapsed.state, lapsed.acknowledged_by) == (CaseState.OPEN, None)
    assert _heard(school, school.office)[heard:] == ["staff/case_urgent"]
    assert _heard(school, school.counsellor)[-1] == "staff/case_urgent", "who forgot it is told with the others"


def test_a_deed_holds_it_longer(school: School) -> None:
    student = school.student("S1")
    case = _case(school, student, Reason.URGENT)
    school.do(lambda conn: deeds.acknowledge(conn, case.id, school.counsellor, school.now))
    school.do(lambda conn: deeds.contacted(conn, case.id, school.counsellor, "no_answer", school.now))
    school.until(school.now + timedelta(minutes=119))
    assert _now(school, case).state is CaseState.ACKNOWLEDGED
    school.until(school.now + timedelta(minutes=2))
    assert _now(school, case).state is CaseState.OPEN


def test_a_case_keeps_the_policy_under_which_it_was_opened(school: School) -> None:
    def load(repeat: str) -> None:
        body = to_json(parse({"missed": {"steps": [{"whom": ["counsellor"]}], "repeat": repeat}}, "test"))
        school.do(lambda conn: documents.put(conn, policies_store.KIND, body, school.now))

    load("PT6H")
    first, second = school.student("S1"), school.student("S2")
    school.until(utc("2026-09-09 02:00"))
    old = _case(school, first)
    load("PT1H")
    new = _case(school, second)
    assert (_now(school, old).next_at, _now(school, new).next_at) == (
        school.now + timedelta(hours=6),
        school.now + timedelta(hours=1),
    )


def test_a_policy_may_wait_before_its_first_step(school: School) -> None:
    body = to_json(parse({"missed": {"steps": [{"whom": ["counsellor"], "after": "PT3H"}]}}, "test"))
    school.do(lambda conn: documents.put(conn, policies_store.KIND, body, school.now))
    student = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    _case(school, student)
    assert _heard(school, school.counsellor) == []
    school.until(utc("2026-09-09 05:00"))
    assert _heard(school, school.counsellor) == ["staff/case_missed"]


def test_the_silent_of_a_roll_call_alarm_nobody_one_by_one(school: School) -> None:
    student = school.student("S1")
    case = _case(school, student, Reason.ROLLCALL)
    school.until(school.now + timedelta(days=1))
    assert _now(school, case).next_at is None
    assert "staff/case_rollcall" not in _heard(school, school.office) + _heard(school, school.counsellor)


def test_whoever_has_left_is_not_told_again(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    _case(school, student)
    gone = {"absent_at": school.now}
    school.do(lambda conn: conn.execute(people.update().where(people.c.id == school.counsellor).values(**gone)))
    school.until(school.now + timedelta(days=5))
    assert _heard(school, school.counsellor) == ["staff/case_missed"]
    assert _heard(school, school.office).count("staff/case_missed") >= 2


def test_whoever_she_leaves_out_meanwhile_is_not_told_again(school: School) -> None:
    her = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    case = _case(school, her, Reason.URGENT)
    school.do(lambda conn: conn.execute(people.update().where(people.c.id == her).values(skips_counsellor=True)))
    before = len(_heard(school, school.counsellor))
    school.until(school.now + timedelta(minutes=30))
    assert _now(school, case).round > 2
    assert _heard(school, school.counsellor)[before:] == []


def test_of_many_that_are_due_a_call_for_help_comes_first(school: School) -> None:
    first, her = school.student("S1"), school.student("S2")
    early = school.do(lambda conn: open_case(conn, first, Reason.NOT_ASKED, None, school.now))
    late = school.do(lambda conn: raise_sos(conn, her, None, school.now))
    at = school.now + timedelta(days=3)
    assert [one.id for one in school.do(lambda conn: cases_store.due(conn, at, 1, hard=False))] == [late.id]
    assert len(school.do(lambda conn: cases_store.due(conn, at, 2, hard=False))) == len([early, late])


def test_an_alarm_that_may_have_arrived_is_cleared_though_its_next_try_was_taken_back(school: School) -> None:
    her = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    school.works = set()
    case = school.do(lambda conn: open_case(conn, her, Reason.NOT_ASKED, None, school.now))
    alarm = select(outbox).where(outbox.c.case_id == case.id, outbox.c.person_id == school.counsellor)
    row = school.db.read(lambda conn: conn.execute(alarm).one())
    tried = {"outbox_id": row.id, "address_id": row.address_id, "body": {}, "epoch": 1, "started_at": school.now}
    unknown = attempts.insert().values(finished_at=school.now, result="outcome_unknown", reason="timeout", **tried)
    school.do(lambda conn: conn.execute(unknown))
    school.do(lambda conn: all_clear(conn, her, "answered", school.now))
    clears = select(outbox.c.person_id).where(outbox.c.template == "staff/all_clear")
    assert school.db.read(lambda conn: list(conn.execute(clears).scalars())) == [school.counsellor]
