"""What a digest says of students: counts as on the board, names only of those who need somebody and may be seen."""

import json
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from bot.allowances import store as allowances
from bot.allowances.model import Allowance
from bot.digests.store import digest_readers
from bot.ledger import Live
from bot.people.store import by_id, people
from bot.storage.database import Database
from bot.views.board import Filter, board
from bot.views.digest import care, one_of
from bot.views.digest_branch import branches_of
from bot.views.digest_reach import unreachable_now
from bot.views.digest_staff import looked_away
from bot.views.digest_trips import supervised
from bot.views.scope import Scope, scope_of
from scheduler.digests_due import content
from tests.fakes.ground import NOW, Ground, open_ground


def scope_in(ground: Ground, person: int) -> Scope:
    def work(conn: Connection) -> Scope:
        found = by_id(conn, person)
        assert found is not None
        scope = scope_of(conn, found)
        assert scope is not None
        return scope

    return ground.database.read(work)


def read(ground: Ground, person: int) -> dict[str, Any]:
    scope = scope_in(ground, person)
    found = ground.database.read(lambda conn: care(conn, scope, NOW))
    assert found is not None
    return found


def test_it_counts_as_the_board_and_names_who_needs_somebody(ground: Ground) -> None:
    her = ground.staff("C1", "counsellor")
    well, late, lost = (ground.student(number, counsellor=her) for number in ("well", "late", "lost"))
    for one in (well, late, lost):
        ground.trip(one)
    ground.answered(well, "fine")
    ground.prompt(late, "late")
    ground.case(lost, "unreached", prompt_id=ground.prompt(lost, "unreached"))
    found = read(ground, her)
    assert found["figures"] == {"total": 3, "well": 1, "silent": 1, "unreached": 1, "cases": 1}
    assert [(one["name"], one["why"]) for one in found["need"]] == [("Name lost", "unreached"), ("Name late", "late")]
    assert found["more"] == 0


def test_whom_nothing_reaches_now_is_a_list_of_its_own_with_why(ground: Ground) -> None:
    """By the ledger's word; the figure of what was not delivered is another thing, and stays what it is."""
    her, other = ground.staff("C1", "counsellor"), ground.staff("C2", "counsellor")
    made = {}
    for number in ("fine", "blocked", "bounced", "shut", "nowhere", "off", "soon", "past"):
        made[number] = ground.student(number, counsellor=her, reachable=False)
        days = {"soon": (5, 90), "past": (-90, -5)}.get(number, (-30, 90))
        departs, returns = (NOW.date() + timedelta(days=day) for day in days)
        ground.trip(made[number], key=f"T{number}", departs=departs, returns=returns)
        if number != "soon":
            ground.answered(made[number], "fine")
    ground.trip(ground.student("theirs", counsellor=other, reachable=False))
    ground.trip(ground.student("shy", counsellor=her, reachable=False, skips_counsellor=True))
    ground.address(made["fine"], channel="telegram")
    ground.address(made["blocked"], channel="telegram", state="gone", reason="blocked", last_ok_at=NOW)
    ground.address(made["bounced"], channel="mail", state="wrong", reason="bounced")
    closed = ground.address(made["shut"], channel="wechat", last_ok_at=NOW)
    ground.database.write(lambda conn: allowances.keep(conn, closed, Allowance(NOW - timedelta(hours=1), 3)))
    ground.address(made["off"], channel="dingtalk")
    live: Live = dict.fromkeys(("web", "telegram", "mail", "wechat"), ())
    scope = scope_in(ground, her)
    found = ground.database.read(lambda conn: care(conn, scope, NOW, live=live))
    assert found is not None
    lost = found["unreachable"]
    assert {
        one["name"]: [(way["channel"], way["why"], way["tried"]) for way in one["ways"]] for one in lost["shown"]
    } == {
        "Name blocked": [("telegram", "blocked", True)],
        "Name bounced": [("mail", "bounced", False)],
        "Name shut": [("wechat", "window_closed", True)],
        "Name off": [("dingtalk", "switched_off", False)],
        "Name nowhere": [],
        "Name soon": [],
    }
    assert lost["more"] == 0
    assert found["figures"] == {"total": 6, "well": 3, "unreached": 3, "cases": 0}
    few = ground.database.read(lambda conn: care(conn, scope, NOW, 2, live))
    assert few is not None
    assert (len(few["unreachable"]["shown"]), few["unreachable"]["more"]) == (2, 4)
    whole = ground.database.read(lambda conn: unreachable_now(conn, scope, NOW, live, None, 9))
    assert whole == lost


