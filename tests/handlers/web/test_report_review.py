"""Staff read what is handed in and nothing else, within scope, and decide once; a supervisor sees reports alone."""

import io
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from sqlalchemy import Connection, select

from bot.engine.report_life import hand_in
from bot.journal.store import journal
from bot.outbox.store import outbox
from bot.people.store import by_number
from bot.programmes.store import latest_id
from bot.prompts.store import prompts
from bot.reports import drafts, store, versions
from bot.reports.model import Report, Stage
from bot.reports.sections import shipped
from bot.reports.store import report_feedback, report_sections
from bot.views.looks import looks_at
from scheduler.digests_due import content
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def report(town: Town) -> Report:
    """Return a report that is handed in, of a student with counsellor C1, supervisor P1, in a unit of the office O1."""
    ground = town.ground
    counsellor, supervisor = ground.staff("C1", "counsellor"), ground.staff("P1", "supervisor")
    for number, role in (
        ("C2", "counsellor"),
        ("P2", "supervisor"),
        ("O1", "office"),
        ("R1", "reader"),
        ("B1", "secretary"),
    ):
        ground.staff(number, role)
    person = ground.student("S1", name="王雨桐", counsellor=counsellor, supervisor_id=supervisor)
    trip = ground.trip(person)
    version = town.app.database.read(latest_id)
    asked: dict[str, Any] = {
        "version_id": version,
        "item": "return_report",
        "kind": "report",
        "trip_id": trip,
        "occasion": "trip:T:return:x",
    }
    prompt = ground.prompt(person, "open", due_at=NOW + timedelta(days=9), next_at=NOW + timedelta(days=2), **asked)

    def write(conn: Connection) -> Report:
        made = store.add(conn, person, trip, "return_report", prompt, NOW)
        drafts.say(conn, made, "done", "两门课", "telegram", NOW)
        drafts.say(conn, made, "host", "宿舍冷", "telegram", NOW)
        return made

    return town.app.database.write(write)


def hands_in(town: Town, report: Report) -> None:
    def go(conn: Connection) -> None:
        hand_in(conn, report, shipped(), "zh", "telegram", NOW, sure=True)

    town.app.database.write(go)


def reads(town: Town, number: str, report: Report) -> Visitor:
    visitor = town.signed_in(number)
    visitor.get(f"/console/reports/{report.id}")
    return visitor


def letter_of(conn: Connection, number: str) -> dict[str, Any] | None:
    reader = by_number(conn, number)
    assert reader is not None
    return content(conn, reader, NOW)


def actions(town: Town) -> list[str]:
    query = select(journal.c.action).where(journal.c.action.startswith("report.")).order_by(journal.c.id)
    return town.app.database.read(lambda conn: list(conn.execute(query).scalars()))


@pytest.mark.parametrize("number", ["C1", "P1", "O1"])
def test_whoever_may_reads_it_and_the_look_is_journalled(town: Town, report: Report, number: str) -> None:
    hands_in(town, report)
    visitor = town.signed_in(number)
    assert "王雨桐" in visitor.get("/console/reports").words
    page = visitor.get(f"/console/reports/{report.id}")
    assert "两门课" not in page.words
    page = visitor.press("看总结")
    assert "两门课" in page.words
    assert "宿舍冷" not in page.words  # kept apart from her name
    assert actions(town)[-1] == "report.read"


def test_the_forms_of_others_are_named_in_the_language_of_the_page(town: Town, report: Report) -> None:
    hands_in(town, report)
    visitor = town.signed_in("C1")
    assert "学校的交流总结表" in visitor.get(f"/console/reports/{report.id}").words
    visitor.get("/language/en")
    page = visitor.get(f"/console/reports/{report.id}").words
    assert "The university's form" in page
    assert "学校的交流总结表" not in page


