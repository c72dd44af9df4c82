"""A student's list on her page: a file proves a step or is refused; the school signs it or returns it."""

from datetime import date

import pytest
from sqlalchemy import Connection

from bot.checklists.store import checklist_marks
from bot.deadlines.store import deadlines, expiring_papers, reminders
from bot.engine.checklist import checklist_of
from bot.outbox.store import outbox
from bot.programmes.versions import default_text
from bot.trips.store import of_person, trips
from handlers.links_made import todo_link
from handlers.programme_loaded import load_programme
from tests.fakes.ground import NOW
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_report_page import photo


@pytest.fixture
def path(town: Town) -> str:
    """Return the path of the list of a student who departs in a month, and whose counsellor is C1."""
    programmes = town.app.programmes
    town.app.database.write(lambda conn: load_programme(conn, default_text(), NOW, programmes))
    counsellor = town.ground.staff("C1", "counsellor", name="李老师")
    town.ground.staff("C2", "counsellor", name="赵老师")
    town.ground.staff("P1", "supervisor", name="周老师")
    person = town.ground.student("S1", name="王雨桐", counsellor=counsellor)
    town.ground.trip(person, departs=date(2026, 12, 18), returns=date(2027, 6, 30))
    made = town.app.database.write(lambda conn: todo_link(conn, town.app.settings, person, town.clock.real()))
    return made.removeprefix(town.app.settings.service.url)


def trip_id(town: Town) -> int:
    return town.app.database.read(lambda conn: int(conn.execute(trips.select()).one().id))


def state(town: Town, step: str) -> str:
    def look(conn: Connection) -> str:
        (trip,) = of_person(conn, conn.execute(trips.select()).one().person_id)
        found = checklist_of(conn, trip, town.app.programmes.current(conn))
        line = None if found is None else found.line(step)
        return "" if line is None else line.state.value

    return town.app.database.read(look)


def upload(visitor: Visitor, path: str, data: bytes, step: str = "insurance", name: str = "保单.jpg") -> Shown:
    head = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\ncontent-type: image/jpeg\r\n\r\n'
    body = head.encode() + data + b"\r\n--b--\r\n"
    to = f"{path.replace('/todo/', '/todo-files/')}/{step}"
    visitor.send(to, body, content_type="multipart/form-data; boundary=b")
    return visitor.follow()


def test_a_file_is_looked_at_kept_and_taken_out(town: Town, path: str) -> None:
    visitor = town.visitor()
    assert "行前准备" not in visitor.get(path).words
    assert "我们看内容，不看文件名" in upload(visitor, path, b"GIF89a").words
    assert state(town, "insurance") == "open"
    assert "保单.jpg" in upload(visitor, path, photo()).words
    assert state(town, "insurance") == "waiting"
    assert visitor.get(f"{path}/files/1").headers["content-type"] == "image/jpeg"
    assert "没有改动" in upload(visitor, path, photo(), "safety").words  # that one takes no file
    visitor.post(f"{path}/files/1/remove")
    assert state(town, "insurance") == "open"
    assert visitor.get(f"{path}/files/1").status == 404


def test_the_school_returns_a_step_with_a_word_and_signs_it(town: Town, path: str) -> None:
    visitor, teacher = town.visitor(), town.signed_in("C1")
    upload(visitor, path, photo())
    assert "王雨桐" in teacher.get("/console/ready?only=waiting").words
    page = teacher.get(f"/console/ready/{trip_id(town)}")
    assert "待学校签收" in page.words
    assert teacher.press("保单.jpg").headers["content-type"] == "image/jpeg"
    teacher.get(f"/console/ready/{trip_id(town)}")
    teacher.press("退回", words="看不清日期")
    assert state(town, "insurance") == "returned"
    assert "看不清日期" in visitor.get(path).words
    upload(visitor, path, photo("PNG"))
    assert state(town, "insurance") == "waiting"
    teacher.get(f"/console/ready/{trip_id(town)}")
    teacher.press("签收")
    assert state(town, "insurance") == "done"
    told = town.app.database.read(lambda conn: {row.template for row in conn.execute(outbox.select())})
    assert "checklist/returned" in told
    mark = town.app.database.read(lambda conn: conn.execute(checklist_marks.select()).one())
    assert (mark.step, mark.signed_at) == ("insurance", NOW)


def test_nobody_else_sees_her_list(town: Town, path: str) -> None:
    upload(town.visitor(), path, photo())
    for number in ("C2", "P1"):
        other = town.signed_in(number)
        assert "王雨桐" not in other.get("/console/ready").words
        assert other.get(f"/console/ready/{trip_id(town)}").status == 404
    assert town.visitor().get("/console/ready").status == 401
    assert town.visitor().get("/todo/forged").status == 404


def test_days_of_papers_and_deadlines_are_kept_there_too(town: Town, path: str) -> None:
    person = town.app.database.read(lambda conn: conn.execute(trips.select()).one().person_id)
    bare = {"note": "", "link": "", "levels": "", "countries": "", "types": ""}
    due = NOW.replace(month=12)
    one = town.ground.put(deadlines, key="D1", title="学分认定", kind="credits", due_at=due, **bare)
    waiting = {"about": "deadline", "told": 1, "state": "waiting", "due_at": due}
    number = town.ground.put(reminders, person_id=person, deadline_id=one, **waiting)
    visitor = town.visitor()
    assert "学分认定" in visitor.get(path).words
    visitor.post(f"{path}/papers", {"passport": "soon"})
    assert "不是日期" in visitor.follow().words
    visitor.post(f"{path}/papers", {"passport": "2031-05-20", "visa": "", "insurance": ""})
    kept = town.app.database.read(lambda conn: [tuple(row) for row in conn.execute(expiring_papers.select())])
    assert [(about, day, own) for _, _, about, day, own in kept] == [("passport", date(2031, 5, 20), True)]
    assert state(town, "passport") == "done"
    visitor.post(f"{path}/due", {"reminder": str(number), "deed": "done"})
    states = town.app.database.read(lambda conn: {row.about: row.state for row in conn.execute(reminders.select())})
    assert states == {"deadline": "done", "passport": "waiting"}


def test_not_going_needs_a_second_press_and_can_be_undone(town: Town, path: str) -> None:
    visitor = town.visitor()
    visitor.get(path)
    visitor.post(f"{path}/off", {"deed": "off"})
    assert "没有改动" in visitor.follow().words
    visitor.get(path)
    visitor.press("是的，取消")
    assert "已经取消" in visitor.follow().words
    assert town.app.database.read(lambda conn: conn.execute(trips.select()).one().withdrawn_at) == NOW
    visitor.press("还是要去")
    assert "已经恢复" in visitor.follow().words
