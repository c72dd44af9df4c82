"""The same report in the forms of others: when each is due, for whom, what is still missing; and mistakes by name."""

from datetime import UTC, date, datetime

import pytest

from bot.errors import MistakesError
from bot.reports.forms import OtherForm, days, lines, parse
from bot.reports.forms import shipped as shipped_forms
from bot.reports.sections import shipped

UNIVERSITY, COUNCIL = shipped_forms(shipped())
DEPARTS, RETURNS = date(2026, 8, 31), date(2027, 9, 1)


def test_every_six_months_and_at_the_end() -> None:
    assert days(COUNCIL, DEPARTS, RETURNS) == [date(2027, 2, 28), date(2027, 8, 31), RETURNS]
    assert days(UNIVERSITY, DEPARTS, RETURNS) == [date(2027, 10, 1)]  # as long as she has for the report itself
    quarterly = OtherForm("q", {"zh": "季", "en": "q"}, ("done",), months=3)
    assert days(quarterly, date(2026, 9, 1), date(2026, 12, 1)) == [date(2026, 12, 1)]


def test_each_has_its_own_state_and_says_what_is_missing() -> None:
    now = datetime(2027, 3, 1, tzinfo=UTC)
    texts = {"stay": "x", "done": "y", "results": " "}
    found = lines([UNIVERSITY, COUNCIL], DEPARTS, RETURNS, "CSC 2026", texts, {("council", 1): now})
    assert [(one.form.key, one.period, one.state) for one in found] == [
        ("university", 1, "missing"),
        ("council", 1, "given"),
        ("council", 2, "missing"),
        ("council", 3, "missing"),
    ]
    assert found[0].missing == ("results", "gains", "advice")
    assert found[2].missing == ("results",)
    whole = texts | {"results": "z"}
    assert [one.state for one in lines([COUNCIL], DEPARTS, RETURNS, "国家公派", whole, {})] == ["ready"] * 3
    assert lines([COUNCIL], DEPARTS, RETURNS, "own", texts, {}) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[[form]]\nkey = "a"\ntitle = { zh = "甲", en = "A" }\nneeds = ["nothing"]', "'nothing' is no section"),
        ('[[form]]\nkey = "a"\ntitle = { zh = "甲", en = "A" }\nneeds = ["host"]', "'host' is no section"),
        ('[[form]]\nkey = "A"\ntitle = { zh = "甲", en = "A" }\nneeds = ["done"]', "form 1 key"),
        ('[[form]]\nkey = "a"\nneeds = ["done"]', "form 1 title"),
        ("other = 1", "there is no such key"),
        ("[[form", "is not TOML"),
    ],
)
def test_a_mistake_is_named(text: str, says: str) -> None:
    with pytest.raises(MistakesError) as caught:
        parse(text, "F.toml", shipped())
    assert any(says in str(one) for one in caught.value.mistakes)
