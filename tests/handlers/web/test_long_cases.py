"""The page of a case in which a student has written much: all of it stands there, or it says where that ends."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.prompts.notes import add_words
from bot.views import words
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town

MANY = 25
"""More than the page of a student shows of her notes."""


@pytest.fixture
def case(town: Town) -> int:
    """Put a call for help of S1 with many words of hers, the first of them an hour ago."""
    person = town.ground.student("S1", counsellor=town.ground.staff("C1", "counsellor"))
    town.ground.trip(person)
    made = town.ground.case(person, "urgent", next_at=NOW + timedelta(minutes=5), step=1)

    def write(conn: Connection) -> None:
        for number in range(MANY):
            at = NOW - timedelta(minutes=60 - number)
            add_words(conn, person, f"第{number}句", at, case_id=made)

    town.app.database.write(write)
    return made


def read(town: Town, case: int, language: str = "zh") -> str:
    visitor = town.signed_in("C1")
    visitor.get(f"/language/{language}")
    visitor.get(f"/console/cases/{case}")
    return visitor.press("Show the notes" if language == "en" else "查看留言").words


def test_a_case_shows_all_that_she_wrote(town: Town, case: int) -> None:
    page = read(town, case)
    assert all(f"第{number}句" in page for number in range(MANY))
    assert "更早" not in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "这里是最近的 20 条，更早的 5 条没有显示。"),
        ("en", "The latest 20 stand here; 5 that are older do not."),
    ],
)
def test_where_it_ends_it_says_so(
    town: Town, case: int, language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "OF_A_CASE", 20)
    page = read(town, case, language)
    assert "第5句" in page
    assert "第4句" not in page
    assert said in page
