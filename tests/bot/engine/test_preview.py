"""What a preview shows is what the service would ask: at her hour, once per occasion, under either programme."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.engine.moving import move
from bot.engine.preview import difference, preview
from bot.engine.replanning import replan
from bot.local_time import to_wall
from bot.people.store import people, roles
from bot.programmes import store
from bot.programmes.model import Programme, Step
from bot.programmes.parse import parse
from bot.programmes.versions import Programmes, default_text
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables
from bot.storage.engine import make_engine, parse_url
from bot.trips.store import trips
from tests.support.school import School

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)  # a Friday
DEFAULT = parse(default_text(), 1)
LATER = parse(default_text().replace('at = "18:30"', 'at = "19:00"'), 2)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    assert tables.__all__
    engine = make_engine(parse_url(f"sqlite:///{tmp_path / 'a.db'}"), Keyring([Keyring.new_key()]))
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def student(
    conn: Connection, number: str, departs: date, returns: date, zone: str = "America/New_York", **values: Any
) -> int:
    made = conn.execute(
        people.insert()
        .values(number=number, name=number, language="zh", zone="Asia/Shanghai", created_at=NOW, **values)
        .returning(people.c.id)
    )
    person_id = int(made.scalar_one())
    conn.execute(roles.insert().values(person_id=person_id, kind="student"))
    conn.execute(
        trips.insert().values(
            key=f"T-{number}",
            person_id=person_id,
            host="University",
            city="City",
            country="US",
            zone=zone,
            departs=departs,
            returns=returns,
            type="exchange",
        )
    )
    return person_id


def walls(conn: Connection, days: int, programme: Programme = DEFAULT, person_id: int | None = None) -> list[str]:
    return [
        f"{coming.number} {coming.item} {to_wall(coming.opens_at, coming.zone):%a %m-%d %H:%M}"
        for coming in preview(conn, programme, NOW, days, person_id)
    ]


def test_a_student_abroad_is_asked_on_tuesdays_at_her_hour(conn: Connection) -> None:
    student(conn, "s1", date(2026, 11, 8), date(2027, 6, 1))
    assert walls(conn, 14) == ["s1 checkin Tue 11-24 18:30", "s1 checkin Tue 12-01 18:30"]


def test_weekly_becomes_fortnightly_and_ends_with_the_stay(conn: Connection) -> None:
    student(conn, "s1", date(2026, 11, 23), date(2027, 1, 31))
    found = walls(conn, 100)
    assert found[:2] == ["s1 flight Fri 11-20 18:30", "s1 landing Tue 11-24 10:00"]  # too late for two channels
    assert [line.split()[3] for line in found if "checkin" in line] == [
        "11-24",
        "12-01",
        "12-08",
        "12-15",
        "12-22",
        "01-05",
        "01-19",
    ]
    assert found[-2:] == ["s1 return Sun 01-31 20:00", "s1 return_report Sun 02-07 10:00"]


def test_a_short_stay_is_asked_on_landing_and_return_only(conn: Connection) -> None:
    student(conn, "s1", date(2026, 11, 23), date(2026, 12, 2))
    assert [line.split()[1] for line in walls(conn, 60)] == ["landing", "return"]


def test_who_is_on_the_roster_late_has_the_days_before_departure_that_are_left(conn: Connection) -> None:
    student(conn, "s1", date(2026, 12, 3), date(2027, 6, 1))
    listed = next(coming for coming in preview(conn, DEFAULT, NOW, 14) if coming.item == "checklist")
    assert listed.opens_at == NOW
    assert [(step, f"{to_wall(at, listed.zone):%m-%d %H:%M}") for step, at in listed.rungs] == [
        (Step.REMIND, "11-26 18:30"),
        (Step.MISSED, "11-30 09:00"),
    ]


def test_nobody_is_asked_for_a_list_or_a_landing_when_it_is_too_late(conn: Connection) -> None:
    student(conn, "soon", date(2026, 11, 22), date(2027, 6, 1))
    student(conn, "today", date(2026, 11, 20), date(2027, 6, 1))
    student(conn, "away", date(2026, 11, 1), date(2027, 6, 1))
    student(conn, "brief", date(2026, 11, 28), date(2026, 12, 6))
    before = {(one.number, one.item) for one in preview(conn, DEFAULT, NOW, 60)} - {("brief", "channels")}
    assert {one for one in before if one[1] in {"channels", "checklist", "flight"}} == {("soon", "flight")}


def test_the_hour_on_the_wall_stays_when_clocks_change(conn: Connection) -> None:
    student(conn, "s1", date(2027, 3, 1), date(2027, 6, 1))
    asked = [line for line in walls(conn, 170) if "checkin" in line]
    assert len(asked) > 6
    assert all(line.endswith("18:30") for line in asked)


def test_rungs_are_given_in_order(conn: Connection) -> None:
    student(conn, "s1", date(2026, 11, 22), date(2027, 6, 1))
    checkin = next(coming for coming in preview(conn, DEFAULT, NOW, 7) if coming.item == "checkin")
    assert [(step, f"{to_wall(at, checkin.zone):%a %H:%M}") for step, at in checkin.rungs] == [
        (Step.REMIND, "Wed 12:30"),
        (Step.SECOND_CHANNEL, "Thu 12:30"),
        (Step.MISSED, "Thu 18:00"),
    ]


def test_people_are_listed_together_by_time_or_one_alone(conn: Connection) -> None:
    student(conn, "ny", date(2026, 11, 22), date(2027, 6, 1))
    tokyo = student(conn, "tokyo", date(2026, 11, 22), date(2027, 6, 1), zone="Asia/Tokyo")
    everybody = preview(conn, DEFAULT, NOW, 7)
    assert [coming.opens_at for coming in everybody] == sorted(coming.opens_at for coming in everybody)
    assert [(one.number, one.item) for one in everybody if one.item == "checkin"] == [
        ("tokyo", "checkin"),
        ("ny", "checkin"),
    ]
    assert {line.split()[0] for line in walls(conn, 7, person_id=tokyo)} == {"tokyo"}


def test_a_pause_and_who_left_are_respected(conn: Connection) -> None:
    student(conn, "paused", date(2026, 11, 9), date(2027, 6, 1), paused_until=date(2026, 11, 26))
    student(conn, "left", date(2026, 11, 9), date(2027, 6, 1), left_at=NOW)
    asked = [line for line in walls(conn, 14) if "checkin" in line]
    assert asked == ["paused checkin Tue 12-01 18:30"]


def test_where_she_says_she_is_counts_once_she_is_abroad(conn: Connection) -> None:
    person_id = student(conn, "s1", date(2026, 11, 9), date(2027, 6, 1))
    store.add(conn, default_text(), "x", NOW)
    move(conn, person_id, "Europe/London", NOW, Programmes())
    zones = {coming.zone for coming in preview(conn, DEFAULT, NOW, 30) if coming.item == "checkin"}
    assert zones == {"Europe/London"}


def test_the_preview_agrees_with_the_rows_and_stores_nothing(conn: Connection) -> None:
    ids = [
        student(conn, f"s{n}", date(2026, 11, 1) + timedelta(days=5 * n), date(2027, 3, 1), zone=zone)
        for n, zone in enumerate(["Asia/Kathmandu", "Australia/Sydney", "America/Sao_Paulo", "Europe/London"])
    ]
    before = preview(conn, DEFAULT, NOW, 200)
    assert conn.execute(select(func.count()).select_from(prompts)).scalar() == 0
    store.add(conn, default_text(), "x", NOW)
    replan(conn, ids, Programmes(), NOW)
    rows = conn.execute(select(prompts.c.item, prompts.c.occasion, prompts.c.opens_at, prompts.c.zone)).all()
    assert rows
    listed = {(coming.item, coming.occasion, coming.opens_at, coming.zone) for coming in before}
    assert {tuple(row) for row in rows} <= listed
    assert preview(conn, DEFAULT, NOW, 200) == before


def test_what_is_open_is_not_asked_again(conn: Connection) -> None:
    person_id = student(conn, "s1", date(2026, 11, 15), date(2027, 6, 1))
    store.add(conn, default_text(), "x", NOW)
    replan(conn, [person_id], Programmes(), NOW)
    first = preview(conn, DEFAULT, NOW, 14)[0]
    conn.execute(prompts.update().where(prompts.c.occasion == first.occasion).values(state="open"))
    assert first not in preview(conn, DEFAULT, NOW, 14)


def test_an_overdue_question_is_still_listed(conn: Connection) -> None:
    person_id = student(conn, "s1", date(2026, 11, 2), date(2027, 6, 1))
    store.add(conn, default_text(), "x", NOW)
    early = NOW - timedelta(days=5)
    replan(conn, [person_id], Programmes(), early)
    found = preview(conn, DEFAULT, NOW, 14)
    assert "2026-11-17" in {coming.occasion for coming in found}


def test_a_difference_names_what_moves_what_comes_and_what_goes(conn: Connection) -> None:
    student(conn, "s1", date(2026, 11, 22), date(2027, 6, 1))
    before = preview(conn, DEFAULT, NOW, 14)
    assert not difference(before, preview(conn, DEFAULT, NOW, 14))
    later = difference(before, preview(conn, LATER, NOW, 14))
    assert (later.added, later.gone) == ((), ())
    assert [after.opens_at - was.opens_at for was, after in later.moved] == [timedelta(minutes=30)] * 2
    sunday = parse(default_text().replace("BYDAY=TU", "BYDAY=SU"), 3)
    other_day = difference(before, preview(conn, sunday, NOW, 14))
    assert {coming.occasion for coming in other_day.gone} == {"2026-11-24", "2026-12-01"}
    assert {coming.occasion for coming in other_day.added} == {"2026-11-22", "2026-11-29"}


def test_another_ladder_is_a_difference(conn: Connection) -> None:
    student(conn, "s1", date(2026, 11, 22), date(2027, 6, 1))
    patient = parse(default_text().replace('days = 2, at = "18:00"', 'days = 3, at = "18:00"'), 3)
    changed = difference(preview(conn, DEFAULT, NOW, 14), preview(conn, patient, NOW, 14))
    assert [was.opens_at == after.opens_at for was, after in changed.moved] == [True, True]


def test_what_is_asked_as_time_passes_is_what_the_preview_said(school: School) -> None:
    students = [
        school.student("S1", "America/New_York", departs="2026-09-07", returns="2026-12-20"),
        school.student("S2", "Australia/Sydney", departs="2026-09-20", returns="2026-09-28"),
        school.student("S3", "Europe/London", departs="2026-10-01", returns="2027-01-31"),
    ]
    start, days = school.now, 120
    programme = school.db.read(school.programmes.current)
    said = school.db.read(lambda conn: preview(conn, programme, start, days))
    school.until(start + timedelta(days=days))
    opened = [
        (row.item, row.occasion, row.opens_at, row.zone)
        for student in students
        for item in ("landing", "checkin", "return", "return_report", "channels", "checklist", "flight")
        for row in school.prompts(student, item)
        if row.state is not State.SCHEDULED
    ]
    assert sorted(opened) == sorted((one.item, one.occasion, one.opens_at, one.zone) for one in said)
