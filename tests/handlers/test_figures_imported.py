"""The sheets that only statistics need, through the same importer: every fault named, twice the same as once."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.errors import MistakesError
from bot.figures.store import hosts, intakes, online_visits, papers, targets
from bot.people.store import unit_paths
from bot.programmes.versions import Programmes
from bot.prompts.store import prompts
from bot.roster.model import Difference
from bot.roster.read import read_roster
from bot.storage.database import Database
from handlers.roster_imported import import_roster
from tests.fakes.ground import open_ground

NOW = datetime(2026, 8, 1, 2, 0, tzinfo=UTC)
SOUND = {
    "people": "number,name,unit,level\nS1,苏晚晴,大学/文学院,doctor\n",
    "招生": '年份,单位,培养层次,招生数\n2019年,大学/文学院,博士,30\n2019,大学/理学院,硕士,"1,200"\n',
    "targets": "year,unit,measure,goal,responsible\n2019,大学,三个月及以上,1000,国际处\n"
    "2019,大学,io_internship,10,就业办\n",
    "hosts": "host,tag\nUniversität Bonn,战略伙伴\n",
    "papers": "year,unit,level,papers\n2019,大学,博士,44\n",
    "online_visits": "visit,number,host,country,starts,ends\nX1,S1,东京大学,日本,2026-09-01,2026-09-30\n",
}


class Office:
    """Hands in tables written as text."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder

    def hand_in(self, sheets: dict[str, str], *prune: str, dry_run: bool = False) -> Difference:
        for old in self.folder.glob("*.csv"):
            old.unlink()
        for name, text in sheets.items():
            (self.folder / f"{name}.csv").write_text(text, encoding="utf-8")
        read = read_roster(self.folder)

        def work(conn: Connection) -> Difference:
            return import_roster(conn, read, prune=set(prune), dry_run=dry_run, now=NOW, programmes=Programmes())

        return self.database.write(work)

    def rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        return self.database.read(lambda conn: [tuple(row) for row in conn.execute(select(*columns))])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(open_ground(tmp_path)) as database:
        folder = tmp_path / "tables"
        folder.mkdir()
        yield Office(database, folder)


def test_what_is_handed_in_is_stored_and_a_second_time_changes_nothing(office: Office) -> None:
    assert office.hand_in(SOUND, dry_run=True)
    assert office.rows(intakes.c.id) == []
    office.hand_in(SOUND)
    units = office.database.read(unit_paths)
    found = [(year, units[unit], *rest) for year, unit, *rest in office.rows(*intakes.c[1:])]
    assert found == [(2019, "大学/文学院", "doctor", 30), (2019, "大学/理学院", "master", 1200)]
    assert office.rows(targets.c.measure, targets.c.level, targets.c.goal, targets.c.responsible) == [
        ("three_months", "all", 1000, "国际处"),
        ("io_internship", "all", 10, "就业办"),
    ]
    assert office.rows(hosts.c.name, hosts.c.tag) == [("Universität Bonn", "战略伙伴")]
    assert office.rows(papers.c.level, papers.c.papers) == [("doctor", 44)]
    assert office.rows(online_visits.c.key, online_visits.c.country) == [("X1", "JP")]
    assert not office.hand_in(SOUND)


def test_nothing_is_asked_of_somebody_who_is_only_online(office: Office) -> None:
    office.hand_in(SOUND)
    assert office.rows(prompts.c.id) == []


def test_a_changed_figure_is_a_change_and_pruning_deletes_what_is_not_listed(office: Office) -> None:
    office.hand_in(SOUND)
    smaller = {"intake": "year,unit,level,intake\n2019,大学/文学院,博士,31\n"}
    office.hand_in(smaller)
    assert office.rows(intakes.c.intake) == [(31,), (1200,)]
    office.hand_in(smaller, "intake")
    assert office.rows(intakes.c.intake) == [(31,)]


def test_every_faulty_row_is_named_and_nothing_is_written(office: Office) -> None:
    faulty = {
        "people": SOUND["people"],
        "intake": "year,unit,level,intake\n19,大学,博士,30\n2019,大学,博士,many\n2019,大学,,3\n2019,大学,硕士,-4\n"
        "2019,,硕士,4\n"
        "2019,大学,本科,4\n2019,大学,本科,5\n",
        "targets": "year,unit,measure,goal,responsible\n2019,大学,happiness,10,国际处\n2019,大学,人次,10,\n",
        "hosts": "host,tag\nUniversität Bonn,a\nuniversität  bonn,b\n",
        "online_visits": "visit,number,host,starts,ends\nX1,S9,东京大学,2026-09-01,2026-09-30\n"
        "X2,S1,东京大学,2026-09-02,2026-09-01\n",
    }
    with pytest.raises(MistakesError) as caught:
        office.hand_in(faulty)
    places = [mistake.where for mistake in caught.value.mistakes]
    assert places == [
        "intake!2 year",
        "intake!3 intake",
        "intake!4 level",
        "intake!5 intake",
        "intake!6 unit",
        "intake!8 level",
        "targets!2 measure",
        "targets!3 responsible",
        "hosts!3 host",
        "online_visits!2 number",
        "online_visits!3 ends",
    ]
    assert office.rows(intakes.c.id) == []
