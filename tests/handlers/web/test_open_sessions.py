"""Open sessions in the console: the office makes them for everybody, a unit or a country; secretaries see none."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.branches.store import branches
from bot.engine.session_leading import TEMPLATE
from bot.outbox.store import outbox
from bot.programmes.store import programme_versions
from bot.programmes.versions import default_text
from bot.sessions import marks, store
from bot.sessions.model import How, Mark
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

NEW = "/console/sessions/new"
GOOD = {"title": "线上讲座", "starts_at": "2026-11-21T20:00", "zone": "Asia/Shanghai", "minutes": "90"}


@pytest.fixture
def office(town: Town) -> Visitor:
    town.ground.put(programme_versions, text=default_text(), sha256="", loaded_at=NOW)
    town.ground.staff("O1", "office")
    for number in range(1, 7):
        town.ground.trip(town.ground.student(f"S{number}", name=f"学生{number}"))
    return town.signed_in("O1")


def made(town: Town, office: Visitor, whom: str) -> int:
    office.get(NEW)
    assert office.press("发出邀请", **GOOD, branch=whom).status == 303
    ids = town.app.database.read(lambda conn: list(conn.execute(select(store.sessions.c.id)).scalars()))
    return int(ids[-1])


def test_the_office_invites_a_country_and_sees_who_is_there(town: Town, office: Visitor) -> None:
    shown = office.get(NEW)
    assert ("全体学生" in shown.words, "在美国的学生" in shown.words) == (True, True)
    one = made(town, office, "open:country:US")
    board = office.get(f"/console/sessions/{one}")
    assert ("学生6" in board.words, "在美国的学生" in board.words) == (True, True)
    assert "线上讲座" in office.get("/console/sessions").words
    office.get(f"/console/sessions/{one}/change")
    assert office.press("修改并告诉大家", minutes="60").status == 303
    wrong = office.post(NEW, {"csrf": office.get("/console/me").forms[0].fields["csrf"]} | GOOD | {"branch": "open:x"})
    assert (wrong.status, "请选邀请谁" in wrong.words, "线上讲座" in wrong.text) == (422, True, True)


def test_a_good_hour_is_found_for_whom_it_is_and_students_are_only_counted(town: Town, office: Visitor) -> None:
    for number, place in (("S7", ("JP", "东京", "Asia/Tokyo")), ("S8", ("JP", "东京", "Asia/Tokyo"))):
        town.ground.trip(town.ground.student(number, name=f"学生{number}"), *place)
    csrf = office.get("/console/me").forms[0].fields["csrf"]
    typed = {"csrf": csrf, "branch": "open:all", "material": "第三章", "leader": "T1"} | GOOD
    town.ground.staff("T1", "supervisor", name="周教授")
    shown = office.post("/console/sessions/hours", typed)
    assert (shown.status, "学生S7" in shown.text, "第三章" in shown.text) == (200, False, True)
    for words in ("最合适的时间", "6 名学生", "2 名学生", "已填进上面"):
        assert words in shown.words, words
    assert "轮到谁" not in shown.words
    assert 'value="T1" checked' in shown.text
    assert office.post("/console/sessions/hours", typed | {"branch": "open:country:JP"}).status == 200
    nobody = office.post("/console/sessions/hours", typed | {"branch": "open:country:FR"})
    assert "现在没有人" in nobody.words
    one = made(town, office, "open:country:JP")
    assert "2 名学生" in office.post(f"/console/sessions/{one}/hours", {"csrf": csrf} | GOOD).words


def test_whoever_runs_it_is_chosen_hears_of_it_and_sees_it_alone(town: Town, office: Visitor) -> None:
    professor = town.ground.staff("T1", "supervisor", name="周教授")
    for number, role in (("T2", "counsellor"), ("R1", "reader")):
        town.ground.staff(number, role)
    other = made(town, office, "open:all")
    visitor = town.signed_in("T1")
    assert visitor.get("/console/sessions").status == 404
    assert "R1" not in office.get(NEW).text  # who only looks runs nothing
    assert office.press("发出邀请", **GOOD | {"title": "云游校史馆"}, branch="open:all", leader="T1").status == 303
    one = other + 1
    mine = visitor.get("/console/sessions")
    assert ("云游校史馆" in mine.words, "线上讲座" in mine.words, "新的活动" in mine.words) == (True, False, False)
    assert (visitor.get(f"/console/sessions/{one}").status, visitor.get(f"/console/sessions/{other}").status) == (
        200,
        404,
    )
    assert "主持：周教授" in office.get(f"/console/sessions/{one}").words
    visitor.get(f"/console/sessions/{one}/change")
    assert visitor.press("修改并告诉大家", minutes="60").status == 303
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    assert visitor.post(NEW, GOOD | {"csrf": csrf, "branch": "open:all"}).status == 422
    taken = visitor.post(
        f"/console/sessions/{one}/record", {"csrf": csrf, "format": "xlsx", "reason": "record", "number": "S1"}
    )
    assert taken.status == 200
    office.get(f"/console/sessions/{one}/change")
    assert office.press("修改并告诉大家", minutes="45", leader="T2").status == 303
    assert visitor.get(f"/console/sessions/{one}").status == 404
    csrf = office.get("/console/me").forms[0].fields["csrf"]
    assert office.post(f"/console/sessions/{one}/cancel", {"csrf": csrf}).status == 303
    assert heard(town, professor) == ["yours"]


def test_an_office_with_a_scope_invites_and_sees_its_own_students_only(town: Town, office: Visitor) -> None:
    whole, country = made(town, office, "open:all"), made(town, office, "open:country:US")
    for number, area in (("O2", ("region", "NA")), ("O3", ("matter", "support"))):
        town.ground.staff(number, "office", area)
    visitor = town.signed_in("O2")
    shown = visitor.get(NEW)
    assert ("在美国的学生" in shown.words, "全体学生" in shown.words) == (True, False)
    statuses = [visitor.get(f"/console/sessions/{one}").status for one in (whole, country)]
    assert (statuses, "在美国的学生" in visitor.get("/console/sessions").words) == ([404, 200], True)
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    for key in ("open:all", "open:country:DE", "open:country:XX", "open:unit:大学"):
        for path in (NEW, "/console/sessions/hours"):
            assert visitor.post(path, GOOD | {"csrf": csrf, "branch": key}).status == 422, key
    assert town.signed_in("O3").get("/console/sessions").status == 404


def heard(town: Town, person_id: int) -> list[str]:
    query = select(outbox.c.data).where(outbox.c.person_id == person_id, outbox.c.template == TEMPLATE)
    return [row["what"] for row in town.app.database.read(lambda conn: list(conn.execute(query).scalars()))]


def test_a_secretary_neither_makes_nor_sees_them(town: Town, office: Visitor) -> None:
    one = made(town, office, "open:all")
    secretary = town.ground.staff("B1", "secretary")
    town.ground.put(branches, key="纽约支部", kind="party", secretary_id=secretary)
    visitor = town.signed_in("B1")
    assert visitor.get(f"/console/sessions/{one}").status == 404
    assert "线上讲座" not in visitor.get("/console/sessions").words
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    assert visitor.post(NEW, GOOD | {"csrf": csrf, "branch": "open:all"}).status == 422
    assert office.get("/console/sessions").status == 200


def test_statistics_count_who_was_there_apart_and_each_once(town: Town, office: Visitor) -> None:
    assert "云教育" not in office.get("/console/statistics?year=2026").words
    one = made(town, office, "open:all")

    def held(conn: Connection) -> None:
        conn.execute(store.sessions.update().values(starts_at=datetime.fromisoformat("2026-11-01T12:00:00Z")))
        for row in store.invitations_of(conn, one):
            marks.put(conn, one, row.person_id, Mark.PRESENT, How.SAID, NOW - timedelta(days=1))

    town.app.database.write(held)
    shown = office.get("/console/statistics?year=2026")
    assert "云教育" in shown.words
    assert "6" in shown.words.partition("云教育")[2]
