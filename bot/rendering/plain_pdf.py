"""Headings and lines as a PDF, with the letters that it shows inside it, as the statistics have them."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import SimpleDocTemplate, Spacer

from bot.rendering.report_docx import plain
from bot.rendering.statistics_pdf import FONT, SOFT, paragraph, register_fonts


def as_pdf(title: str, about: Sequence[str], parts: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Return the bytes of the document: a title, lines about it, then each heading with its lines."""
    register_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
        initialFontName=FONT,
    )  # fmt: skip
    document.title, document.author = plain(title), "Yanxin"
    story: list[Any] = [paragraph(plain(title), 20, 26)]
    story += [paragraph(plain(line), 9.5, 14, SOFT) for line in about]
    for head, lines in parts:
        story += [Spacer(1, 5 * mm), paragraph(plain(head), 13, 19)]
        story += [paragraph(plain(line), 10, 15) for line in lines]
    document.build(story)
    return out.getvalue()
