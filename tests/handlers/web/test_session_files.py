"""Records of sessions as files, read back by the libraries that others use; the minutes; and whom they name."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy import Connection, select

from bot.errors import SettingsError
from bot.journal.store import journal
from bot.people.store import people
from bot.rendering.renderer import templates_folder
from bot.rendering.session_record import Record, RecordTemplateError, as_docx
from bot.sessions.minutes import session_minutes
from bot.sessions.model import Session
from bot.settings import load
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_session_board import held as _held
from tests.handlers.web.test_session_board import here
from tests.handlers.web.test_session_board import secretary as _secretary

held, secretary = _held, _secretary


def board(town: Town, held: Session) -> tuple[Visitor, str]:
    town.clock.advance(timedelta(hours=2, minutes=1))
    here(town, held, 0)
    visitor, path = town.signed_in("B1"), f"/console/sessions/{held.id}"
    visitor.get(path)
    return visitor, path


def cells(shown: Shown) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(shown.body)).worksheets[0]
    return [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def text_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *tables])


def test_a_session_as_a_workbook_and_as_a_document(town: Town, held: Session) -> None:
    visitor, path = board(town, held)
    visitor.press("保存会议记录", text="一、学习报告\n\n=1+1 & <b>\x0b")
    assert "已保存" in visitor.follow().words
    made = visitor.press("表格（.xlsx）", reason="record")
    assert made.headers["content-disposition"] == f'attachment; filename="record-{held.id}.xlsx"'
    rows = cells(made)
    assert rows[0] == ["读书会"]
    assert rows[6] == ["姓名", "学号或工号", "事先答复", "到会情况", "依据", "记录时间（北京时间）"]
    assert ["王雨桐", "S1", "没有答复", "到", "自己说的", "11月18日 周三 22:01"] in rows
    assert [row[0] for row in rows[7:9]] == ["陈晨", "王雨桐"]  # as a telephone book has them
    assert ["=1+1 & <b>"] in rows  # text, not a formula
    visitor.get(path)
    document = text_of(visitor.press("文档（.docx）", reason="record").body)
    for words in (
        "读书会",
        "支部：柏林支部",
        "到会：1 / 2",
        "王雨桐",
        "陈晨",
        "会议记录",
        "一、学习报告",
        "=1+1 & <b>",
    ):
        assert words in document, words
    assert "{" not in document


def test_one_member_over_all_sessions_and_each_who_is_in_it_can_see_who_took_it_out(
    town: Town, held: Session, secretary: int
) -> None:
    visitor, _path = board(town, held)
    document = text_of(visitor.press("文档（.docx）", number="S1", reason="report").body)
    assert "王雨桐 · S1" in document
    assert "读书会" in document
    assert "陈晨" not in document
    query = select(people.c.number, journal.c.actor_id, journal.c.detail).join(
        journal, journal.c.person_id == people.c.id
    )
    taken = town.app.database.read(
        lambda conn: [tuple(row) for row in conn.execute(query.where(journal.c.action == "console.exported"))]
    )
    assert taken == [("S1", secretary, {"session": held.id, "reason": "report"})]


def test_nothing_is_taken_out_without_a_reason(town: Town, held: Session) -> None:
    visitor, path = board(town, held)
    for reason in ("", "because"):
        visitor.get(path)
        assert visitor.press("文档（.docx）", reason=reason).status == 400
    query = select(journal.c.id).where(journal.c.action == "console.exported")
    assert town.app.database.read(lambda conn: conn.execute(query).all()) == []


def test_the_minutes_keep_every_version_with_its_author(town: Town, held: Session, secretary: int) -> None:
    visitor, path = board(town, held)
    for text in ("第一版", "第二版", "第二版"):
        visitor.get(path)
        visitor.press("保存会议记录", text=text)
    kept = town.app.database.read(lambda conn: conn.execute(select(session_minutes)).all())
    assert [(one.text, one.author_id) for one in kept] == [("第一版", secretary), ("第二版", secretary)]
    assert "第二版" in visitor.get(path).text


@pytest.mark.parametrize("role", ["secretary", "office"])
def test_nobody_else_takes_anything_out(town: Town, held: Session, role: str) -> None:
    town.ground.staff("X1", role)
    visitor = town.signed_in("X1")
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    path = f"/console/sessions/{held.id}"
    for form, fields in (("record", {"format": "docx", "reason": "record"}), ("minutes", {"text": "x"})):
        assert visitor.post(f"{path}/{form}", {"csrf": csrf} | fields).status == 404

    def kept(conn: Connection) -> int:
        return len(conn.execute(select(session_minutes)).all())

    assert town.app.database.read(kept) == 0


RECORD = Record("读书会", ["支部：B1"], ["a"] * 6, [["1"] * 6, ["2"] * 6], "", "会议记录")


def test_a_school_puts_its_own_form_in_place_and_hears_of_one_that_cannot_be_filled(tmp_path: Path) -> None:
    ours = templates_folder() / "records" / "session.docx"
    for name, before, after in (
        ("own", "{{ title }}", "某大学 {{ title }}"),
        ("broken", "{{ title }}", "{{ nothing }}"),
    ):
        with ZipFile(ours) as source, ZipFile(tmp_path / f"{name}.docx", "w") as target:
            for one in source.namelist():
                content = source.read(one)
                if one == "word/document.xml":
                    content = content.replace(before.encode(), after.encode())
                target.writestr(one, content)
    assert "某大学 读书会" in text_of(as_docx(RECORD, tmp_path / "own.docx"))
    (tmp_path / "no.docx").write_text("no document")
    for name in ("broken", "no", "missing"):
        with pytest.raises(RecordTemplateError):
            as_docx(RECORD, tmp_path / f"{name}.docx")
    for name, wrong in (("no", "is no document of Word"), ("missing", "is not there")):
        config = tmp_path / "config.toml"
        config.write_text(f'[records]\ntemplate = "{tmp_path}/{name}.docx"\n')
        with pytest.raises(SettingsError, match=wrong):
            load(config)


@pytest.mark.parametrize("name", ["records/session", "reports/report", "reports/handbook", "reports/pack"])
def test_our_documents_are_of_the_paper_and_in_the_type_that_schools_use(name: str) -> None:
    path = templates_folder() / f"{name}.docx"
    section = Document(str(path)).sections[0]
    sides = [0 if side is None else round(side.mm) for side in (section.page_width, section.page_height)]
    assert sides == [210, 297]
    with ZipFile(path) as parts:
        assert b'w:eastAsia="zh-CN"' in parts.read("word/settings.xml")  # else Chinese stands in a Japanese face
        assert b'w:eastAsia="zh-CN"' in parts.read("word/styles.xml")