@pytest.mark.parametrize("number", ["C2", "P2", "R1", "B1"])
def test_for_everybody_else_there_is_no_such_report(town: Town, report: Report, number: str) -> None:
    hands_in(town, report)
    visitor = town.signed_in(number)
    assert "王雨桐" not in visitor.get("/console/reports").words
    assert visitor.get(f"/console/reports/{report.id}").status == 404
    assert visitor.get(f"/console/reports/{report.id}/files/1").status == 404


def test_a_supervisor_sees_reports_and_nothing_of_safety_and_cannot_excuse(town: Town, report: Report) -> None:
    visitor = reads(town, "P1", report)
    assert visitor.shown is not None
    assert "免交" not in visitor.shown.words
    csrf = next(form.fields["csrf"] for form in visitor.shown.forms if "csrf" in form.fields)
    given = {"csrf": csrf, "deed": "excused", "words": "x"}
    assert visitor.post(f"/console/reports/{report.id}/decide", given).status == 404
    assert visitor.get("/console/people/S1").status == 404


def test_a_draft_is_hers_alone(town: Town, report: Report) -> None:
    visitor = reads(town, "C1", report)
    assert visitor.shown is not None
    assert "在写" in visitor.shown.words
    assert "两门课" not in visitor.shown.words
    assert visitor.post(f"/console/reports/{report.id}/read", {}).status == 403


def test_it_is_returned_with_words_and_decided_once(town: Town, report: Report) -> None:
    hands_in(town, report)
    first, second = reads(town, "C1", report), reads(town, "O1", report)
    assert first.press("退回", words="请写写成果").status == 303
    assert "学生会收到消息" in first.follow().words
    second.press("通过", words="很好")
    assert "可能别人先办了" in second.follow().words
    query = select(outbox.c.template, outbox.c.data).where(outbox.c.template == "report/returned")
    (row,) = town.app.database.read(lambda conn: conn.execute(query).all())
    assert row.data == {"words": "请写写成果"}
    again = town.app.database.read(lambda conn: store.by_id(conn, report.id))
    assert again is not None
    assert again.stage is Stage.RETURNED
    assert again.prompt_id != report.prompt_id


def test_every_version_stays_on_the_page(town: Town, report: Report) -> None:
    hands_in(town, report)
    reads(town, "C1", report).press("退回", words="请写写成果")

    def again(conn: Connection) -> None:
        drafts.say(conn, report, "results", "一篇论文", "telegram", NOW)
        back = store.by_id(conn, report.id)
        assert back is not None
        assert hand_in(conn, back, shipped(), "zh", "telegram", NOW, sure=True).version == 2

    town.app.database.write(again)
    newest, _, before = reads(town, "C1", report).press("看总结").words.partition("第 1 版")
    assert "一篇论文" in newest
    assert "两门课" in before
    assert "一篇论文" not in before


def test_nothing_is_returned_without_words(town: Town, report: Report) -> None:
    hands_in(town, report)
    visitor = reads(town, "C1", report)
    visitor.press("退回", words="  ")
    assert "没写说明" in visitor.follow().words


def test_once_accepted_nothing_leads_from_what_was_said_of_the_host_to_her(town: Town, report: Report) -> None:
    hands_in(town, report)
    visitor = reads(town, "C1", report)
    visitor.press("通过", words="很好")
    visitor.follow()
    said = town.app.database.read(lambda conn: conn.execute(select(report_feedback)).one())
    assert said.body == "宿舍冷"
    left = town.app.database.read(lambda conn: list(conn.execute(select(report_sections.c.section)).scalars()))
    assert left == ["done"]
    assert {"report_id", "person_id", "at"}.isdisjoint(report_feedback.c.keys())


