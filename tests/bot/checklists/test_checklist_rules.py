"""How steps stand: what unlocks what, what a question keeps open, what waits for the office; and when all is ready."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.checklists.model import Mark, StepState
from bot.engine.checklist_rules import is_ready, lines_of, text_of
from bot.programmes.model import Audience, ChecklistStep, Proof, Question

NOW = datetime(2026, 8, 1, tzinfo=UTC)
WORDS = {"zh": "一步", "en": "A step"}


def step(key: str, proof: Proof = Proof.TICK, *after: str, signed: bool = False, questions: int = 0) -> ChecklistStep:
    asked = tuple(Question(WORDS, right=True) for _ in range(questions))
    return ChecklistStep(key, WORDS, WORDS, "", proof, after, signed, Audience(), asked)


def states(steps: list[ChecklistStep], marks: dict[str, Mark], files: set[str], seen: set[Proof]) -> list[str]:
    return [line.state.value for line in lines_of(steps, marks, files, seen)]


def said(key: str, **values: object) -> Mark:
    return Mark(1, 1, key, said_at=NOW, **values)  # type: ignore[arg-type]


def test_a_step_opens_when_those_before_it_are_done() -> None:
    steps = [step("one"), step("two", Proof.TICK, "one"), step("three", Proof.TICK, "two", "elsewhere")]
    assert states(steps, {}, set(), set()) == ["open", "locked", "locked"]
    assert states(steps, {"one": said("one")}, set(), set()) == ["done", "open", "locked"]
    both = {"one": said("one"), "two": said("two")}
    assert states(steps, both, set(), set()) == ["done", "done", "open"]  # what is not on her list locks nothing


def test_questions_keep_a_step_open_until_all_are_answered() -> None:
    steps = [step("law", questions=2)]
    half = lines_of(steps, {"law": said("law", answered=1)}, set(), set())
    assert (half[0].state, half[0].question) == (StepState.OPEN, 1)
    whole = lines_of(steps, {"law": said("law", answered=2)}, set(), set())
    assert (whole[0].state, whole[0].question) == (StepState.DONE, None)


def test_what_the_office_signs_waits_for_it_and_may_come_back() -> None:
    steps = [step("policy", Proof.FILE, signed=True)]
    assert states(steps, {}, set(), set()) == ["open"]
    assert states(steps, {"policy": said("policy")}, {"policy"}, set()) == ["waiting"]
    assert states(steps, {"policy": said("policy", returned="blurred")}, {"policy"}, set()) == ["returned"]
    assert states(steps, {"policy": said("policy", signed_at=NOW)}, set(), set()) == ["done"]


def test_some_are_done_without_a_word_and_all_done_is_ready() -> None:
    steps = [step("channels", Proof.CHANNELS), step("visa", Proof.VISA)]
    assert states(steps, {}, set(), {Proof.CHANNELS}) == ["done", "open"]
    assert not is_ready(lines_of(steps, {}, set(), {Proof.CHANNELS}))
    assert is_ready(lines_of(steps, {}, set(), {Proof.CHANNELS, Proof.VISA}))


def test_the_text_of_a_step_names_the_support_of_the_school_where_there_is_one() -> None:
    told = replace(step("support"), text={"zh": "记下联系方式。{support}", "en": "Keep it. {support}"})
    assert text_of(told, "en", "+86 21 0000") == "Keep it. +86 21 0000"
    assert text_of(told, "zh", "") == "记下联系方式。"
