"""Statistics as a PDF: every table with its definition, date and filter, with the letters that it shows inside it.

The font is in `fonts/`; a rare character that it does not know is left to the reader's own Chinese font.
"""

from collections.abc import Container, Iterable
from functools import cache
from html import escape
from importlib.resources import as_file, files
from io import BytesIO
from itertools import groupby
from typing import Any
from unicodedata import normalize

from reportlab.graphics.charts.barcharts import HorizontalBarChart, VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import KeepTogether, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from bot.rendering.statistics_said import Said, SaidTable

FONT, LATIN, RARE = "NotoSansSC", "Vera", "STSong-Light"
"""Ours, one of ReportLab that has more Latin letters, and the one that readers bring."""
_COLOURS = [colors.HexColor(code) for code in ("#1f6f78", "#c2703d", "#5b6bb5", "#7a6a1d")]
INK, SOFT, _SHADE = colors.HexColor("#26302f"), colors.HexColor("#65716f"), colors.HexColor("#efede6")
_WIDTH = A4[0] - 36 * mm
_MOST_CHARTED = 12


def as_pdf(said: Said) -> bytes:
    """Return the bytes of the document."""
    register_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=16 * mm,
        initialFontName=FONT,  # it would be Helvetica otherwise, the only one that is not inside
    )  # fmt: skip
    document.title, document.author = said.title, "Yanxin"
    parts: list[Any] = [
        paragraph(said.title, 20, 26),
        paragraph(said.about, 9.5, 14, SOFT),
        paragraph(said.hidden_why, 9, 13, SOFT),
    ]
    for table in said.tables:
        parts += [Spacer(1, 7 * mm), *_table(table, said)]

    def footer(canvas: Any, page: Any) -> None:
        canvas.setFont(font_of([said.title, said.about]), 8)
        canvas.setFillColor(SOFT)
        canvas.drawString(18 * mm, 9 * mm, f"{said.title} · {said.about}")
        canvas.drawRightString(A4[0] - 18 * mm, 9 * mm, str(page.page))

    document.build(parts, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def paragraph(text: str, size: float, leading: float, colour: colors.Color = INK) -> Paragraph:
    """Return a text in our fonts, broken as Chinese is."""
    style = ParagraphStyle("said", fontName=FONT, fontSize=size, leading=leading, textColor=colour, wordWrap="CJK")
    return Paragraph(_marked(text), style)


def _marked(text: str) -> str:
    """Set what our font does not know in another."""
    pieces = []
    for font, letters in groupby("".join(_shown(letter) for letter in text), key=_font_for):
        run = escape("".join(letters))
        pieces.append(run if font == FONT else f'<font name="{font}">{run}</font>')
    return "".join(pieces)


@cache
def register_fonts() -> dict[str, Container[int]]:
    """Make the fonts known, once, and return the code points that each of those inside has."""
    with as_file(files("bot.rendering").joinpath("fonts/NotoSansSC-Regular.ttf")) as file:
        inside = {FONT: TTFont(FONT, str(file)), LATIN: TTFont(LATIN, "Vera.ttf")}
    for font in (*inside.values(), UnicodeCIDFont(RARE)):
        pdfmetrics.registerFont(font)
    return {name: font.face.charToGlyph for name, font in inside.items()}


def _shown(letter: str) -> str:
    """Return a letter, or its plain form where no font has it with its accent: better ź as z than not at all."""
    plain = normalize("NFD", letter)[0]
    return plain if _font_for(letter) == RARE and _font_for(plain) != RARE else letter


def _font_for(letter: str) -> str:
    return next((name for name, known in register_fonts().items() if ord(letter) in known), RARE)


def font_of(texts: Iterable[str]) -> str:
    """Return the one font for texts that can have only one."""
    return FONT if {_font_for(letter) for text in texts for letter in text} <= {FONT} else RARE


def _table(table: SaidTable, said: Said) -> list[Any]:
    head = [paragraph(table.title, 13, 18), paragraph(table.about, 8.5, 12, SOFT)]
    head.append(paragraph(f"{said.definition}{said.colon}{table.definition}", 8.5, 12, SOFT))
    if not table.rows:
        return [KeepTogether([*head, paragraph(said.nothing, 9, 14)])]
    chart = _chart(table)
    lines = [[paragraph(name, 8.5, 11) for name in table.columns]]
    lines += [[paragraph(cell.text, 8.5, 11) for cell in row] for row in table.rows]
    first = _WIDTH * 0.28
    widths = [first, *[(_WIDTH - first) / (len(table.columns) - 1)] * (len(table.columns) - 1)]
    body = LongTable(lines, colWidths=widths, repeatRows=1)
    body.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), FONT),
                ("BACKGROUND", (0, 0), (-1, 0), _SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.HexColor("#d5d3ca")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return [KeepTogether([*head, *([chart] if chart else []), Spacer(1, 2 * mm)]), body]


def _chart(table: SaidTable) -> Drawing | None:
    """Draw what is shown of a table, years upright and all else lying; a gap where nothing may be shown."""
    places = [place for place in table.charted if any(row[place].number is not None for row in table.rows)]
    if not table.chart or len(table.rows) > _MOST_CHARTED or not places:
        return None
    upright = table.chart == "line"
    height = 140.0 if upright else 30.0 + 13 * len(table.rows) * (len(places) + 0.6)
    drawing = Drawing(_WIDTH, height + 14, initialFontName=FONT)
    chart: Any = VerticalBarChart() if upright else HorizontalBarChart()
    chart.x, chart.y, chart.height = (40 if upright else 140), 20, height - 24.0
    chart.width = _WIDTH - chart.x - 120
    order = 1 if upright else -1  # lying bars are drawn from below
    chart.data = [tuple(row[place].number for row in table.rows)[::order] for place in places]
    chart.categoryAxis.categoryNames = [row[0].text for row in table.rows][::order]
    chart.categoryAxis.labels.fontName = font_of(chart.categoryAxis.categoryNames)
    chart.valueAxis.labels.fontName = FONT
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 8
    chart.valueAxis.valueMin = 0
    if any(row[place].kind == "share" for row in table.rows for place in places):
        chart.valueAxis.labelTextFormat = lambda value: f"{value * 100:.0f} %"
    for at in range(len(places)):
        chart.bars[at].fillColor = _COLOURS[at]
        chart.bars[at].strokeColor = None
    legend = Legend()
    legend.fontName, legend.fontSize = font_of(table.columns), 8
    legend.x, legend.y = int(_WIDTH - 112), int(height - 10)
    legend.alignment, legend.columnMaximum = "right", 8
    legend.colorNamePairs = [(_COLOURS[at], table.columns[place]) for at, place in enumerate(places)]
    drawing.add(chart)
    drawing.add(legend)
    return drawing
