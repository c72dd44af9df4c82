"""What is true of a report: its state, whether words belong to it, how often it is asked for, what its sections are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import MistakesError
from bot.reports import rules
from bot.reports.model import Report, ReportState, Stage
from bot.reports.sections import parse, shipped

NOW = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)


def a_report(stage: Stage = Stage.OPEN, **values: object) -> Report:
    return Report(1, 2, 3, "return_report", stage, 4, 0, "done", NOW, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("report", "asked", "reminded", "hours", "state"),
    [
        (a_report(), True, False, 0, ReportState.ASKED),
        (a_report(), True, True, 0, ReportState.REMINDED),
        (a_report(), False, False, 0, ReportState.ASKED),  # it has just gone out
        (a_report(), False, False, 2, ReportState.UNDELIVERED),
        (a_report(edited_at=NOW), False, True, 2, ReportState.DRAFTING),
        (a_report(Stage.SUBMITTED), True, True, 0, ReportState.SUBMITTED),
        (a_report(Stage.RETURNED, edited_at=NOW), True, True, 0, ReportState.RETURNED),
        (a_report(Stage.EXCUSED), False, False, 99, ReportState.EXCUSED),
    ],
)
def test_states(report: Report, asked: bool, reminded: bool, hours: int, state: ReportState) -> None:
    now = NOW + timedelta(hours=hours)
    assert rules.state_of(report, was_asked=asked, was_reminded=reminded, now=now) is state


@pytest.mark.parametrize(
    ("hours", "sure"), [(0, True), (12, True), (13, None), (24 * 10, None), (24 * 30, None), (24 * 31, False)]
)
def test_words_belong_to_it_for_half_a_day_and_for_a_month_she_is_asked(hours: int, sure: bool | None) -> None:
    assert rules.belongs(a_report(said_at=NOW), NOW + timedelta(hours=hours)) is sure
    assert rules.belongs(a_report(Stage.SUBMITTED, said_at=NOW), NOW) is False
    assert rules.belongs(a_report(), NOW) is False


@given(st.text(), st.text(min_size=1).filter(lambda words: words.strip() != ""))
def test_what_was_added_last_can_be_taken_out_and_nothing_else(body: str, words: str) -> None:
    body = body.rstrip("\n")
    assert rules.without_last(rules.added(body, words), words) == body
    assert rules.without_last(rules.added(body, words) + "!", words + "?") is None


def test_it_is_asked_for_once_on_each_of_her_days() -> None:
    evening = datetime(2026, 12, 2, 15, 59, tzinfo=UTC)  # 23:59 in Beijing
    chased = a_report(chased_at=evening)
    assert not rules.may_chase(chased, None, "Asia/Shanghai", evening)
    assert rules.may_chase(chased, None, "Asia/Shanghai", evening + timedelta(minutes=1))
    assert not rules.may_chase(a_report(), evening, "Asia/Shanghai", evening)
    assert not rules.may_chase(a_report(Stage.SUBMITTED), None, "Asia/Shanghai", evening)


def test_only_the_version_that_lies_there_can_be_decided_on() -> None:
    report = Report(1, 2, 3, "return_report", Stage.SUBMITTED, 4, 2, "done", NOW)
    assert rules.may_decide(report, 2)
    assert not rules.may_decide(report, 1)
    assert not rules.may_decide(a_report(Stage.RETURNED), 0)


def test_characters_are_counted_without_white_space() -> None:
    assert rules.counted("我 学到\n很多 a b") == 7


def test_the_shipped_sections() -> None:
    sections = shipped()
    assert sections.keys == ["stay", "done", "results", "gains", "advice", "host"]
    assert [one.key for one in sections.all if one.is_anonymous] == ["host"]
    assert sections.title("advice", "zh") == "给后来人的建议"
    assert sections.title("gone", "zh") == "gone"  # what a school asks no more


def test_every_mistake_in_sections_is_named() -> None:
    text = """
    more = 1
    [[section]]
    key = "Done"
    title = { zh = "做", en = "Do" }
    [[section]]
    key = "a"
    title = { zh = "做]了" }
    colour = "red"
    [[section]]
    key = "b"
    title = { zh = "做", en = "Do" }
    anonymous = true
    [[section]]
    key = "b"
    title = { zh = "做", en = "Do" }
    anonymous = true
    """
    with pytest.raises(MistakesError) as error:
        parse(text, "s.toml")
    said = str(error.value)
    for words in (
        "s.toml: more: there is no such key",
        "section 1 key",
        "section 2 title.zh",
        "section 2 title.en: is missing",
        "section 2 colour: there is no such key",
        "section 4 key: 'b' is used twice",
        "leaves nothing to hand in",
    ):
        assert words in said, words


@pytest.mark.parametrize("text", ["", "section = 1", "[[section", "section = []"])
def test_what_is_no_list_of_sections(text: str) -> None:
    with pytest.raises(MistakesError, match=r"s\.toml"):
        parse(text, "s.toml")
