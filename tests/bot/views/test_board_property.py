"""In random worlds the board says of everybody what a plain reading of her rows says, and counts just that."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot.addresses.store import addresses
from bot.cases.store import cases
from bot.local_time import local_date
from bot.moves.store import moves
from bot.people.store import people, roles, units
from bot.programmes.store import programme_versions
from bot.prompts.store import prompts
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.trips.store import trips
from bot.views.board import Filter, board
from bot.views.safety import Category
from bot.views.scope import Scope
from tests.fakes.ground import NOW

VIEWER = 1
SCOPE = Scope(VIEWER, whole=True)
ZONES = {"America/New_York": ("US", "纽约"), "Pacific/Kiritimati": ("KI", "London"), "Europe/Paris": ("FR", "巴黎")}
PATHS = ("大学", "大学/物理", "大学/物理系")
TODAY = NOW.date()
ALARMS = ("urgent", "missed", "unreached", "not_asked", "hard", "rollcall")
BY_STATE = {
    "missed": "missed",
    "unreached": "not_reachable",
    "not_asked": "not_asked",
    "late": "late",
    "open": "waiting",
    "answered": "well",
    "alive": "well",
}

days = st.integers(-2, 2).map(lambda some: TODAY + timedelta(days=some))
trip = st.fixed_dictionaries(
    {
        "zone": st.sampled_from(sorted(ZONES)),
        "departs": days,
        "returns": days,
        "cancelled_at": st.sampled_from([None, None, None, NOW]),
        "said": st.sampled_from(["", "", "there", "over", "later"]),
    }
)
prompt = st.fixed_dictionaries(
    {
        "state": st.sampled_from([*BY_STATE, "answered", "scheduled", "withdrawn", "excused"]),
        "kind": st.sampled_from(["checkin", "checkin", "landing", "report"]),
        "choice": st.sampled_from([None, "fine", "hard"]),
        "share_with": st.sampled_from([None, "counsellor", "office"]),
        "days": st.sampled_from([-1, 0, 1, 1, 7, 44, 46]),
    }
)
student = st.fixed_dictionaries(
    {
        "trips": st.lists(trip, min_size=1, max_size=3),
        "prompts": st.lists(prompt, max_size=4),
        "cases": st.sets(st.sampled_from(ALARMS), max_size=2),
        "over": st.booleans(),
        "address": st.sampled_from(["working", "working", "working", "gone", ""]),
        "counsellor_id": st.sampled_from([None, VIEWER]),
        "unit_id": st.sampled_from([None, 1, 2, 3]),
        "absent_at": st.sampled_from([None, None, None, None, NOW]),
    }
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/board.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    opened = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


def put(conn: Connection, students: list[dict[str, Any]]) -> None:
    known = {"language": "zh", "zone": "Asia/Shanghai", "created_at": NOW}
    conn.execute(programme_versions.insert().values(id=1, text="", sha256="", loaded_at=NOW))
    conn.execute(units.insert(), [{"id": n, "path": p, "name": p} for n, p in enumerate(PATHS, start=1)])
    conn.execute(people.insert().values(id=VIEWER, number="C", name="C", **known))
    for number, one in enumerate(students, start=100):
        own = {key: one[key] for key in ("counsellor_id", "unit_id", "absent_at")}
        conn.execute(people.insert().values(id=number, number=f"s{number}", name=f"n{number % 7}", **known, **own))
        conn.execute(roles.insert().values(person_id=number, kind="student"))
        if one["address"]:
            at = {"channel": "web", "account": "web", "external_id": f"{number}", "position": 0}
            conn.execute(addresses.insert().values(person_id=number, state=one["address"], **at))
        for place, stay in enumerate(one["trips"]):
            _put_stay(conn, number, number * 10 + place, stay)
        for place, asked in enumerate(one["prompts"]):
            at_once = {key: asked[key] for key in ("state", "kind", "choice", "share_with")}
            opens_at = NOW - timedelta(days=asked["days"])
            when = {"opens_at": opens_at, "due_at": NOW, "occasion": f"o{place}", "item": "checkin"}
            rest = {"id": number * 10 + place, "version_id": 1, "zone": "UTC", "step": 0}
            conn.execute(prompts.insert().values(person_id=number, **at_once, **when, **rest))
        for reason in one["cases"]:
            state = "resolved" if one["over"] else "open"
            conn.execute(cases.insert().values(person_id=number, reason=reason, state=state, opened_at=NOW, round=0))


def _put_stay(conn: Connection, person: int, trip_id: int, stay: dict[str, Any]) -> None:
    country, city = ZONES[stay["zone"]]
    own = {key: stay[key] for key in ("zone", "departs", "returns", "cancelled_at")}
    about = {"key": f"T{trip_id}", "host": "H", "city": city, "country": country, "type": "exchange"}
    conn.execute(trips.insert().values(id=trip_id, person_id=person, **about, **own))
    if stay["said"]:
        ends = {"there": None, "over": NOW, "later": NOW + timedelta(hours=1)}[stay["said"]]
        said = {"zone": "Asia/Tokyo", "city": "Osaka", "country": "JP", "instead_of": stay["zone"]}
        ended = {"said_at": NOW - timedelta(days=1), "ends_at": ends, "is_over": False}
        conn.execute(moves.insert().values(person_id=person, trip_id=trip_id, **said, **ended))


def expected(one: dict[str, Any]) -> tuple[str, str, str, str] | None:
    """Read her rows one by one: category, country, city, unit; None when she is not abroad."""
    on = [
        (stay["departs"], place)
        for place, stay in enumerate(one["trips"])
        if stay["cancelled_at"] is None and stay["departs"] <= local_date(NOW, stay["zone"]) <= stay["returns"]
    ]
    if not on or one["absent_at"] is not None:
        return None
    stay = one["trips"][max(on)[1]]
    country, city = ("JP", "Osaka") if stay["said"] in {"there", "later"} else ZONES[stay["zone"]]
    unit = PATHS[one["unit_id"] - 1] if one["unit_id"] else ""
    return _category(one), country, city, unit


def _category(one: dict[str, Any]) -> str:
    asked = [
        (NOW - timedelta(days=asked["days"]), place)
        for place, asked in enumerate(one["prompts"])
        if asked["kind"] != "report" and asked["state"] in BY_STATE and asked["days"] <= 45
    ]
    last: dict[str, Any] = one["prompts"][max(asked)[1]] if asked else {"state": "", "choice": None}
    if "urgent" in one["cases"] and not one["over"]:
        return "urgent"
    shared = last.get("share_with") == "counsellor" and one["counsellor_id"] == VIEWER
    if last["state"] == "answered" and last["choice"] == "hard" and shared:
        return "hard"
    if last["state"] == "missed":
        return "missed"
    if one["address"] != "working":
        return "not_reachable"
    return BY_STATE.get(last["state"], "ahead")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each world is rolled back
@given(students=st.lists(student, max_size=8))
def test_counts_and_rows_are_what_each_student_s_rows_say(database: Database, students: list[dict[str, Any]]) -> None:
    truth = {f"s{number}": expected(one) for number, one in enumerate(students, start=100)}
    abroad = {number: found for number, found in truth.items() if found is not None}
    filters = [Filter(), *(Filter(category=one) for one in ("well", "late")), Filter(country="JP")]
    filters += [
        Filter(city="纽约"),
        Filter(unit="大学/物理"),
        Filter(unit="大学", category="missed"),
        Filter(words="N1"),
    ]
    with database.engine.connect() as conn:
        put(conn, students)
        for chosen in filters:
            seen = board(conn, SCOPE, NOW, chosen)
            fitting = {number: found for number, found in abroad.items() if fits(number, found, chosen)}
            counts = Counter(found[0] for found in fitting.values())
            assert {category.value: n for category, n in seen.counts.items() if n} == dict(counts)
            wanted = {number: f for number, f in fitting.items() if chosen.category in {"", f[0]}}
            assert {row.number: (row.category, row.country, row.city, row.unit) for row in seen.rows} == wanted
            assert (seen.total, seen.shown, len(seen.rows)) == (len(fitting), len(wanted), len(wanted))
            ranks = [list(Category).index(row.category) for row in seen.rows]
            assert ranks == sorted(ranks)
        conn.rollback()


def fits(number: str, found: tuple[str, str, str, str], chosen: Filter) -> bool:
    """Tell whether she is among those whom the counts are of: by everything but the category."""
    _, country, city, unit = found
    below = unit == chosen.unit or unit.startswith(f"{chosen.unit}/")
    named = not chosen.words or int(number[1:]) % 7 == int(chosen.words[1:]) or chosen.words.lower() in number
    return chosen.country in {"", country} and chosen.city in {"", city} and (not chosen.unit or below) and named


@pytest.mark.parametrize("page", [1, 2, 3, 9])
def test_every_page_follows_the_counts(database: Database, page: int) -> None:
    stay = {"zone": "Europe/Paris", "departs": date(2026, 9, 1), "returns": TODAY, "cancelled_at": None, "said": ""}
    plain = {"trips": [stay], "cases": set(), "over": False, "counsellor_id": None, "unit_id": None, "absent_at": None}
    states = ["open", "late", "missed", "answered"]
    asked: list[list[dict[str, Any]]] = [
        [{"state": state, "kind": "checkin", "choice": None, "share_with": None, "days": 0}] for state in states
    ]
    students = [plain | {"prompts": asked[n % 4], "address": "working"} for n in range(120)]
    with database.engine.connect() as conn:
        put(conn, students)
        every = [row.number for n in (1, 2, 3) for row in board(conn, SCOPE, NOW, Filter(page=n)).rows]
        seen = board(conn, SCOPE, NOW, Filter(page=page))
        conn.rollback()
    assert len(set(every)) == len(every) == 120
    assert (seen.page, seen.pages) == (min(page, 3), 3)
    assert [row.number for row in seen.rows] == every[(seen.page - 1) * 50 : seen.page * 50]
    assert seen.counts[Category.WELL] == seen.counts[Category.MISSED] == 30
