"""What members of staff do with a case: one wins, the other is told who; nothing that is done is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.cases.store import cases
from bot.engine import deeds
from bot.engine.casework import open_case, raise_sos
from bot.engine.deeds import Deed
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.people.store import people
from bot.prompts.model import ShareWith
from tests.support.school import School, utc

DAY = utc("2026-09-09 02:00")  # 10:00 in Beijing


def _open(school: School, reason: Reason = Reason.MISSED, share_with: ShareWith | None = None) -> Case:
    student = school.student("S1")
    school.until(DAY)
    case: Case = school.do(lambda conn: open_case(conn, student, reason, None, school.now, share_with))
    school.work_off()
    return case


def _now(school: School, case: Case) -> Case:
    found = school.db.read(lambda conn: cases_store.by_id(conn, case.id))
    assert found is not None
    return found


def _heard(school: School, person: int) -> list[str]:
    return [what for what, _, _ in school.sent(person)]


def _story(school: School, case: Case) -> list[str]:
    return school.db.read(lambda conn: [event.deed for event in events.of_case(conn, case.id)])


def _do(school: School, deed: str, case: Case, *more: object) -> Deed:
    done: Deed = school.do(lambda conn: getattr(deeds, deed)(conn, case.id, *more, school.now))
    school.work_off()
    return done


def test_of_two_at_once_one_wins_and_the_other_reads_who(any_school: School) -> None:
    school = any_school
    case = _open(school, Reason.URGENT)
    assert _do(school, "acknowledge", case, school.counsellor).done
    lost = _do(school, "acknowledge", case, school.office)
    assert (lost.done, lost.why, lost.case.acknowledged_by) == (False, "taken", school.counsellor)
    assert _do(school, "acknowledge", case, school.counsellor).done, "pressing twice is no quarrel"
    assert _heard(school, school.office)[-1] == "staff/case_taken"
    assert _heard(school, case.person_id)[-1] == "student/case_taken"
    assert _story(school, case).count("acknowledged") == 1


def test_somebody_else_may_take_it_over_and_whoever_had_it_is_told(school: School) -> None:
    case = _open(school, Reason.URGENT)
    _do(school, "acknowledge", case, school.counsellor)
    assert _do(school, "take_over", case, school.office).case.acknowledged_by == school.office
    assert _heard(school, school.counsellor)[-1] == "staff/case_taken"
    assert _heard(school, case.person_id).count("student/case_taken") == 2


def test_it_is_handed_over_only_to_somebody_who_may_look_after_her(any_school: School) -> None:
    school = any_school
    case = _open(school)
    stranger = school.person("C2", RoleKind.COUNSELLOR)
    supervisor = school.person("V1", RoleKind.SUPERVISOR)
    school.link(stranger)
    for nobody in (stranger, supervisor, case.person_id, 99):
        assert _do(school, "hand_over", case, school.counsellor, nobody).why == "not_yours"
    assert _now(school, case).state is CaseState.OPEN
    assert _do(school, "hand_over", case, school.counsellor, school.office).done
    held = _now(school, case)
    assert (held.state, held.acknowledged_by) == (CaseState.ACKNOWLEDGED, school.office)
    assert _heard(school, school.office)[-1] == "staff/case_handed"
    school.until(school.now + timedelta(days=1, hours=1))
    assert _now(school, case).state is CaseState.OPEN, "handed over and forgotten goes on to the others"


def test_a_note_is_kept_sealed_and_holds_the_case(any_school: School) -> None:
    school = any_school
    case = _open(school)
    _do(school, "acknowledge", case, school.counsellor)
    _do(school, "note", case, school.counsellor, "她今晚和室友在一起")
    school.until(school.now + timedelta(days=1, hours=23))
    assert _now(school, case).state is CaseState.ACKNOWLEDGED
    [note] = [one for one in school.db.read(lambda conn: events.of_case(conn, case.id)) if one.deed == "note"]
    assert (note.note, note.actor_id) == ("她今晚和室友在一起", school.counsellor)
    raw = school.db.read(lambda conn: str(conn.exec_driver_sql("SELECT note FROM case_events").all()))
    assert "室友" not in raw


def test_a_note_of_somebody_else_does_not_hold_it(school: School) -> None:
    case = _open(school)
    _do(school, "acknowledge", case, school.counsellor)
    _do(school, "note", case, school.office, "call her")
    school.until(school.now + timedelta(days=1, hours=1))
    assert _now(school, case).state is CaseState.OPEN


def test_snoozed_it_comes_back_and_is_not_forgotten(any_school: School) -> None:
    school = any_school
    case = _open(school)
    until = school.now + timedelta(days=3)
    assert _do(school, "snooze", case, school.counsellor, until).done
    assert _now(school, case).state is CaseState.SNOOZED
    assert _do(school, "snooze", case, school.office, until).why == "taken"
    school.until(until)
    assert _heard(school, school.counsellor)[-1] == "staff/case_wakes"
    assert _now(school, case).state is CaseState.ACKNOWLEDGED
    school.until(until + timedelta(days=1, hours=1))
    assert _now(school, case).state is CaseState.OPEN


def test_how_long_it_may_be_put_off(school: School) -> None:
    case = _open(school, Reason.URGENT)
    for until, why in ((-1, "past"), (0, "past"), (5 * 60, "too_long"), (60, "")):
        assert _do(school, "snooze", case, school.counsellor, school.now + timedelta(minutes=until)).why == why


def test_a_cry_ends_when_somebody_has_spoken_with_her_and_not_before(any_school: School) -> None:
    school = any_school
    case = _open(school, Reason.URGENT)
    for outcome in ("closed", "safe"):
        assert _do(school, "resolve", case, school.office, outcome).why == "not_spoken"
    with pytest.raises(ValueError, match="not 'bored'"):
        _do(school, "resolve", case, school.office, "bored")
    assert _do(school, "resolve", case, school.office, "spoken").done
    assert _heard(school, school.counsellor)[-1] == "staff/all_clear"
    assert _do(school, "resolve", case, school.counsellor, "spoken").why == "over"
    for deed in ("acknowledge", "take_over"):
        assert _do(school, deed, case, school.counsellor).why == "over"
    assert _do(school, "snooze", case, school.counsellor, school.now + timedelta(hours=1)).why == "over"
    assert _do(school, "hand_over", case, school.counsellor, school.office).why == "over"


def test_what_is_over_can_be_opened_again_from_the_first_step(any_school: School) -> None:
    school = any_school
    case = _open(school)
    assert _do(school, "reopen", case, school.counsellor).why == "open"
    _do(school, "resolve", case, school.counsellor, "closed")
    heard = len(school.sent(school.counsellor))
    assert _do(school, "reopen", case, school.office).done
    assert _heard(school, school.counsellor)[heard:] == ["staff/case_missed"]
    again = _now(school, case)
    assert (again.state, again.outcome, again.resolved_at) == (CaseState.OPEN, None, None)


def test_not_while_another_one_for_the_same_reason_is_open(school: School) -> None:
    case = _open(school)
    _do(school, "resolve", case, school.counsellor, "closed")
    school.do(lambda conn: open_case(conn, case.person_id, Reason.MISSED, None, school.now))
    assert _do(school, "reopen", case, school.office).why == "open"


def test_a_false_alarm_slows_the_steps_and_ends_nothing(any_school: School) -> None:
    school = any_school
    case = _open(school, Reason.URGENT)
    assert _do(school, "false_alarm", case, school.office).why == "not_yours"
    assert _do(school, "false_alarm", case, case.person_id).done
    assert _do(school, "false_alarm", case, case.person_id).done
    for helper in (school.counsellor, school.office):
        assert _heard(school, helper) == ["staff/case_urgent", "staff/false_alarm"]
    assert _now(school, case).state is CaseState.OPEN
    school.until(school.now + timedelta(minutes=29))
    assert len(school.sent(school.office)) == 2
    school.until(school.now + timedelta(minutes=2))
    assert _heard(school, school.office)[2:] == ["staff/case_urgent"], "somebody must speak with her all the same"
    school.do(lambda conn: raise_sos(conn, case.person_id, None, school.now))
    school.work_off()
    assert _now(school, case).slowed_at is None, "a new cry is none that was taken back"


def test_a_hard_week_stays_with_whom_she_chose(any_school: School) -> None:
    school = any_school
    case = _open(school, Reason.HARD, ShareWith.COUNSELLOR)
    assert _heard(school, school.counsellor) == ["staff/case_hard"]
    assert _do(school, "hand_over", case, school.counsellor, school.office).why == "not_yours"
    assert _do(school, "acknowledge", case, school.counsellor).done
    school.until(school.now + timedelta(days=3))
    assert _heard(school, school.counsellor).count("staff/case_hard") == 2, "forgotten, it comes to the same person"
    school.until(school.now + timedelta(days=2))
    assert "staff/case_hard" not in _heard(school, school.office)
    assert "student/hard_unseen" in _heard(school, case.person_id)


def test_who_may_act(any_school: School) -> None:
    school = any_school
    case = _open(school)
    friend, supervisor = school.student("S2"), school.person("V1", RoleKind.SUPERVISOR)
    other = school.person("C2", RoleKind.COUNSELLOR)
    school.do(lambda conn: cases_store.record_alarm(conn, case.id, friend, school.now, "buddy"))

    def may(person_id: int) -> bool:
        def ask(conn: object) -> bool:
            person = people_store.by_id(conn, person_id)  # type: ignore[arg-type]
            assert person is not None
            return deeds.may_act(conn, _case, person, school.now)  # type: ignore[arg-type]

        _case = _now(school, case)
        return bool(school.db.read(ask))

    assert may(school.counsellor)
    assert may(school.office)
    for nobody in (friend, supervisor, other, case.person_id):
        assert not may(nobody)
    school.do(lambda conn: cases_store.record_alarm(conn, case.id, other, school.now, "duty"))
    assert may(other), "who was alarmed as staff may act"
    gone = {"absent_at": school.now}
    school.do(lambda conn: conn.execute(people.update().where(people.c.id == other).values(**gone)))
    assert not may(other)


def test_nobody_is_asked_of_a_case_that_there_is_not(school: School) -> None:
    with pytest.raises(LookupError):
        school.do(lambda conn: deeds.acknowledge(conn, 9, school.office, school.now))
    assert school.db.read(lambda conn: conn.execute(select(cases.c.id)).all()) == []


def test_of_a_case_that_nobody_had_taken_only_its_end_is_told(school: School) -> None:
    case = _open(school, Reason.URGENT)
    before = len(school.sent(case.person_id))
    assert _do(school, "resolve", case, school.counsellor, "spoken").done
    assert _heard(school, school.office) == ["staff/case_urgent", "staff/all_clear"]
    assert "student/case_taken" not in _heard(school, case.person_id)[before:]
    assert _now(school, case).acknowledged_by == school.counsellor


def test_opened_again_at_the_moment_in_which_another_one_opens(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    case = _open(school)
    _do(school, "resolve", case, school.counsellor, "closed")
    school.do(lambda conn: open_case(conn, case.person_id, Reason.MISSED, None, school.now))
    monkeypatch.setattr(cases_store, "unresolved_of", lambda *_: {})  # it was not there yet when we looked
    assert _do(school, "reopen", case, school.office).why == "open"
