"""A member's own page and her study report; and who reads it: those who lead her home branch, and nobody else."""

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from bot.branches.store import branches
from bot.journal.store import journal
from bot.obligations import store as obligations
from bot.obligations.model import How, Stage
from bot.outbox.store import outbox
from bot.people.store import by_number, roles
from bot.reports import store
from bot.reports.model import Form, Report
from bot.reports.model import Stage as Written
from handlers.links_made import mine_link
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_report_page import upload
from tests.support.home_branch import home_branch, owes, study

WORDS = "近来读了一本书"


@pytest.fixture
def mei(town: Town) -> int:
    """Return a member of a home branch that B1 leads, who owes it a report and a word."""
    ground = town.ground
    for number, role in (
        ("B1", "secretary"),
        ("B2", "secretary"),
        ("C1", "counsellor"),
        ("P1", "supervisor"),
        ("O1", "office"),
        ("R1", "reader"),
    ):
        ground.staff(number, role)
    person = ground.student("S1", name="王雨桐", counsellor=who(town, "C1"), supervisor_id=who(town, "P1"))
    trip = ground.trip(person)
    branch = home_branch(ground, "机械党支部", who(town, "B1"), [person])
    home_branch(ground, "外语党支部", who(town, "B2"), [])
    owes(ground, person, branch, trip)
    owes(ground, person, branch, trip, "contact", due_on=date(2027, 3, 2), period="2026-09-01")
    return person


def who(town: Town, number: str) -> int:
    found = town.app.database.read(lambda conn: by_number(conn, number))
    assert found is not None
    return found.id


def page(town: Town, person: int) -> str:
    made = town.app.database.write(lambda conn: mine_link(conn, town.app.settings, person, town.clock.real()))
    return made.removeprefix(town.app.settings.service.url)


def owed(town: Town, person: int) -> list[Any]:
    return town.app.database.read(lambda conn: obligations.of_people(conn, [person]))[person]


def report_of(town: Town, person: int) -> Report:
    return town.app.database.read(lambda conn: store.of_person(conn, person, Form.STUDY))[0]


def test_her_page_says_what_is_due_with_both_times_and_takes_a_word_back(town: Town, mei: int) -> None:
    path, visitor = page(town, mei), town.visitor()
    shown = visitor.get(path)
    assert "思想汇报" in shown.words
    assert "12月31日 周四 23:59（北京时间 1月1日 周五 12:59）" in shown.words
    assert visitor.press("做好了").status == 303
    assert [(one.stage, one.how) for one in owed(town, mei)] == [(Stage.OPEN, None), (Stage.DONE, How.HERSELF)]
    visitor.get(path)
    visitor.press("其实还没办")
    assert [one.stage for one in owed(town, mei)] == [Stage.OPEN, Stage.OPEN]
    number = str(owed(town, mei)[0].id)
    assert visitor.post(path, {"do": "done", "owed": number}).status == 404  # a report is done by handing it in
    other = page(town, town.ground.student("S2"))
    assert visitor.post(other, {"do": "done", "owed": str(owed(town, mei)[1].id)}).status == 404
    assert visitor.get("/mine/" + "x" * 43).status == 404


def test_she_writes_on_the_page_or_hands_in_a_document_and_it_is_in_no_other_list(town: Town, mei: int) -> None:
    path, visitor = page(town, mei), town.visitor()
    visitor.get(path)
    where = visitor.press("写思想汇报").headers["location"]
    assert where == path.replace("/mine/", "/report/")
    visitor.get(where)
    made = io.BytesIO()
    document = Document()
    document.add_paragraph(WORDS)
    document.save(made)
    assert "said=file" in upload(visitor, where, made.getvalue(), "汇报.docx").headers["location"]
    visitor.get(where)
    assert "said=handed" in visitor.post(f"{where}/submit").headers["location"]
    shown = visitor.get(where).words
    assert "思想汇报已交，国内支部正在看" in shown
    assert "老师正在看" not in shown  # nobody but those who lead her branch reads it
    report = report_of(town, mei)
    assert (report.stage, report.version) == (Written.SUBMITTED, 1)
    assert owed(town, mei)[0].how is How.REPORT
    assert town.app.database.read(lambda conn: store.of_person(conn, mei)) == []  # on no shelf of the stays
    folder = town.app.settings.reports.folder
    assert [one.parent.parent.name for one in Path(folder).rglob("*") if one.is_file()] == ["branch"]
    secretary = town.signed_in("B1")
    secretary.get(f"/console/branch/reports/{report.id}")
    assert "汇报.docx" in secretary.press("看思想汇报").words
    assert secretary.get(f"/console/branch/reports/{report.id}/files/1").status == 200
    assert town.signed_in("B2").get(f"/console/branch/reports/{report.id}/files/1").status == 404


