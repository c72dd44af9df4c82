"""The PDF of statistics carries its own letters: read back, every font is inside and the Chinese can be copied out."""

import ctypes
import hashlib
import re
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from bot.rendering import statistics_pdf
from bot.rendering.statistics_pdf import as_pdf
from bot.rendering.statistics_said import Said, SaidCell, SaidTable

FONTS = Path(statistics_pdf.__file__).parent / "fonts"
DEFINITION = "口径：当年派出人次 ÷ 当年招生数。Universität Bonn, Đại học, Łódź"


def said(name: str, chart: str = "bar") -> Said:
    table = SaidTable(
        "rates", "交流率（按学历）", DEFINITION, "截至 2026-11-18 · 全校", ("学历", "比例"),
        ((SaidCell(name), SaidCell("23 %", 0.23, "share")), (SaidCell("博士生"), SaidCell("99 %", 0.99, "share"))),
        chart, (1,),
    )  # fmt: skip
    return Said("出国交流统计", "截至 2026-11-18", "少于 5 人的不写", "口径", "没有", "全校", {}, (table,))


def read(body: bytes) -> tuple[str, dict[str, bool]]:
    """Return the text, and each font with whether it is inside."""
    document = pypdfium2.PdfDocument(body)
    text, fonts = "", {}
    for page in document:
        text += page.get_textpage().get_text_range()
        for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=9):
            font: Any = pdfium.FPDFTextObj_GetFont(one.raw)
            name = ctypes.create_string_buffer(100)
            pdfium.FPDFFont_GetBaseFontName(font, name, 100)
            fonts[name.value.decode()] = bool(pdfium.FPDFFont_GetIsEmbedded(font))
    document.close()
    return re.sub(r"\s+", "", text), fonts


@pytest.mark.parametrize("chart", ["", "bar", "line"])
def test_every_font_is_inside_and_the_text_can_be_copied(chart: str) -> None:
    body = as_pdf(said("硕士生", chart))
    text, fonts = read(body)
    for words in (
        "出国交流统计",
        "交流率（按学历）",
        "硕士生23%",
        "博士生99%",
        DEFINITION.replace(" ", "").replace("ź", "z"),
    ):
        assert words in text
    assert fonts
    assert all(fonts.values()), fonts
    named = set(re.findall(rb"/BaseFont\s*/([\w+-]+)", body))
    assert all(name.endswith((b"NotoSansSC-Regular", b"BitstreamVeraSans-Roman")) for name in named), named
    assert len(body) < 300_000  # only the letters that it shows


def test_a_rare_character_is_left_to_the_reader_and_lost_by_nobody() -> None:
    text, fonts = read(as_pdf(said("㐖湾学院")))
    assert "㐖湾学院23%" in text
    assert [name for name, is_inside in fonts.items() if not is_inside] == ["STSong-Light"]


def test_the_font_is_the_one_that_was_recorded() -> None:
    recorded = re.findall(r"sha256 of the file: (\w{64})", (FONTS / "VERSIONS.md").read_text())
    assert recorded == [hashlib.sha256((FONTS / "NotoSansSC-Regular.ttf").read_bytes()).hexdigest()]
    assert "SIL Open Font License, Version 1.1" in (FONTS / "NotoSansSC.LICENSE").read_text()
