"""`yanxin handbook` holds accepted reports whose writers said yes, with photos, named as they wished, and no others."""

import io
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from docx import Document
from PIL import Image
from sqlalchemy import Connection

from bot.cli.context import Tool
from bot.cli.handbook import handbook as command
from bot.clock import ManualClock
from bot.engine.report_life import accept, hand_in, keep_consent
from bot.rendering.office import office
from bot.reports import drafts, files, store
from bot.reports.consents import May
from bot.reports.sections import shipped
from bot.storage.opening import open_database
from bot.storage.vault import Vault
from tests.fakes.ground import NOW, Ground

WRITERS = {
    "S1": ("王雨桐", "GB", "Oxford", May.NAMED),
    "S2": ("李静", "GB", "Oxford", May.NAMELESS),
    "S3": ("赵敏", "GB", "York", May.NO),
    "S4": ("钱多", "GB", "York", None),
    "S5": ("孙一", "FR", "Lyon", May.NAMED),
}


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "c.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/y.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
        f'[reports]\nfolder = "{tmp_path}/files"\n',
        encoding="utf-8",
    )
    made = Tool(config, ManualClock(NOW))
    database = open_database(made.settings)
    ground = Ground(database)
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(picture, "JPEG")
    digest = Vault(tmp_path / "files", database.keyring).put(picture.getvalue())

    def write(conn: Connection, person: int, trip: int, may: May | None) -> None:
        report = store.add(conn, person, trip, "return_report", None, NOW)
        drafts.say(conn, report, "done", f"两门课和一台望远镜 {person}", "web", NOW)
        drafts.say(conn, report, "host", "宿舍冷", "web", NOW)
        files.add_file(conn, report, digest, "jpeg", "合影.jpg", 9, NOW)
        hand_in(conn, report, shipped(), "zh", "web", NOW, sure=True)
        assert accept(conn, store.again(conn, report), 1, None, "", NOW)
        if may is not None:
            assert keep_consent(conn, store.again(conn, report), may, NOW)

    for number, (name, country, host, may) in WRITERS.items():
        person = ground.student(number, name=name, reachable=False)
        trip = ground.trip(person, country=country, host=host)
        database.write(lambda conn, person=person, trip=trip, may=may: write(conn, person, trip, may))  # type: ignore[misc]
    database.close()
    return made


def run(tool: Tool, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(command, list(words), obj=tool)
    assert result.exit_code == code, result.output
    return result.output + (repr(result.exception) if code else "")


def test_it_holds_what_may_be_read_by_country_and_host_with_photos(tool: Tool, tmp_path: Path) -> None:
    out = tmp_path / "out" / "book.docx"
    said = run(tool, str(out), "--no-pdf")
    assert "Wrote 3 reports" in said
    document = Document(str(out))
    text = [one.text for one in document.paragraphs if one.text.strip()]
    heads = [one.text for one in document.paragraphs if one.style is not None and one.style.name == "Heading 1"]
    assert heads == ["法国", "英国"]
    writers = [line.partition(" · ")[0] for line in text if " · " in line]
    assert writers == ["孙一", "王雨桐", "一位同学"]
    joined = "\n".join(text)
    assert joined.count("一台望远镜") == len(document.inline_shapes) == 3
    for left_out in ("赵敏", "钱多", "李静", "宿舍冷"):
        assert left_out not in joined


def test_by_country_and_year_and_as_pdf_where_libreoffice_is(tool: Tool, tmp_path: Path) -> None:
    out = tmp_path / "book.docx"
    said = run(tool, "--country", "GB", "--year", "2027", str(out))
    assert "Wrote 2 reports" in said
    if office() is None:
        assert "LibreOffice is not installed" in said
        return
    pages = pypdfium2.PdfDocument(tmp_path / "book.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "总结手册 英国 2027" in text
    assert text.index("王雨桐") < text.index("一台望远镜") < text.index("一位同学")
    assert sum(one.type == 3 for page in pages for one in page.get_objects()) == 2


def test_nothing_to_tell_and_wrong_use_say_so(tool: Tool, tmp_path: Path) -> None:
    assert "no accepted report" in run(tool, "--year", "2001", str(tmp_path / "b.docx"), code=1)
    assert "is no country" in run(tool, "--country", "Narnia", str(tmp_path / "b.docx"), code=2)
    assert "must end in .docx" in run(tool, str(tmp_path / "b.pdf"), code=2)