@pytest.mark.parametrize("number", ["B2", "C1", "P1", "O1", "R1", "S9"])
def test_nobody_else_reads_it(town: Town, mei: int, number: str) -> None:
    """S9 is a fellow student who leads a branch, and even her home branch by a mistake of the roster."""
    fellow = town.ground.staff("S9", "secretary")
    town.ground.put(roles, person_id=fellow, kind="student")
    set_deputy = branches.update().where(branches.c.key == "机械党支部").values(deputy_id=fellow)
    town.app.database.write(lambda conn: conn.execute(set_deputy))
    report = study(town.ground, owed(town, mei)[0], WORDS, handed=True)
    visitor = town.signed_in(number)
    path = f"/console/branch/reports/{report.id}"
    assert visitor.get(path).status == 404
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    for deed in ("read", "decide", "docx"):
        assert visitor.post(f"{path}/{deed}", {"csrf": csrf, "deed": "accepted", "version": "1"}).status in {403, 404}
    for other in ("/console/branch", "/console/reports", "/console/digest", "/console/people/S1", "/console/audit"):
        shown = visitor.get(other)
        assert WORDS not in shown.text
        assert "思想汇报" not in shown.words or other == "/console/branch"
    if number != "S9":
        assert "王雨桐" not in visitor.get("/console/branch").text


def test_those_who_lead_it_read_return_and_accept_and_each_look_is_written_down(town: Town, mei: int) -> None:
    report = study(town.ground, owed(town, mei)[0], WORDS, handed=True)
    secretary = town.signed_in("B1")
    todo = secretary.get("/console/branch").words
    assert "看 王雨桐 的思想汇报" in todo
    assert WORDS not in secretary.get(f"/console/branch/reports/{report.id}").words
    assert WORDS in secretary.press("看思想汇报").words
    taken = secretary.press("导出 Word")
    assert WORDS in [one.text for one in Document(io.BytesIO(taken.body)).paragraphs]
    secretary.get(f"/console/branch/reports/{report.id}")
    secretary.press("看思想汇报")
    secretary.press("退回，附上这些话", words="再写写体会")
    assert report_of(town, mei).stage is Written.RETURNED
    one = owed(town, mei)[0]
    assert (one.stage, one.due_on) == (Stage.OPEN, date(2026, 12, 31))
    told = select(outbox.c.template).where(outbox.c.person_id == mei)
    assert "study/returned" in town.app.database.read(lambda conn: list(conn.execute(told).scalars()))
    secretary.get(f"/console/branch/reports/{report.id}")
    secretary.press("给宽限", until="2027-01-20", words="考试")
    assert owed(town, mei)[0].due_on == date(2027, 1, 20)
    secretary.get(f"/console/branch/reports/{report.id}")
    secretary.press("免交", words="病了")
    assert (report_of(town, mei).stage, owed(town, mei)[0].stage) == (Written.EXCUSED, Stage.EXCUSED)
    query = select(journal.c.action).where(journal.c.action.startswith("study.")).order_by(journal.c.id)
    assert town.app.database.read(lambda conn: list(conn.execute(query).scalars())) == [
        "study.submitted",
        "study.read",
        "study.exported",
        "study.read",
        "study.returned",
        "study.extended",
        "study.excused",
    ]


def test_the_list_says_what_to_do_and_a_press_settles_it(town: Town, mei: int) -> None:
    changed = obligations.obligations.update().where(obligations.obligations.c.kind == "contact")
    early = changed.values(due_on=NOW.date() - timedelta(days=1))
    town.app.database.write(lambda conn: conn.execute(early))
    secretary = town.signed_in("B1")
    assert "联系一下 王雨桐" in secretary.get("/console/branch").words
    assert "安排 机械党支部 的下一次学习" in secretary.shown.words  # type: ignore[union-attr]
    secretary.press("联系上了")
    contact = next(one for one in owed(town, mei) if one.rule == "contact")
    assert (contact.stage, contact.how) == (Stage.DONE, How.BRANCH)
    assert "联系一下" not in secretary.get("/console/branch").words
    other = town.signed_in("B2")
    csrf = other.get("/console/me").forms[0].fields["csrf"]
    assert other.post("/console/branch/owed", {"csrf": csrf, "owed": str(contact.id), "do": "done"}).status == 404
