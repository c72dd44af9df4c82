"""For random roles and rosters: no answer to a program and no page of statistics tells of a foreign student."""

import json
import re
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.api_tokens.model import Right
from bot.app import App
from bot.clock import ManualClock
from bot.errors import UsageError
from handlers.api_tokens_made import make_token
from tests.fakes.ground import NOW, Ground
from tests.handlers.web.conftest import Town, settings_in

UNITS = ("大学", "大学/文学院", "大学/文学院/历史系", "大学/理学院")
COUNTRIES = ("US", "DE", "JP")


@dataclass(frozen=True)
class Student:
    """What a student is, and what she answered."""

    unit: str
    country: str
    counsellor: int
    choice: str
    share: str


@dataclass(frozen=True)
class Staff:
    """What a member of staff is."""

    role: str
    scope: tuple[tuple[str, str], ...]

    @property
    def is_support(self) -> bool:
        """Tell whether she is the psychological support."""
        return self.role == "office" and ("matter", "support") in self.scope

    def sees(self, student: Student, own: int) -> bool:
        """Say it a second time, in other words than the service."""
        if self.role in {"supervisor", "secretary"}:
            return False
        if self.role == "office" and not self.scope:
            return True
        if self.is_support and student.choice == "hard" and student.share == "support":
            return True
        if self.role == "counsellor" and student.counsellor == own:
            return True
        return any(
            f"{student.unit}/".startswith(f"{value}/") if kind == "unit" else student.country == value
            for kind, value in self.scope
            if kind != "matter"
        )


scopes = st.one_of(
    st.sampled_from(UNITS).map(lambda unit: ("unit", unit)),
    st.sampled_from(COUNTRIES).map(lambda code: ("country", code)),
)
others = st.builds(
    Staff,
    role=st.sampled_from(["counsellor", "coordinator", "office", "supervisor", "secretary"]),
    scope=st.lists(scopes, max_size=2, unique=True).map(tuple),
)
support = st.builds(
    Staff,
    role=st.just("office"),
    scope=st.lists(scopes, max_size=1).map(lambda more: (("matter", "support"), *more)),
)
staff = st.one_of(others, support)
students = st.builds(
    Student,
    unit=st.sampled_from(UNITS),
    country=st.sampled_from(COUNTRIES),
    counsellor=st.integers(0, 3),
    choice=st.sampled_from(["fine", "hard", "hard"]),
    share=st.sampled_from(["counsellor", "office", "support", "nobody"]),
)


def settled(town: Town, people: list[Student], workers: list[Staff]) -> None:
    ids = [town.ground.staff(f"W{place}", one.role, *one.scope) for place, one in enumerate(workers)]
    for path in UNITS:
        town.ground.unit(path)
    for place, one in enumerate(people):
        counsellor = ids[one.counsellor] if one.counsellor < len(ids) else None
        student = town.ground.student(
            f"S{place:02}", counsellor=counsellor, unit=one.unit, name=f"学生{place:02}", level="doctor"
        )
        town.ground.trip(student, one.country, key=f"T{place}", host=f"Host {place:02}", departs=date(2026, 3, 1))
        share = one.share if one.choice == "hard" else None
        town.ground.answered(student, one.choice, share)


def read(town: Town, number: str, path: str, right: Right) -> Any:
    real = town.clock.real()
    try:
        made = town.app.database.write(lambda conn: make_token(conn, number, {right}, "t", 1, now=NOW, real=real))
    except UsageError:
        return None
    answer = town.visitor(authorization=f"Bearer {made}").get(path)
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


@settings(max_examples=8)
@given(people=st.lists(students, min_size=6, max_size=14), workers=st.lists(staff, min_size=3, max_size=4))
def test_nobody_learns_of_a_foreign_student(people: list[Student], workers: list[Staff]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(NOW)
        with closing(App(settings_in(Path(folder)), clock, paced=False)) as app:
            town = Town(app, clock, Ground(app.database))
            settled(town, people, workers)
            for place, worker in enumerate(workers):
                own = {f"S{at:02}": one for at, one in enumerate(people) if worker.sees(one, place)}
                _responses_are_hers(town, place, worker, own)
                _statistics_are_hers(town, place, worker, own, len(people))


def _responses_are_hers(town: Town, place: int, worker: Staff, own: dict[str, Student]) -> None:
    found = read(town, f"W{place}", "/api/v1/responses?limit=500", Right.RESPONSES)
    if found is None:
        assert not own
        return
    assert {row["number"] for row in found["rows"]} == set(own)
    for row in found["rows"]:
        if row["answer"] == "hard":
            student = own[row["number"]]
            assert student.choice == "hard"
            is_hers = student.share == "counsellor" and student.counsellor == place
            for_support = student.share == "support" and worker.is_support
            has_area = not worker.is_support or len(worker.scope) > 1
            for_office = student.share == "office" and worker.role == "office" and has_area
            assert is_hers or for_support or for_office


def _statistics_are_hers(town: Town, place: int, worker: Staff, own: dict[str, Student], total: int) -> None:
    found = read(town, f"W{place}", "/api/v1/statistics", Right.STATISTICS)
    page = town.signed_in(f"W{place}").get("/console/statistics")
    units = [value for kind, value in worker.scope if kind == "unit"]
    is_whole = worker.role == "office" and not worker.scope
    may = worker.role in {"counsellor", "coordinator", "office"} and (is_whole or bool(units))
    assert (found is not None, page.status) == ((True, 200) if may else (False, 404))
    if found is None:
        return
    said = json.dumps(found, ensure_ascii=False) + page.text
    for at in range(total):
        if f"S{at:02}" not in own:
            assert not re.search(rf"Host {at:02}|学生{at:02}|S{at:02}\b", said)
    chosen = found["filter"]["unit"]
    assert is_whole or any(f"{chosen}/".startswith(f"{unit}/") for unit in units)
    stays = next(row for row in found["tables"][0]["rows"] if row["key"] == "all")["values"]["stays"]
    within = sum(f"{one.unit}/".startswith(f"{chosen}/") or not chosen for one in own.values())
    assert stays is None or stays == within
    for unit in UNITS:
        if not is_whole and not any(f"{unit}/".startswith(f"{mine}/") for mine in units):
            assert town.signed_in(f"W{place}").get(f"/console/statistics?unit={quote(unit)}").status == 404
