"""A programme is loaded: all are planned anew, what is on its way keeps its ladder, a wrong one changes nothing."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.engine import programme_replan
from bot.engine.programme_replan import go_on, last
from bot.engine.replanning import PlanCount, replan
from bot.errors import MistakesError, SettingsError
from bot.journal.store import journal
from bot.local_time import to_wall
from bot.programmes import store
from bot.programmes.versions import Programmes, default_text
from bot.prompts.model import State
from bot.schema import metadata
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from handlers.programme_loaded import check, load_programme, seed, start_load
from tests.support.school import School, utc

LATER = default_text().replace('at = "18:30"', 'at = "19:00"')
PATIENT = default_text().replace('days = 2, at = "18:00"', 'days = 4, at = "18:00"')
ZONE = "America/New_York"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    on_server = request.param == "postgres"
    url = request.getfixturevalue("fresh_pg_url") if on_server else f"sqlite:///{tmp_path}/a.db"
    found = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(found.engine)
    yield found
    found.close()


@pytest.fixture
def school(database: Database) -> School:
    return School(database)


def load(school: School, text: str) -> tuple[int, PlanCount | None]:
    loaded: tuple[int, PlanCount | None] = school.do(
        lambda conn: load_programme(conn, text, school.now, school.programmes, actor_id=school.office, source="F.toml")
    )
    return loaded


def test_a_new_version_runs_and_moves_what_is_ahead(school: School) -> None:
    students = [school.student(f"S{number}", departs="2026-09-07") for number in range(3)]
    version, count = load(school, LATER)
    assert version == 2
    assert count is not None
    assert count.moved == len(students) * 5  # landing, check-in, return, its report, flight; the list is due just now
    for student in students:
        row = school.scheduled(student)
        assert (row.version_id, f"{to_wall(row.opens_at, ZONE):%H:%M}") == (2, "19:00")


def test_the_load_is_in_the_journal(school: School) -> None:
    load(school, LATER)
    query = select(journal.c.actor_id, journal.c.detail).where(journal.c.action == "programme.loaded")
    assert school.db.read(lambda conn: [tuple(row) for row in conn.execute(query)]) == [(school.office, {"version": 2})]


def test_the_same_text_again_changes_nothing(school: School) -> None:
    school.student("S1", departs="2026-09-07")
    assert load(school, default_text()) == (1, None)
    assert school.db.read(store.latest_id) == 1
    load(school, LATER)
    assert load(school, LATER) == (2, None)
    assert load(school, default_text())[0] == 3  # going back is a new version too


def test_what_is_on_its_way_keeps_the_ladder_of_its_version(school: School) -> None:
    student = school.student("S1", departs="2026-09-07")
    school.until(utc("2026-09-16 12:00"))  # asked on Tuesday evening
    (running,) = [row for row in school.prompts(student) if row.state in {State.OPEN, State.LATE}]
    load(school, PATIENT)
    assert school.prompt(student, running.occasion).due_at == running.due_at
    school.until(running.due_at + timedelta(minutes=1))
    assert school.prompt(student, running.occasion).state is State.MISSED
    following = school.scheduled(student)
    assert following.version_id == 2
    assert f"{to_wall(following.due_at, ZONE):%a %H:%M}" == "Sat 18:00"


def test_an_item_that_is_gone_is_no_longer_asked_and_one_that_comes_back_is(school: School) -> None:
    student = school.student("S1", departs="2026-09-07")
    without = default_text()[: default_text().index("# Return 回国")]
    _, gone = load(school, without)
    assert gone is not None
    assert gone.cancelled == 4  # and what stands behind it: the report, the list before departure, the landing
    assert [row.state for row in school.prompts(student, "return")] == [State.WITHDRAWN]
    _, back = load(school, default_text())
    assert back is not None
    assert back.revived == 4
    assert [row.state for row in school.prompts(student, "return")] == [State.SCHEDULED]


def test_a_wrong_text_is_refused_whole(school: School) -> None:
    student = school.student("S1", departs="2026-09-07")
    before = school.prompts(student)
    with pytest.raises(MistakesError) as caught:
        load(school, LATER.replace('"checkin"\nkind = "checkin"', '"checkin"\nkind = "chekin"'))
    assert str(caught.value).startswith('F.toml: item "checkin" kind: ')
    assert school.db.read(store.latest_id) == 1
    assert school.prompts(student) == before


def test_a_country_that_does_not_exist_is_a_mistake_and_a_known_name_is_offered() -> None:
    text = default_text().replace("often_in = []", 'often_in = ["UK", "FR", "ZZ"]')
    with pytest.raises(MistakesError) as caught:
        check(text, "F.toml")
    assert [str(mistake) for mistake in caught.value.mistakes] == [
        "F.toml: item \"checkin\" when.often_in: 'UK' is no ISO code of a country; use 'GB'",
        "F.toml: item \"checkin\" when.often_in: 'ZZ' is no ISO code of a country; look it up",
    ]


def test_an_empty_database_gets_the_shipped_programme_once(database: Database) -> None:
    now = utc("2026-11-20 08:00")
    assert database.write(lambda conn: seed(conn, Settings(), now)) == 1
    assert database.write(lambda conn: seed(conn, Settings(), now)) is None
    programme = database.read(Programmes().current)
    keys = [item.key for item in programme.items]
    assert keys == ["landing", "checkin", "return", "return_report", "channels", "checklist", "flight"]


def test_an_empty_database_gets_the_file_of_the_settings(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(LATER, encoding="utf-8-sig")
    settings = Settings.model_validate({"programme": {"file": str(file)}})
    database.write(lambda conn: seed(conn, settings, utc("2026-11-20 08:00")))
    assert database.read(lambda conn: store.text_of(conn, 1)) == LATER


def test_a_file_of_the_settings_that_cannot_be_read_is_a_mistake_of_the_settings(
    database: Database, tmp_path: Path
) -> None:
    for path in (tmp_path / "no.toml", tmp_path / "latin.toml"):
        (tmp_path / "latin.toml").write_bytes("# é".encode("latin-1"))
        settings = Settings.model_validate({"programme": {"file": str(path)}})
        with pytest.raises(SettingsError, match=r"\[programme\] file: .*toml"):
            database.write(partial(seed, settings=settings, now=utc("2026-11-20 08:00")))
    assert database.read(store.latest_id) is None


def start(school: School, text: str) -> None:
    school.do(lambda conn: start_load(conn, text, school.now, school.programmes))


def slice_of(school: School, size: int) -> bool:
    """Plan one slice as a process does that knows nothing but the database; tell whether that was the last."""
    return bool(school.do(lambda conn: go_on(conn, Programmes(), size).is_over))


def asked_that_week(school: School, student: int) -> list[tuple[int, str]]:
    """Return version and hour of the check-ins that were asked on Tuesday 15 September or later."""
    rows = [
        row for row in school.prompts(student, "checkin") if row.asked_at and row.asked_at > utc("2026-09-15 00:00")
    ]
    return [(row.version_id, f"{to_wall(row.opens_at, ZONE):%a %H:%M}") for row in rows]


def test_slices_end_where_one_transaction_would(school: School) -> None:
    students = [school.student(f"S{number}", departs="2026-09-07") for number in range(5)]
    start(school, LATER)
    assert school.db.read(store.latest_id) == 2
    assert {school.scheduled(one).version_id for one in students} == {1}
    assert not slice_of(school, 2)  # and then the process is killed
    assert [school.scheduled(one).version_id for one in students] == [2, 2, 1, 1, 1]
    assert not slice_of(school, 2)
    assert slice_of(school, 2)
    assert slice_of(school, 2)  # nothing is left, whoever asks
    for student in students:
        row = school.scheduled(student)
        assert (row.version_id, f"{to_wall(row.opens_at, ZONE):%H:%M}") == (2, "19:00")
    done = school.db.read(last)
    assert done is not None
    assert done.count.moved == len(students) * 5
    assert load(school, LATER) == (2, None)


@pytest.mark.parametrize("slices", [0, 1, 2])
@pytest.mark.parametrize(("text", "hour"), [(LATER, "19:00"), (LATER.replace("19:00", "17:00"), "17:00")])
def test_what_falls_due_before_its_slice_is_asked_once_and_by_the_new_hour(
    school: School, text: str, hour: str, slices: int
) -> None:
    """The version holds from the instant of the load: no slice is there yet when the old hour, 18:30, comes."""
    students = [school.student(f"S{number}", departs="2026-09-07") for number in range(3)]
    school.until(utc("2026-09-15 20:59"))  # Tuesday 16:59 in New York
    start(school, text)
    for _ in range(slices):
        slice_of(school, 1)
    school.until(utc("2026-09-15 22:45"))  # 18:45
    so_far = [] if hour == "19:00" else [(2, "Tue 17:00")]
    assert [asked_that_week(school, one) for one in students] == [so_far] * 3
    slice_of(school, 9)
    school.until(utc("2026-09-15 23:30"))
    assert [asked_that_week(school, one) for one in students] == [[(2, f"Tue {hour}")]] * 3
    assert {school.scheduled(one).occasion for one in students} == {"2026-09-22"}


def test_a_second_load_finishes_the_first(school: School) -> None:
    students = [school.student(f"S{number}", departs="2026-09-07") for number in range(3)]
    start(school, LATER)
    slice_of(school, 1)
    start(school, PATIENT)
    assert [school.scheduled(one).version_id for one in students] == [2, 2, 2]
    assert slice_of(school, 9)
    assert [school.scheduled(one).version_id for one in students] == [3, 3, 3]


def test_one_student_who_cannot_be_planned_stops_nobody(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    students = [school.student(f"S{number}", departs="2026-09-07") for number in range(3)]
    real = replan

    def broken(conn: Connection, ids: Sequence[int], *more: Any) -> PlanCount:
        if students[1] in ids:
            raise ValueError("poisoned")
        return real(conn, ids, *more)

    monkeypatch.setattr(programme_replan, "replan", broken)
    start(school, LATER)
    assert slice_of(school, 9)
    assert [school.scheduled(one).version_id for one in students] == [2, 1, 2]