def test_a_hidden_hard_week_is_an_answer_and_one_that_is_shared_is_named(ground: Ground) -> None:
    her, office = ground.staff("C1", "counsellor"), ground.staff("O1", "office")
    for number, whom in (("mine", "counsellor"), ("theirs", "office"), ("none", "nobody")):
        one = ground.student(number, counsellor=her)
        ground.trip(one)
        prompt = ground.answered(one, "hard", whom)
        if whom != "nobody":
            ground.case(one, "hard", share_with=whom, prompt_id=prompt)
    assert [one["name"] for one in read(ground, her)["need"]] == ["Name mine"]
    assert read(ground, her)["figures"] == {"total": 3, "hard": 1, "well": 2, "cases": 1}
    assert [one["name"] for one in read(ground, office)["need"]] == ["Name theirs"]


def test_whoever_left_the_counsellor_out_is_not_in_hers(ground: Ground) -> None:
    her, office = ground.staff("C1", "counsellor"), ground.staff("O1", "office")
    ground.trip(ground.student("here", counsellor=her))
    shy = ground.student("shy", counsellor=her, skips_counsellor=True)
    ground.trip(shy, departs=NOW.date() + timedelta(days=1))
    ground.case(shy, "missed")
    found = read(ground, her)
    assert found["figures"]["total"] == 1
    assert "shy" not in json.dumps(found)
    assert "shy" in json.dumps(read(ground, office))
    scope = scope_in(ground, her)
    assert ground.database.read(lambda conn: one_of(conn, scope, shy, NOW)) is None


def test_more_than_a_message_holds_are_counted(ground: Ground) -> None:
    her = ground.staff("C1", "counsellor")
    for number in range(20):
        one = ground.student(f"s{number:02}", counsellor=her)
        ground.trip(one)
        ground.prompt(one, "late")
    found = read(ground, her)
    assert (len(found["need"]), found["more"]) == (6, 14)


def test_a_supervisor_reads_of_trips_and_a_secretary_of_the_branch_and_nothing_else(ground: Ground) -> None:
    supervisor, secretary = ground.staff("P1", "supervisor"), ground.staff("B1", "secretary")
    one = ground.student("s", supervisor_id=supervisor)
    ground.trip(one, returns=NOW.date() + timedelta(days=3))
    ground.case(one, "urgent")
    ground.prompt(one, "missed")

    def work(conn: Connection) -> list[Any]:
        persons = [by_id(conn, who) for who in (supervisor, secretary)]
        assert all(persons)
        return [content(conn, person, NOW) for person in persons if person is not None]

    theirs, branch = ground.database.read(work)
    assert theirs["care"] is None
    assert theirs["supervised"]["abroad"] == 1
    assert [going["name"] for going in theirs["supervised"]["trips"]["returns"]] == ["Name s"]
    assert branch == {
        "care": None,
        "supervised": None,
        "branch": True,
        "away": {"names": [], "more": 0},
        "duty_gaps": {"shown": [], "more": 0},
        "reports": 0,
    }
    assert ground.database.read(lambda conn: branches_of(conn, secretary, NOW)) == []
    person = ground.database.read(lambda conn: by_id(conn, supervisor))
    assert person is not None
    assert ground.database.read(lambda conn: supervised(conn, person, NOW))["abroad"] == 1


