"""The ledger of a school: who can be reached where, why not, and that a scope holds."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.addresses.rules import TWO, Can, Reachable
from bot.allowances import store as allowances
from bot.allowances.model import Allowance, Form
from bot.storage.database import Database
from bot.views.reach import COLUMNS, Reached, as_rows, reachability, unreachable
from bot.views.reach_all import counted, how_of_all
from bot.views.scope import Scope
from tests.fakes.ground import NOW, Ground, open_ground

LIVE: dict[str, tuple[Form, ...]] = dict.fromkeys(("web", "telegram", "wecom", "wechat"), ())


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(open_ground(tmp_path))


def seen(database: Database, **values: object) -> dict[str, Reached]:
    found = database.read(lambda conn: reachability(conn, Scope.everything(), NOW, LIVE, **values))  # type: ignore[arg-type]
    light = {one.person_id: one for one in database.read(lambda conn: how_of_all(conn, Scope.everything(), NOW, LIVE))}
    for one in found:  # the short way says of everybody what all her ways say
        assert (light[one.person_id].how, light[one.person_id].lacks_proof) == (one.how, one.proven < TWO)
    return {one.number: one for one in found}


def test_everybody_with_all_ways_and_why_not(ground: Ground) -> None:
    people = {number: ground.student(number, reachable=False) for number in ("S1", "S2", "S3", "S4", "S5")}
    for number, person in people.items():
        ground.trip(person, key=f"T{number}")
    ground.address(people["S1"], channel="telegram", last_ok_at=NOW, heard_at=NOW)
    ground.address(people["S1"], position=1)
    ground.address(people["S2"], channel="telegram", state="gone", reason="blocked", last_failed_at=NOW)
    ground.address(people["S2"], channel="mail", position=1)  # not switched on
    ground.address(people["S3"])
    closed = ground.address(people["S4"], channel="wechat")
    ground.address(people["S5"], channel="wecom")
    ground.message(people["S5"], None, key="late", channel="wecom", state="waiting", reason="day_limit")
    ground.database.write(lambda conn: allowances.keep(conn, closed, Allowance(NOW - timedelta(hours=1), 3)))
    every = seen(ground.database)
    assert {number: one.how for number, one in every.items()} == {
        "S1": Reachable.NOW,
        "S2": Reachable.NONE,
        "S3": Reachable.LOOKS,
        "S4": Reachable.NONE,
        "S5": Reachable.NOW,
    }
    assert every["S1"].proven == 1
    assert [(way.can, way.why) for way in every["S2"].ways] == [(Can.NO, "blocked"), (Can.NO, "switched_off")]
    assert every["S4"].ways[0].why == "window_closed"
    light = ground.database.read(lambda conn: how_of_all(conn, Scope.everything(), NOW, LIVE))
    assert counted(light) == {Reachable.NOW: 2, Reachable.MAIL: 0, Reachable.LOOKS: 1, Reachable.NONE: 2}
    assert list(seen(ground.database, only={Reachable.LOOKS})) == ["S3"]


def test_a_window_that_is_open_says_until_when_and_how_many_more(ground: Ground) -> None:
    her = ground.student("S1", reachable=False)
    ground.trip(her)
    address = ground.address(her, channel="wechat")
    ground.database.write(lambda conn: allowances.keep(conn, address, Allowance(NOW + timedelta(hours=5), 3)))
    (way,) = seen(ground.database)["S1"].ways
    assert (way.can, way.left, way.until) == (Can.NOW, 3, NOW + timedelta(hours=5))


def test_outside_of_a_window_a_template_of_ours_still_reaches_her(ground: Ground) -> None:
    her = ground.student("S1", reachable=False)
    ground.trip(her)
    ground.address(her, channel="wechat")
    live = LIVE | {"wechat": (Form("template"),)}
    [one] = ground.database.read(lambda conn: reachability(conn, Scope.everything(), NOW, live))
    assert one.how is Reachable.NOW


def test_what_waits_at_an_address_says_why_nothing_gets_through(ground: Ground) -> None:
    her = ground.student("S1", reachable=False)
    ground.trip(her)
    address = ground.address(her, channel="wecom")
    values = {"channel": "wecom", "address_id": address, "state": "waiting"}
    ground.message(her, None, key="night", reason="quiet_hours", **values)
    assert seen(ground.database)["S1"].how is Reachable.NOW
    ground.message(her, None, key="limit", reason="day_limit", **values)
    assert seen(ground.database)["S1"].ways[0].why == "day_limit"


def test_a_scope_holds_and_whoever_left_the_counsellor_out_is_not_listed(ground: Ground) -> None:
    hers, other = ground.staff("C1", "counsellor"), ground.staff("C2", "counsellor")
    for number, counsellor in (("S1", hers), ("S2", other)):
        ground.trip(ground.student(number, counsellor=counsellor, reachable=False), key=f"T{number}")
    ground.trip(ground.student("S3", counsellor=hers, reachable=False, skips_counsellor=True), key="T3")
    past = ground.student("S4", counsellor=hers, reachable=False)
    ground.trip(past, key="T4", departs=date(2026, 1, 1), returns=date(2026, 2, 1))
    found = ground.database.read(lambda conn: unreachable(conn, Scope(viewer_id=hers, own=True), NOW, LIVE))
    assert [one.number for one in found] == ["S1"]


def test_rows_have_every_column_also_for_whoever_has_no_address(ground: Ground) -> None:
    ground.trip(ground.student("S1", reachable=False))
    her = ground.student("S2")
    ground.trip(her, key="T2")
    rows = as_rows(seen(ground.database).values())
    assert [set(row) for row in rows] == [set(COLUMNS), set(COLUMNS)]
    assert [(row["number"], row["reachable"], row["can"]) for row in rows] == [
        ("S1", "none", ""),
        ("S2", "looks", "looks"),
    ]
