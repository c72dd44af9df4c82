"""She leaves her counsellor out: nothing that happens to her is told there, and nobody is told that she wished so."""

from datetime import timedelta

import pytest

from bot.people.model import RoleKind, ScopeKind
from bot.people.store import role_scopes, roles
from bot.prompts.model import State
from tests.support.school import utc
from tests.support.talk import Talk, labels, text_of


def _about_her(talk: Talk, person: int) -> list[str]:
    return [template for template in talk.templates(person) if template.startswith("staff/")]


@pytest.mark.parametrize("words", ["不找辅导员", "/notcounsellor", "别找辅导员。"])
def test_an_sos_goes_to_the_office_in_the_counsellor_s_place(talk: Talk, words: str) -> None:
    student = talk.student("S1")
    assert "不找辅导员" in text_of(talk.says(student, words))
    talk.says(student, "SOS")
    assert "staff/case_urgent" in talk.templates(talk.office)
    talk.minutes_pass(60)
    assert _about_her(talk, talk.counsellor) == []


def test_a_missed_question_skips_the_counsellor_at_every_step(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "/notcounsellor")
    talk.until(talk.now + timedelta(days=20))
    assert ("missed", "open") in talk.cases(student)
    assert "staff/case_missed" in talk.templates(talk.office)
    assert _about_her(talk, talk.counsellor) == []


def test_it_can_be_taken_back(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "不找辅导员")
    assert "再找辅导员" in text_of(talk.press(student, "还是可以找辅导员"))
    talk.says(student, "SOS")
    assert "staff/case_urgent" in talk.templates(talk.counsellor)
    for words, skips in (
        ("不找辅导员", True),
        ("可以找辅导员", False),
        ("/notcounsellor", True),
        ("/notcounsellor off", False),
    ):
        talk.says(student, words)
        assert talk.someone(student).skips_counsellor is skips


def test_a_hard_week_is_offered_to_the_others_only(talk: Talk) -> None:
    support = talk.person("P1", RoleKind.OFFICE)
    role = talk.db.read(lambda conn: conn.execute(roles.select().where(roles.c.person_id == support)).one())
    talk.do(
        lambda conn: conn.execute(role_scopes.insert().values(role_id=role.id, kind=ScopeKind.MATTER, value="support"))
    )
    talk.link(support)
    student = talk.student("S1")
    talk.until(utc("2026-09-09 00:00"))
    assert talk.prompts(student)[0].state in {State.OPEN, State.LATE}
    talk.says(student, "有点难")
    assert "别找辅导员" in labels(talk.last)
    talk.press(student, "别找辅导员")
    assert labels(talk.last) == ["心理支持", "专项办公室", "先不告诉任何人", "还是可以找辅导员"]
    talk.press(student, "专项办公室")
    assert "staff/case_hard" in talk.templates(talk.office)
    talk.says(student, "有点难")
    assert "告诉辅导员" not in text_of(talk.last)
    assert not [label for label in labels(talk.last) if "辅导员" in label]
    assert _about_her(talk, talk.counsellor) == []


def test_somebody_else_s_week_and_staff_change_nothing(talk: Talk) -> None:
    student, other = talk.student("S1"), talk.student("S2")
    talk.until(utc("2026-09-09 00:00"))
    prompt = talk.prompts(student)[0].id
    talk.presses(other, f"share:{prompt}:not_counsellor")
    assert not talk.someone(other).skips_counsellor
    talk.says(talk.counsellor, "/notcounsellor")
    assert not talk.someone(talk.counsellor).skips_counsellor


def test_mydata_says_so(talk: Talk) -> None:
    student = talk.student("S1")
    assert "按你的意思" not in text_of(talk.says(student, "/mydata"))
    talk.says(student, "不找辅导员")
    assert "按你的意思" in text_of(talk.says(student, "/mydata"))


def test_the_counsellor_may_not_act_where_she_is_left_out(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "不找辅导员")
    talk.says(student, "SOS")
    assert "不归你" in text_of(talk.presses(talk.counsellor, "case:1:ack"))
    talk.presses(talk.office, "case:1:ack")
    talk.press(talk.office, "转给别人")
    assert "C1" not in labels(talk.last)