def test_the_office_hears_who_has_not_looked_for_a_month(ground: Ground) -> None:
    office, her, other = (
        ground.staff("O1", "office"),
        ground.staff("C1", "counsellor"),
        ground.staff("C2", "counsellor"),
    )
    for who, days in ((office, 90), (her, 31), (other, 29)):
        ground.put(digest_readers, person_id=who, every="weekly", looked_at=NOW - timedelta(days=days))
    scope = scope_in(ground, office)
    found = ground.database.read(lambda conn: looked_away(conn, scope, NOW))
    assert [one["name"] for one in found["names"]] == ["Name C1"]
    hers = scope_in(ground, her)
    assert ground.database.read(lambda conn: looked_away(conn, hers, NOW)) == {"names": [], "more": 0}


students = st.lists(
    st.fixed_dictionaries(
        {
            "counsellor": st.sampled_from([0, 1, None]),
            "unit": st.sampled_from(["大学/物理", "大学/历史"]),
            "country": st.sampled_from(["US", "FR", "JP"]),
            "skips": st.booleans(),
            "state": st.sampled_from(["missed", "late", "unreached", "answered", "urgent", "hard", "case"]),
            "share": st.sampled_from(["counsellor", "office", "support", "nobody"]),
            "near": st.booleans(),
        }
    ),
    max_size=7,
)


@settings(max_examples=8, deadline=None)
@given(students)
def test_no_digest_names_a_student_out_of_scope_and_none_without_care_a_state(given_: list[dict[str, Any]]) -> None:
    with TemporaryDirectory() as folder:
        database = open_ground(Path(folder))
        try:
            _check(Ground(database), database, given_)
        finally:
            database.close()


def _check(ground: Ground, database: Database, given_: list[dict[str, Any]]) -> None:
    staff = {
        "counsellor": ground.staff("C0", "counsellor"),
        "second": ground.staff("C1", "counsellor", ("unit", "大学/物理")),
        "coordinator": ground.staff("K", "coordinator", ("country", "FR")),
        "support": ground.staff("M", "office", ("matter", "support")),
        "office": ground.staff("O", "office"),
        "supervisor": ground.staff("P", "supervisor"),
        "secretary": ground.staff("B", "secretary"),
    }
    counsellors = [staff["counsellor"], staff["second"]]
    for number, one in enumerate(given_):
        _student(ground, f"<{number}>", one, counsellors, staff["supervisor"])

    def work(conn: Connection) -> None:
        for role, who in staff.items():
            person = by_id(conn, who)
            assert person is not None
            text = json.dumps(content(conn, person, NOW) or {}, ensure_ascii=False)
            scope = scope_of(conn, person)
            if scope is None:
                assert '"why"' not in text, role
                assert "figures" not in text, role
                assert role == "supervisor" or "<" not in text
                continue
            inside = set(
                conn.execute(select(people.c.name).where(scope.students(NOW.date()), scope.let_in())).scalars()
            )
            everybody = set(conn.execute(select(people.c.name).where(people.c.number.startswith("<"))).scalars())
            assert not [name for name in everybody - inside if name in text], role
            hidden = care(conn, scope, NOW)
            if hidden is not None:
                seen = board(conn, scope, NOW, Filter())
                assert hidden["figures"].get("hard", 0) <= seen.counts["hard"]  # type: ignore[index]

    database.read(work)


def _student(ground: Ground, number: str, one: dict[str, Any], counsellors: list[int], supervisor: int) -> None:
    her = None if one["counsellor"] is None else counsellors[one["counsellor"]]
    who = ground.student(
        number, counsellor=her, unit=one["unit"], skips_counsellor=one["skips"], supervisor_id=supervisor
    )
    ground.trip(who, one["country"], returns=NOW.date() + timedelta(days=2) if one["near"] else date(2027, 6, 30))
    if one["state"] == "hard":
        prompt = ground.answered(who, "hard", one["share"])
        if one["share"] != "nobody":
            ground.case(who, "hard", share_with=one["share"], prompt_id=prompt)
    elif one["state"] in {"urgent", "case"}:
        ground.case(who, "urgent" if one["state"] == "urgent" else "missed")
    elif one["state"] == "answered":
        ground.answered(who, "fine")
    else:
        ground.prompt(who, one["state"])
