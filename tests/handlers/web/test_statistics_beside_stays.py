"""Figures beside stays on the page: papers, visits online, and what the whole service was answered."""

from datetime import date, timedelta

import pytest

from bot.figures.store import intakes, online_visits, papers
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_statistics_page import tables_of


@pytest.fixture
def office(town: Town) -> Visitor:
    town.ground.staff("O1", "office")
    return town.signed_in("O1")


def test_papers_are_a_share_of_the_intake_of_their_year(town: Town, office: Visitor) -> None:
    unit = town.ground.unit("大学")
    for year, level, number, admitted in (
        (2025, "doctor", 30, 200),
        (2025, "master", 10, 300),
        (2026, "doctor", 44, 0),
    ):
        town.ground.put(papers, year=year, unit_id=unit, level=level, papers=number)
        if admitted:
            town.ground.put(intakes, year=year, unit_id=unit, level=level, intake=admitted)
    found = tables_of(office.get("/console/statistics?year=2025").text)
    assert found["国际合作论文"] == [["2025", "40", "500", "8 %"], ["2026", "44", "–", "–"]]
    doctors = tables_of(office.get("/console/statistics?year=2025&level=doctor").text)
    assert doctors["国际合作论文"] == [["2025", "30", "200", "15 %"], ["2026", "44", "–", "–"]]


def test_visits_online_are_counted_apart_and_few_are_hidden(town: Town, office: Visitor) -> None:
    visits = {("大学/文学院", "doctor"): 7, ("大学/文学院", "master"): 6, ("大学/理学院", "master"): 5}
    place = 0
    for (unit, level), number in visits.items():
        for _ in range(number):
            place += 1
            student = town.ground.student(f"S{place}", unit=unit, level=level)
            town.ground.put(
                online_visits,
                key=f"X{place}",
                person_id=student,
                host="东京大学",
                country="JP",
                starts=date(2026, 3, 1),
                ends=date(2026, 3, 9),
            )
    found = tables_of(office.get("/console/statistics?year=2026").text)
    assert found["线上交流"] == [["本科", "0"], ["硕士", "11"], ["博士", "7"], ["全部层次", "18"]]
    assert {row[2] for row in found["交流率（按层次）"]} == {"0"}
    few = town.ground.student("S99", unit="大学/理学院", level="bachelor")
    town.ground.put(online_visits, key="X99", person_id=few, host="H", starts=date(2026, 4, 1), ends=date(2026, 4, 2))
    found = tables_of(office.get("/console/statistics?year=2026").text)
    rows = dict(found["线上交流"])
    assert rows["本科"] == "不公开"
    assert "不公开" in {rows["硕士"], rows["博士"]}


def test_answer_rate_and_median_time_are_of_the_whole_service(town: Town, office: Visitor) -> None:
    hours = [1, 2, 3, 10, 20]
    for place, took in enumerate(hours):
        student = town.ground.student(f"S{place}")
        opened = timedelta(days=3)
        town.ground.answered(student, "fine", opened=opened, answered_at=NOW - opened + timedelta(hours=took))
    for place in range(5):
        town.ground.prompt(town.ground.student(f"T{place}"), "missed")
    found = tables_of(office.get("/console/statistics?year=2026").text)
    assert found["提问的答复"] == [["2026", "10", "5", "50 %", "3.0 小时"]]
    town.ground.prompt(town.ground.student("T9"), "withdrawn")
    town.ground.prompt(town.ground.student("T8"), "missed")
    found = tables_of(office.get("/console/statistics?year=2026").text)
    assert found["提问的答复"] == [["2026", "11", "5", "45.5 %", "3.0 小时"]]


def test_with_fewer_than_five_silent_only_the_number_of_questions_is_told(town: Town, office: Visitor) -> None:
    for place in range(6):
        town.ground.answered(town.ground.student(f"S{place}"), "fine")
    town.ground.prompt(town.ground.student("T1"), "missed")
    found = tables_of(office.get("/console/statistics?year=2026").text)
    assert found["提问的答复"] == [["2026", "7", "不公开", "不公开", "不公开"]]
