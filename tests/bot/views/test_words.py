"""Who reads what she wrote to a hard week: whom she chose for it, also after she has changed her mind."""

import pytest
from sqlalchemy import Connection

from bot.prompts.notes import add_words
from bot.prompts.store import answers
from bot.views.person import view_person
from bot.views.scope import Scope
from bot.views.words import words_of
from tests.fakes.ground import NOW, Ground


def read(ground: Ground, scope: Scope) -> list[str]:
    def work(conn: Connection) -> list[str]:
        seen = view_person(conn, scope, "S1", NOW)
        return [words.text for words in words_of(conn, scope, seen.person)] if seen else []

    return ground.database.read(work)


def hard_then(ground: Ground, choice: str, share_with: str | None, outcome: str = "") -> tuple[Scope, Scope]:
    """Put a student who said "hard", wrote a note, and then said or chose something else.

    `outcome` is that of the case which told her counsellor. Return what the counsellor and the office see.
    """
    her, office = ground.staff("C1", "counsellor"), ground.staff("O1", "office")
    person = ground.student("S1", counsellor=her)
    prompt = ground.answered(person, choice, share_with)
    hard = {"choice": "hard", "channel": "web", "at": NOW, "counts": True, "state_before": "open"}
    ground.put(answers, prompt_id=prompt, person_id=person, **hard)
    told = {"share_with": "counsellor", "prompt_id": prompt, "outcome": outcome}
    case = ground.case(person, "hard", state="resolved", **told) if outcome else None
    ground.database.write(lambda conn: add_words(conn, person, "这周很难", NOW, prompt_id=prompt, case_id=case))
    return Scope(her, own=True), Scope(office, whole=True, office=True)


def test_words_to_a_hard_week_stay_hers_when_she_says_later_that_she_is_fine(ground: Ground) -> None:
    counsellor, office = hard_then(ground, "fine", None)
    assert read(ground, counsellor) == read(ground, office) == []


@pytest.mark.parametrize("outcome", ["taken_back", "passed_on"])
def test_words_follow_her_choice(ground: Ground, outcome: str) -> None:
    counsellor, office = hard_then(ground, "hard", "office", outcome)
    assert read(ground, counsellor) == []
    assert read(ground, office) == ["这周很难"]


def test_a_hard_week_that_was_taken_back_is_not_on_her_page(ground: Ground) -> None:
    counsellor, _ = hard_then(ground, "fine", None, "taken_back")
    seen = ground.database.read(lambda conn: view_person(conn, counsellor, "S1", NOW))
    assert seen is not None
    assert seen.cases == []
