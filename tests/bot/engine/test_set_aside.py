"""A question that breaks on its way is set aside, a human being is told, and it is asked once the fault is mended."""

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, select

from bot.cases.store import cases
from bot.engine import opening
from bot.outbox.store import outbox
from bot.prompts.store import Claimed, prompts
from scheduler import prompts_due
from tests.support.school import School, utc

OPENS = utc("2026-09-08 22:30")  # Tuesday, half past six in New York


def breaks_for(monkeypatch: pytest.MonkeyPatch, person_id: int) -> None:
    """Let whatever is decided of one student's prompts fail, as a bug would."""
    real = opening.work_off_batch

    def broken(conn: Connection, due: Sequence[Claimed], *more: object) -> None:
        real(conn, due, *more)  # type: ignore[arg-type]
        if any(one.person_id == person_id for one in due):
            raise KeyError("a bug")

    monkeypatch.setattr(prompts_due, "work_off_batch", broken)


def told(school: School, person_id: int) -> list[tuple[str, str]]:
    query = select(cases.c.reason, cases.c.state).where(cases.c.person_id == person_id)
    return school.db.read(lambda conn: [(row.reason, row.state) for row in conn.execute(query)])


def test_somebody_is_told_and_it_is_asked_when_the_fault_is_mended(
    any_school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = any_school
    mei, li = school.student("S1"), school.student("S2")
    with monkeypatch.context() as broken:
        breaks_for(broken, mei)
        school.until(OPENS)
        assert [template for template, _, _ in school.sent(li)] == ["checkin/question"]
        assert school.sent(mei) == []
        assert (told(school, mei), told(school, li)) == ([("not_asked", "open")], [])
        alarms = select(outbox.c.template).where(outbox.c.kind == "alarm", outbox.c.person_id == school.counsellor)
        assert len(school.db.read(lambda conn: conn.execute(alarms).all())) == 1
        assert school.do(lambda conn: prompts_due.try_again(conn, school.now)) == 1
        school.work_off()  # it is not mended: set aside again, and nobody is told twice
        assert told(school, mei) == [("not_asked", "open")]
        assert len(school.db.read(lambda conn: conn.execute(alarms).all())) == 1
    assert school.do(lambda conn: prompts_due.try_again(conn, school.now)) == 1
    school.work_off()
    assert [template for template, _, _ in school.sent(mei)] == ["checkin/question"]
    assert school.do(lambda conn: prompts_due.try_again(conn, school.now)) == 0
    left = select(prompts.c.id).where(prompts.c.error.is_not(None))
    assert school.db.read(lambda conn: conn.execute(left).all()) == []


def test_whose_case_cannot_be_opened_either_holds_up_nobody(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    mei, li = school.student("S1"), school.student("S2")
    breaks_for(monkeypatch, mei)

    def fails(*_what: object) -> None:
        raise LookupError

    monkeypatch.setattr(prompts_due, "open_case", fails)
    school.until(OPENS)
    assert [template for template, _, _ in school.sent(li)] == ["checkin/question"]
    assert told(school, mei) == []


def test_what_is_planned_anew_is_asked_then(school: School) -> None:
    mei = school.student("S1")
    school.do(lambda conn: conn.execute(prompts.update().values(error="KeyError")))
    school.change_trip(mei, zone="America/Los_Angeles")
    school.until(utc("2026-09-09 01:30"))
    assert ("checkin/question", utc("2026-09-09 01:30"), "telegram") in school.sent(mei)
