"""Roll-calls that are due: one that breaks keeps no other from being asked."""

from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.engine.rollcall_steps import go_on
from bot.rollcalls.model import Area, Rollcall
from scheduler import rollcalls_due
from tests.support.rollcalls import counts, start
from tests.support.school import School, utc
from tests.support.talk import open_tables


def test_one_that_breaks_keeps_no_other_from_being_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_tables(tmp_path)
    school = School(database)
    school.until(utc("2026-09-03 03:00"))
    school.student("S1", zone="Asia/Tokyo", city="Tokyo", country="JP")
    school.student("S2", zone="Europe/Berlin", city="Berlin", country="DE")
    broken = start(school, Area(countries=("JP",)))
    real = go_on

    def breaks_for_one(conn: Connection, rollcall: Rollcall, *rest: object) -> bool:
        if rollcall.id == broken.id:
            raise ValueError("unreadable")
        return real(conn, rollcall, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(rollcalls_due, "go_on", breaks_for_one)
    school.until(utc("2026-09-03 03:31"))
    whole = start(school, Area(countries=("DE",)))
    school.until(utc("2026-09-03 03:32"))
    assert sum(counts(school, whole).values()) == 1
    database.close()