def test_more_time_and_excusing_with_the_reason(town: Town, report: Report) -> None:
    visitor = reads(town, "C1", report)
    visitor.press("给宽限", until="2026-01-01", words="病了")
    assert "日期没有往后" in visitor.follow().words
    visitor.press("给宽限", until="2026-12-20", words="病了")
    assert "病了" in visitor.follow().words
    row = town.app.database.read(
        lambda conn: conn.execute(select(prompts).where(prompts.c.id == report.prompt_id)).one()
    )
    assert row.due_at.isoformat() == "2026-12-20T10:00:00+00:00"  # 18:00 at home
    assert row.next_at - (NOW + timedelta(days=2)) == row.due_at - (NOW + timedelta(days=9))
    visitor.press("免交", words="退学了")
    visitor.follow()
    again = town.app.database.read(lambda conn: store.by_id(conn, report.id))
    assert again is not None
    assert again.stage is Stage.EXCUSED
    assert actions(town)[-2:] == ["report.extended", "report.excused"]


@pytest.mark.usefixtures("report")
def test_asking_once_more_shows_first_how_many_that_is(town: Town) -> None:
    visitor = town.signed_in("O1")
    visitor.get("/console/reports")
    page = visitor.press("都再提醒一次")
    assert "再提醒 1 人交总结" in page.words
    assert "report.chased" not in actions(town)
    visitor.press("再提醒一次")
    assert "又提醒了 1 人" in visitor.follow().words
    visitor.press("都再提醒一次")
    assert visitor.shown is not None
    assert "1 人今天已经问过" in visitor.shown.words
    assert actions(town).count("report.chased") == 1


def test_it_is_taken_out_as_a_word_document_and_she_can_see_by_whom(town: Town, report: Report) -> None:
    hands_in(town, report)
    visitor = reads(town, "P1", report)
    visitor.press("看总结")
    sent = visitor.press("导出 Word")
    assert sent.headers["content-disposition"].endswith('.docx"')
    text = "\n".join(one.text for one in Document(io.BytesIO(sent.body)).paragraphs)
    assert "两门课" in text
    assert "宿舍冷" not in text
    (look, *_) = town.app.database.read(lambda conn: looks_at(conn, report.person_id))
    assert look.what == "report_taken"
    assert reads(town, "C2", report).post(f"/console/reports/{report.id}/docx", {}).status == 403


def test_feedback_on_a_host_appears_without_names_when_five_have_written(town: Town, report: Report) -> None:
    def writes(conn: Connection, host: str, count: int) -> None:
        for number in range(count):
            versions.add_feedback(conn, "GB", host, 2026, f"{host} 说法 {number}")

    for host, count in (("Oxford", 5), ("York", 4)):
        town.app.database.write(lambda conn, host=host, count=count: writes(conn, host, count))  # type: ignore[misc]
    hands_in(town, report)
    office = town.signed_in("O1")
    assert "对接收方的反馈" in office.get("/console/reports").words
    page = office.get("/console/reports/hosts")
    assert "Oxford 说法 4" in page.words
    assert "York" not in page.words
    assert "还不到五人" in page.words
    assert "王雨桐" not in page.words
    for number in ("C1", "P1", "B1"):
        assert town.signed_in(number).get("/console/reports/hosts").status == 404


def test_what_waits_is_said_on_today_and_in_the_letter(town: Town, report: Report) -> None:
    assert "等着批阅" not in town.signed_in("C1").get("/console/").words
    hands_in(town, report)
    for number in ("C1", "P1"):
        assert "1 份总结等着批阅" in town.signed_in(number).get("/console/").words
        letter = town.app.database.read(lambda conn, number=number: letter_of(conn, number))  # type: ignore[misc]
        assert letter is not None
        assert letter["reports"] == 1


def test_the_page_of_the_digest_says_how_many_wait(town: Town, report: Report) -> None:
    assert "等着批阅" not in town.signed_in("P1").get("/console/digest").words
    hands_in(town, report)
    for number in ("C1", "P1"):
        assert "1 份总结等着批阅" in town.signed_in(number).get("/console/digest").words
    assert "等着批阅" not in town.signed_in("C2").get("/console/digest").words
