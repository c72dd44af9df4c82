"""Opportunities come through the importer: every fault named, twice the same as once, changed and taken back."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import MistakesError
from bot.journal.store import journal
from bot.opportunities.store import opportunities
from tests.fakes.ground import open_ground
from tests.handlers.test_figures_imported import NOW, Office

SOUND = {
    "people": "number,name,unit\nS1,苏晚晴,大学/文学院\n",
    "项目": "项目编号,项目名称,派往单位,国家,类型,资助,申请截止日期,截止时间,可申请单位,可申请层次,介绍,英文介绍,链接\n"
    "X1,京都交换,Kyoto University,日本,交换,免学费,2026-12-20,17:00,大学,硕士;本科,一学期,A term,https://a.example.edu\n",
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(open_ground(tmp_path)) as database:
        (tmp_path / "tables").mkdir()
        yield Office(database, tmp_path / "tables")


def test_what_is_handed_in_is_stored_and_a_second_time_changes_nothing(office: Office) -> None:
    office.hand_in(SOUND)
    row = opportunities.c
    columns = (row.key, row.host, row.country, row.type, row.due_at, row.levels, row.text_en, row.next_at)
    due_at = datetime(2026, 12, 20, 9, tzinfo=UTC)
    expected = ("X1", "Kyoto University", "JP", "exchange", due_at, "bachelor,master", "A term", NOW)
    assert office.rows(*columns) == [expected]
    assert not office.hand_in(SOUND)
    assert office.rows(journal.c.action).count(("opportunity.added",)) == 1


def test_a_day_that_moves_and_what_is_listed_no_more_are_seen_to_by_the_clock(office: Office) -> None:
    office.hand_in(SOUND)
    office.hand_in({"项目": SOUND["项目"].replace("2026-12-20", "2026-11-20")})
    assert office.rows(opportunities.c.due_at) == [(datetime(2026, 11, 20, 9, tzinfo=UTC),)]
    head = SOUND["项目"].partition("\n")[0] + "\n"
    office.hand_in({"项目": head}, "opportunities")
    assert office.rows(opportunities.c.withdrawn_at, opportunities.c.next_at) == [(NOW, NOW)]
    office.hand_in(SOUND)  # and is back
    assert office.rows(opportunities.c.withdrawn_at) == [(None,)]


def test_every_fault_is_named_with_its_place(office: Office) -> None:
    wrong = {
        "people": SOUND["people"],
        "opportunities": "opportunity,title,host,country,type,due,time,unit,level,link\n"
        "X1,,Kyoto University,Atlantis,holiday,2026-13-01,25:00,大学/史学院,teacher,www.example.edu\n",
    }
    with pytest.raises(MistakesError) as caught:
        office.hand_in(wrong)
    said = [str(one) for one in caught.value.mistakes]
    names = ("title", "country", "type", "due", "time", "unit", "level", "link")
    assert len(said) == len(names)
    for name in names:
        assert any(line.startswith(f"opportunities!2 {name}") for line in said), (name, said)
    assert office.rows(opportunities.c.id) == []
