"""Finding the hour in the form: proposals, the day by zones, whose turn it is; and what was typed stays."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection

from bot.branches.store import branch_members, branches
from bot.engine import sessions as engine
from bot.engine.session_company import Whose
from bot.engine.session_hours import Hours, hours_for
from bot.local_time import Quiet
from bot.programmes.store import programme_versions
from bot.programmes.versions import default_text
from bot.sessions import busy
from bot.sessions.hours_model import Busy, Level
from bot.sessions.rules import Plan
from bot.sessions.turns import Turn
from tests.fakes.ground import NOW
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town

HOME = "/console/sessions"
PLACES = {
    "王雨桐": ("US", "纽约", "America/New_York"),
    "陈晨": ("DE", "柏林", "Europe/Berlin"),
    "李思齐": ("JP", "东京", "Asia/Tokyo"),
}
TYPED = {"title": "读书会", "zone": "Europe/Berlin", "minutes": "60", "link": "还没有", "material": "第三章"}


@pytest.fixture
def branch(town: Town) -> tuple[int, list[int]]:
    """Return a branch of three continents and its members."""
    town.ground.put(programme_versions, text=default_text(), sha256="", loaded_at=NOW)
    secretary = town.ground.staff("B1", "secretary", name="赵书记")
    branch_id = town.ground.put(branches, key="三洲支部", kind="party", secretary_id=secretary)
    members = []
    for number, (name, place) in enumerate(PLACES.items()):
        members.append(town.ground.student(f"S{number}", name=name))
        town.ground.trip(members[-1], *place)
        town.ground.put(branch_members, branch_id=branch_id, person_id=members[-1])
    return branch_id, members


def find(visitor: Visitor, path: str = f"{HOME}/hours", **fields: str) -> Shown:
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    return visitor.post(path, {"csrf": csrf, "branch": "三洲支部"} | TYPED | fields)


def hours(town: Town, branch: tuple[int, list[int]], now: datetime = NOW) -> Hours:
    def look(conn: Connection) -> Hours:
        return hours_for(
            conn, Whose(branch[1], branch[0]), Quiet(), now, length=timedelta(hours=1), at=None, zone="Europe/Berlin"
        )

    return town.app.database.read(look)


def held(town: Town, at: datetime, *, called_off: bool = False) -> None:
    before = at - timedelta(days=3)

    def work(conn: Connection) -> None:
        plan = Plan("读书会", at, "Europe/Berlin", 60)
        made = engine.create(conn, "三洲支部", plan, None, before, Quiet())
        if called_off:
            engine.cancel(conn, made.id, None, before, Quiet())

    town.app.database.write(work)


def test_hours_are_proposed_and_one_is_taken_while_all_that_was_typed_stays(
    town: Town, branch: tuple[int, list[int]]
) -> None:
    visitor = town.signed_in("B1")
    shown = find(visitor)
    assert (shown.status, "没有人在夜里" in shown.words) == (200, True), shown.words
    assert "东京" in shown.words
    for value in TYPED.values():
        assert value in shown.text
    first = hours(town, branch).proposals[0].slot
    assert first.worst <= Level.EDGE
    picked = find(visitor, pick=first.starts_at.isoformat())
    assert "已填进上面" in picked.words
    wall = first.starts_at + timedelta(hours=1)  # Berlin in November
    assert f'value="{wall:%Y-%m-%dT%H:%M}"' in picked.text
    assert find(visitor, pick="2026-99-99").status == 200


@pytest.mark.usefixtures("branch")
def test_wrong_minutes_and_a_foreign_branch_are_said(town: Town) -> None:
    visitor = town.signed_in("B1")
    for wrong in ({"minutes": "x"}, {"minutes": "1000"}, {"zone": "Mars/Olympus"}, {"branch": "别人"}):
        shown = find(visitor, **wrong)
        assert (shown.status, "第三章" in shown.text) == (422, True)
    town.ground.staff("B2", "secretary")
    other = find(town.signed_in("B2"))
    assert (other.status, "王雨桐" in other.text) == (422, False)
    town.ground.staff("O1", "office")  # arranges what is outside any branch, and sees of branches nothing
    theirs = find(town.signed_in("O1"))
    assert (theirs.status, "王雨桐" in theirs.text) == (422, False)
    town.ground.staff("C1", "counsellor")
    assert find(town.signed_in("C1")).status == 404


def test_whoever_has_had_the_night_is_spared_and_the_others_read_that_it_is_their_turn(
    town: Town, branch: tuple[int, list[int]]
) -> None:
    assert {turn for _, turn in hours(town, branch).turns} == {Turn.FAIR}
    deep = datetime(2026, 10, 14, 19, tzinfo=UTC)  # four in the morning in Tokyo
    held(town, deep, called_off=True)
    assert {turn for _, turn in hours(town, branch).turns} == {Turn.FAIR}
    held(town, deep)
    assert dict(hours(town, branch).turns) == {"李思齐": Turn.FAIR, "王雨桐": Turn.HERS, "陈晨": Turn.HERS}
    assert "轮到她了" in find(town.signed_in("B1")).words
    after = deep + timedelta(days=400)
    assert {turn for _, turn in hours(town, branch, after).turns} == {Turn.FAIR}


def test_who_changes_zone_within_the_weeks_is_weighed_where_she_will_be(
    town: Town, branch: tuple[int, list[int]]
) -> None:
    member = town.ground.student("S9", name="周子墨")
    back = (NOW + timedelta(days=10)).date()
    town.ground.trip(member, "US", "洛杉矶", "America/Los_Angeles", returns=back)
    both = (branch[0], [*branch[1], member])
    for one in hours(town, both).proposals:
        zone = next(place.zone for place in one.places if "周子墨" in place.names)
        is_back = one.slot.starts_at.date() > back + timedelta(days=1)
        assert zone == ("Asia/Shanghai" if is_back else "America/Los_Angeles")


def test_nobody_in_the_branch_yet(town: Town, branch: tuple[int, list[int]]) -> None:
    def look(conn: Connection) -> Hours:
        return hours_for(
            conn, Whose([], branch[0]), Quiet(), NOW, length=timedelta(hours=1), at=None, zone="Europe/Berlin"
        )

    assert town.app.database.read(look).grid == ()


def test_an_hour_that_somebody_calls_busy_is_avoided_and_nobody_reads_why(
    town: Town, branch: tuple[int, list[int]]
) -> None:
    before = hours(town, branch)
    first = before.proposals[0].slot.starts_at
    evening = Busy(frozenset(range(7)), time(6), time(23))  # in Tokyo, all day
    town.app.database.write(lambda conn: busy.state(conn, branch[1][2], evening, NOW))
    after = hours(town, branch)
    assert first not in [one.slot.starts_at for one in after.proposals]
    assert not after.is_fair
    visitor = town.signed_in("B1")
    shown = find(visitor, pick=first.isoformat())
    assert "没空" not in shown.words

    def chosen(conn: Connection) -> Hours:
        return hours_for(
            conn, Whose(branch[1], branch[0]), Quiet(), NOW, length=timedelta(hours=1), at=first, zone="Europe/Berlin"
        )

    seen = town.app.database.read(chosen).chosen
    assert seen is not None
    assert seen.slot == before.proposals[0].slot  # as if she had said nothing


def test_before_a_programme_is_loaded_the_form_says_so(town: Town) -> None:
    secretary = town.ground.staff("B1", "secretary")
    town.ground.put(branches, key="三洲支部", kind="party", secretary_id=secretary)
    town.app.database.write(lambda conn: conn.execute(programme_versions.delete()))
    visitor = town.signed_in("B1")
    shown = find(visitor)
    assert (shown.status, "先装上关怀计划" in shown.words, "第三章" in shown.text) == (422, True, True)
    visitor.get(f"{HOME}/new")
    made = visitor.press("邀请全支部", **TYPED | {"starts_at": "2026-11-21T20:00", "link": ""})
    assert (made.status, "先装上关怀计划" in made.words, "第三章" in made.text) == (422, True, True)


def test_what_an_hour_means_stands_below_it_and_once_for_hours_that_mean_the_same(
    town: Town, branch: tuple[int, list[int]]
) -> None:
    assert branch
    offers = find(town.signed_in("B1")).text.partition("<ol>")[2].partition("</ol>")[0].split("<li")[1:]
    assert len(offers) > 1
    for one, following in pairwise([*offers, ""]):
        offer, _, meaning = one.partition("</button></p>")
        assert ("small" in offer, 'class="small"' in meaning) == (False, 'class="joined"' not in following)
