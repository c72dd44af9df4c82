"""Times for talks in the console: offered, seen by whoever offers them alone, taken back, and noted when both spoke."""

from datetime import timedelta

from bot.engine import talking
from bot.people.store import by_number
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town


def test_offer_book_and_note(town: Town) -> None:
    counsellor = town.ground.staff("C1", "counsellor")
    town.ground.staff("C2", "counsellor")
    town.ground.staff("P1", "supervisor")
    student = town.ground.student("S1", name="王雨桐", counsellor=counsellor)
    town.ground.trip(student)
    visitor = town.signed_in("C1")
    assert "还没有开放时间" in visitor.get("/console/talks").words
    visitor.press("开放", starts_at="2026-11-30T16:00", minutes="30", count="2", place="204 室")
    page = visitor.follow()
    assert page.words.count("204 室") == 2
    assert "空闲" in page.words
    wrong = visitor.press("开放", starts_at="2020-01-01T16:00", minutes="30", count="2", place="我的办公室")
    assert "没有开放" in wrong.words
    assert "我的办公室" in wrong.text  # what was typed is still there

    person = town.app.database.read(lambda conn: by_number(conn, "S1"))
    assert person is not None
    (first, second) = town.app.database.read(lambda conn: talking.free_for(conn, person, NOW))
    assert town.app.database.write(lambda conn: talking.book(conn, first.id, person, NOW)) is not None
    assert "王雨桐" in visitor.get("/console/talks").words
    assert "王雨桐" not in town.signed_in("C2").get("/console/talks").words
    assert town.signed_in("P1").get("/console/talks").status == 404
    csrf = next(form.fields["csrf"] for form in visitor.get("/console/talks").forms if "csrf" in form.fields)
    visitor.post(f"/console/talks/{second.id}", {"csrf": csrf, "deed": "back"})
    assert visitor.follow().words.count("204 室") == 1
    town.clock.set(first.starts_at + timedelta(hours=1))
    visitor = town.signed_in("C1")
    visitor.get("/console/talks")
    assert visitor.press("记下约定的事").headers["location"] == "/console/people/S1#agreed"
    assert "已谈" in visitor.get("/console/talks").words
