"""A report becomes a Word document, Chinese and pictures in place; LibreOffice turns it into PDF where it is."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from PIL import Image

from bot.errors import YanxinError
from bot.rendering.report_docx import Photo, report_docx

FACTS: dict[str, Any] = {
    "name": "王雨桐",
    "number": "S1",
    "host": "Host <University> & {{ name }}",
    "city": "牛津",
    "country": "英国",
    "departs": "2026-09-01",
    "returns": "2026-11-25",
    "version": 2,
    "handed_in": "2026-12-03",
    "parts": [("做了什么", "两门课\n一台望远镜 <b>{{ 7*7 }}</b>\x00"), ("收获与体会", "很多")],
}


def photo(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(made, "JPEG")
    return made.getvalue()


def test_text_and_pictures_are_in_their_place() -> None:
    pictures = [Photo("合影.jpg", photo("red")), Photo("望远镜.jpg", photo("green"), "做了什么")]
    made = report_docx(FACTS, [*pictures, Photo("实验室.jpg", photo("blue"), "不在了")])
    document = Document(io.BytesIO(made))
    lines = [paragraph.text for paragraph in document.paragraphs if paragraph.text.strip()]
    assert lines == [
        *("交流总结", "做了什么", "两门课", "一台望远镜 <b>{{ 7*7 }}</b>", "望远镜.jpg", "收获与体会", "很多"),
        *("照片 Photos", "合影.jpg", "实验室.jpg"),
    ]
    cells = [cell.text for row in document.tables[0].rows for cell in row.cells]
    assert "王雨桐" in cells
    assert "Host <University> & {{ name }}" in cells
    assert len(document.inline_shapes) == 3


def test_in_the_form_of_others_it_bears_the_name_of_that_form() -> None:
    made = report_docx(FACTS | {"form": "留学基金委研修报告"}, [])
    assert Document(io.BytesIO(made)).paragraphs[0].text == "留学基金委研修报告"


def test_libreoffice_opens_it_where_it_is_installed(tmp_path: Path) -> None:
    made = report_docx(FACTS, [Photo("合影.jpg", photo("red"))])
    file = tmp_path / "r.docx"
    file.write_bytes(made)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:  # else it is read back by another library
        assert len(Document(str(file)).inline_shapes) == 1
        return
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, timeout=100, capture_output=True)
    import pypdfium2  # noqa: PLC0415 - a second library only where there is a PDF

    pages = pypdfium2.PdfDocument(tmp_path / "r.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    assert "王雨桐" in text
    assert any(one.type == 3 for page in pages for one in page.get_objects())


def test_a_template_of_the_school_is_filled_in_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("某大学 {{ name }}")
    document.save(str(tmp_path / "own.docx"))
    made = report_docx(FACTS, [], tmp_path / "own.docx")
    assert Document(io.BytesIO(made)).paragraphs[0].text == "某大学 王雨桐"
    document.add_paragraph("{{ name.__class__.__mro__ }} {{ wrong( }}")
    document.save(str(tmp_path / "own.docx"))
    with pytest.raises(YanxinError, match=re.escape("own.docx")):
        report_docx(FACTS, [], tmp_path / "own.docx")
    (tmp_path / "own.docx").write_text("no document")
    with pytest.raises(YanxinError, match=re.escape("own.docx")):
        report_docx(FACTS, [], tmp_path / "own.docx")
