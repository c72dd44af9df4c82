"""Deadlines at home and papers that run out come through the importer: every fault named, twice the same as once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.deadlines.store import deadlines, papers, reminders
from bot.errors import MistakesError
from tests.fakes.ground import open_ground
from tests.handlers.test_figures_imported import Office

SOUND = {
    "people": "number,name,unit,level\nS1,苏晚晴,大学/文学院,doctor\n",
    "截止日期": "截止编号,事项,类别,截止日期,截止时间,单位,培养层次,国家,链接\n"
    "D1,学分认定,学分认定,2026-12-20,17:00,大学,本科;硕士,美国;GB,https://jw.example.edu\n",
    "expiries": "number,document,expires\nS1,签证,2027-02-28\n",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(open_ground(tmp_path)) as database:
        (tmp_path / "tables").mkdir()
        yield Office(database, tmp_path / "tables")


def test_what_is_handed_in_is_stored_and_a_second_time_changes_nothing(office: Office) -> None:
    office.hand_in(SOUND)
    columns = (deadlines.c.key, deadlines.c.kind, deadlines.c.due_at, deadlines.c.levels, deadlines.c.countries)
    due_at = datetime(2026, 12, 20, 9, tzinfo=UTC)
    assert office.rows(*columns) == [("D1", "credits", due_at, "bachelor,master", "GB,US")]
    assert office.rows(papers.c.about, papers.c.expires, papers.c.is_own) == [("visa", date(2027, 2, 28), False)]
    assert office.rows(reminders.c.about, reminders.c.state) == [("visa", "waiting")]
    assert not office.hand_in(SOUND)


def test_without_time_level_and_country_it_is_for_all_until_the_end_of_the_day(office: Office) -> None:
    office.hand_in({"deadlines": "deadline,title,due\nD1,Register,2026-12-20\n"})
    found = office.rows(deadlines.c.due_at, deadlines.c.levels, deadlines.c.unit_id, deadlines.c.kind)
    assert found == [(datetime(2026, 12, 20, 15, 59, tzinfo=UTC), "", None, "other")]


def test_what_is_not_listed_any_more_goes_when_the_office_says_so(office: Office) -> None:
    office.hand_in(SOUND)
    empty = {"deadlines": "deadline,title,due\n", "expiries": "number,document,expires\n"}
    office.hand_in(empty, "deadlines", "expiries")
    assert office.rows(deadlines.c.withdrawn_at.is_not(None)) == [(True,)]
    assert office.rows(papers.c.id) == office.rows(reminders.c.id) == []
    office.hand_in(SOUND)  # and is back as it was
    assert office.rows(deadlines.c.withdrawn_at, deadlines.c.key) == [(None, "D1")]


def test_every_fault_is_named_with_its_place(office: Office) -> None:
    wrong = {
        "people": SOUND["people"],
        "deadlines": "deadline,title,due,time,country,link,kind\nD1,x,2026-13-01,25:00,Atlantis,jw.example.edu,party\n",
        "expiries": "number,document,expires\nS9,visa,2027-02-28\nS1,ticket,2027-02-28\n",
    }
    with pytest.raises(MistakesError) as caught:
        office.hand_in(wrong)
    said = [str(one) for one in caught.value.mistakes]
    places = ("deadlines!2 kind", "deadlines!2 due", "deadlines!2 time", "deadlines!2 country", "deadlines!2 link")
    for place in (*places, "expiries!2 number", "expiries!3 document"):
        assert any(line.startswith(place) for line in said), (place, said)
    assert len(said) == 7
    assert office.rows(deadlines.c.id) == []
