"""The board says of everybody abroad where she stands, and nothing that she told somebody else."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.engine.facts import load_facts
from bot.people.store import people
from bot.views.board import Board, Filter, board
from bot.views.safety import Category
from bot.views.scope import Scope
from tests.fakes.ground import NOW, Ground

ALL = Scope(viewer_id=1000, whole=True)


def look(ground: Ground, scope: Scope = ALL, **chosen: Any) -> Board:
    return ground.database.read(lambda conn: board(conn, scope, NOW, Filter(**chosen)))


def abroad(ground: Ground, number: str, **values: Any) -> int:
    person = ground.student(number, **values)
    ground.trip(person)
    return person


def category(ground: Ground, scope: Scope = ALL) -> dict[str, Category]:
    return {row.number: row.category for row in look(ground, scope).rows}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("open", Category.WAITING),
        ("late", Category.LATE),
        ("missed", Category.MISSED),
        ("unreached", Category.NOT_REACHABLE),
        ("not_asked", Category.NOT_ASKED),
        ("alive", Category.WELL),
        ("scheduled", Category.AHEAD),
        ("withdrawn", Category.AHEAD),
        ("excused", Category.AHEAD),
    ],
)
def test_the_state_of_the_latest_question_is_the_category(ground: Ground, state: str, expected: Category) -> None:
    ground.prompt(abroad(ground, "s"), state)
    assert category(ground) == {"s": expected}


def test_the_latest_question_counts(ground: Ground) -> None:
    person = abroad(ground, "s")
    ground.prompt(person, "missed", opened=timedelta(days=8))
    ground.answered(person, "fine", opened=timedelta(days=1))
    assert category(ground) == {"s": Category.WELL}


def test_without_an_address_that_works_she_is_not_reachable(ground: Ground) -> None:
    gone = abroad(ground, "gone", reachable=False)
    ground.address(gone, state="gone")
    ground.prompt(abroad(ground, "silent", reachable=False), "missed")
    assert category(ground) == {"gone": Category.NOT_REACHABLE, "silent": Category.MISSED}


def test_urgent_lasts_until_the_case_is_over(ground: Ground) -> None:
    for number, state in (("open", "open"), ("taken", "acknowledged"), ("over", "resolved")):
        person = abroad(ground, number)
        ground.case(person, "urgent", state=state, prompt_id=ground.answered(person, "urgent"))
    assert category(ground) == {"open": Category.URGENT, "taken": Category.URGENT, "over": Category.WELL}


def test_a_hard_week_is_hard_for_whom_she_chose_and_well_for_others(ground: Ground) -> None:
    her = ground.staff("C", "counsellor")
    ground.answered(abroad(ground, "told", counsellor=her), "hard", "counsellor")
    ground.answered(abroad(ground, "kept", counsellor=her), "hard", "nobody")
    ground.answered(abroad(ground, "undecided", counsellor=her), "hard", None)
    ground.answered(abroad(ground, "fine", counsellor=her), "fine")
    mine = category(ground, Scope(her, own=True))
    assert mine.pop("told") is Category.HARD
    assert set(mine.values()) == {Category.WELL}
    assert set(category(ground).values()) == {Category.WELL}
    assert look(ground).counts[Category.HARD] == 0


def test_an_open_hard_case_shows_on_nobody_s_board(ground: Ground) -> None:
    person = abroad(ground, "s")
    ground.answered(person, "hard", "support")
    ground.case(person, "hard", share_with="support", state="acknowledged", acknowledged_by=ground.staff("P", "office"))
    [row] = look(ground).rows
    assert (row.category, row.case_state, row.case_by) == (Category.WELL, None, None)


def test_a_row_names_who_took_the_case(ground: Ground) -> None:
    person = abroad(ground, "s")
    ground.prompt(person, "missed")
    her = ground.staff("C", "counsellor", name="李老师")
    ground.case(person, "missed", state="acknowledged", acknowledged_by=her)
    [row] = look(ground).rows
    assert (row.case_state, row.case_by) == ("acknowledged", "李老师")


def test_only_who_is_abroad_on_her_own_calendar_is_on_the_board(ground: Ground) -> None:
    trips: list[tuple[str, date, date, dict[str, Any]]] = [
        ("before", date(2026, 11, 20), date(2027, 1, 1), {}),
        ("back", date(2026, 1, 1), date(2026, 11, 17), {}),
        ("last-day", date(2026, 1, 1), date(2026, 11, 18), {}),
        ("called-off", date(2026, 1, 1), date(2027, 1, 1), {"cancelled_at": NOW}),
        # At 12:00 UTC it is already the 19th in Kiritimati and still the 18th in New York.
        ("tomorrow-there", date(2026, 11, 19), date(2027, 1, 1), {"zone": "Pacific/Kiritimati"}),
        ("tomorrow-here", date(2026, 11, 19), date(2027, 1, 1), {}),
    ]
    for number, departs, returns, more in trips:
        ground.trip(ground.student(number), departs=departs, returns=returns, **more)
    assert set(category(ground)) == {"last-day", "tomorrow-there"}


def test_who_left_or_is_absent_is_not_on_the_board(ground: Ground) -> None:
    abroad(ground, "left", left_at=NOW)
    abroad(ground, "absent", absent_at=NOW)
    assert look(ground).total == 0


def test_of_two_stays_at_once_the_later_one_counts_and_she_appears_once(ground: Ground) -> None:
    person = ground.student("s")
    ground.trip(person, "US", "纽约", key="A", departs=date(2026, 9, 1))
    ground.trip(person, "FR", "巴黎", "Europe/Paris", key="B", departs=date(2026, 11, 1))
    assert [(row.city, row.zone) for row in look(ground).rows] == [("巴黎", "Europe/Paris")]


def test_filters_narrow_rows_and_counts_and_the_choices_stay(ground: Ground) -> None:
    for number, country, city, unit in (
        ("a", "US", "纽约", "大学/物理"),
        ("b", "US", "波士顿", "大学/物理/凝聚态"),
        ("c", "FR", "巴黎", "大学/法学"),
    ):
        person = ground.student(number, unit=unit)
        ground.trip(person, country, city)
        ground.prompt(person, "open")
    assert {row.number for row in look(ground, country="US").rows} == {"a", "b"}
    assert {row.number for row in look(ground, city="巴黎").rows} == {"c"}
    assert {row.number for row in look(ground, unit="大学/物理").rows} == {"a", "b"}
    narrowed = look(ground, country="US", unit="大学/物理", category="waiting")
    assert narrowed.counts[Category.WAITING] == narrowed.shown == 2
    assert narrowed.countries == ["FR", "US"]
    assert narrowed.cities == ["波士顿", "纽约"]
    assert "大学" in narrowed.units
    assert "大学/物理/凝聚态" in narrowed.units
    assert look(ground, category="missed").rows == []
    assert look(ground, category="missed").counts[Category.WAITING] == 3


def test_words_find_names_and_numbers_literally(ground: Ground) -> None:
    abroad(ground, "2023-001", name="王小明")
    abroad(ground, "2023-002", name="100%")
    assert [row.number for row in look(ground, words="小明").rows] == ["2023-001"]
    assert [row.number for row in look(ground, words="%").rows] == ["2023-002"]
    assert look(ground, words="2023").total == 2


def test_pages_hold_fifty_and_a_page_too_far_is_the_last(ground: Ground) -> None:
    for number in range(53):
        abroad(ground, f"s{number:02}")
    first, second, beyond = look(ground), look(ground, page=2), look(ground, page=99)
    assert (len(first.rows), len(second.rows), first.pages) == (50, 3, 2)
    assert beyond.rows == second.rows
    assert not {row.number for row in first.rows} & {row.number for row in second.rows}


def test_a_page_costs_three_queries_however_many_students(ground: Ground) -> None:
    for number in range(12):
        ground.prompt(abroad(ground, f"s{number}", unit=f"大学/{number}"), "late")
    statements: list[str] = []
    event.listen(ground.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    look(ground)
    assert len([text for text in statements if text.startswith(("SELECT", "WITH"))]) == 3


def test_the_gravest_come_first(ground: Ground) -> None:
    for state in ("open", "missed", "late"):
        ground.prompt(abroad(ground, state), state)
    assert [row.number for row in look(ground).rows] == ["missed", "late", "open"]


def test_what_she_said_of_her_place_goes_before_what_her_trip_says(ground: Ground) -> None:
    """The same as `PersonFacts.place_now` says of each of them, in one query for all."""
    soon, over = NOW + timedelta(days=1), NOW - timedelta(hours=1)
    osaka = {"zone": "Asia/Tokyo", "city": "Osaka", "country": "JP"}
    said: dict[str, list[dict[str, Any]]] = {
        "at home": [],
        "there": [osaka],
        "there until": [{"zone": "Europe/Berlin", "city": "Berlin", "country": "DE"}, osaka | {"ends_at": soon}],
        "back": [osaka | {"ends_at": over}],
        "older than the roster": [osaka | {"instead_of": "America/Chicago"}],
        "of no city": [{"zone": "Asia/Tokyo"}],
    }
    for number, moves in said.items():
        person = ground.student(number)
        trip = ground.trip(person)
        for values in moves:
            ground.said_place(person, trip, until=values.get("ends_at") and soon.date(), **values)
    places = {row.number: (row.city, row.country, row.zone) for row in look(ground).rows}
    facts = ground.database.read(lambda conn: load_facts(conn, range(1, 100)))
    numbers = ground.database.read(lambda conn: {row.id: row.number for row in conn.execute(select(people))})
    for person_id, known in facts.items():
        place = known.place_now(NOW)
        assert places[numbers[person_id]] == (place.city, place.country, place.zone)
    assert places["there until"] == places["there"] == ("Osaka", "JP", "Asia/Tokyo")
    assert places["back"] == places["older than the roster"] == places["at home"]
    assert places["of no city"] == ("", "", "Asia/Tokyo")
    assert {row.number for row in look(ground, city="Osaka").rows} == {"there", "there until"}
    assert look(ground, country="JP").shown == 2
    assert "JP" in look(ground).countries
