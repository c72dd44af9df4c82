"""Statistics as a PDF: every table with its definition, date and filter; Chinese in the standard font of readers."""

import re
from html import escape
from io import BytesIO
from typing import Any

from reportlab.graphics.charts.barcharts import HorizontalBarChart, VerticalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import KeepTogether, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from bot.rendering.statistics_said import Said, SaidTable

CHINESE, LATIN = "STSong-Light", "Helvetica"
_LATIN_RUN = re.compile(r"[ -~\xa0-\xff]+")
_COLOURS = [colors.HexColor(code) for code in ("#1f6f78", "#c2703d", "#5b6bb5", "#7a6a1d")]
_INK, _SOFT, _SHADE = colors.HexColor("#26302f"), colors.HexColor("#65716f"), colors.HexColor("#efede6")
_WIDTH = A4[0] - 36 * mm
_MOST_CHARTED = 12


def as_pdf(said: Said) -> bytes:
    """Return the bytes of the document."""
    if CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    out = BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=16 * mm
    )
    document.title, document.author = said.title, "Yanxin"
    parts: list[Any] = [
        _said(said.title, 20, 26),
        _said(said.about, 9.5, 14, _SOFT),
        _said(said.hidden_why, 9, 13, _SOFT),
    ]
    for table in said.tables:
        parts += [Spacer(1, 7 * mm), *_table(table, said)]

    def footer(canvas: Any, page: Any) -> None:
        canvas.setFont(CHINESE, 8)
        canvas.setFillColor(_SOFT)
        canvas.drawString(18 * mm, 9 * mm, f"{said.title} · {said.about}")
        canvas.drawRightString(A4[0] - 18 * mm, 9 * mm, str(page.page))

    document.build(parts, onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _said(text: str, size: float, leading: float, colour: colors.Color = _INK) -> Paragraph:
    style = ParagraphStyle("said", fontName=CHINESE, fontSize=size, leading=leading, textColor=colour, wordWrap="CJK")
    return Paragraph(_marked(text), style)


def _marked(text: str) -> str:
    """Set Latin letters in a Latin font: the Chinese one spreads them out."""
    pieces, end = [], 0
    for run in _LATIN_RUN.finditer(text):
        pieces += [escape(text[end : run.start()]), f'<font name="{LATIN}">{escape(run[0])}</font>']
        end = run.end()
    return "".join([*pieces, escape(text[end:])])


def _table(table: SaidTable, said: Said) -> list[Any]:
    head = [_said(table.title, 13, 18), _said(table.about, 8.5, 12, _SOFT)]
    head.append(_said(f"{said.definition}: {table.definition}", 8.5, 12, _SOFT))
    if not table.rows:
        return [KeepTogether([*head, _said(said.nothing, 9, 14)])]
    chart = _chart(table)
    lines = [[_said(name, 8.5, 11) for name in table.columns]]
    lines += [[_said(cell.text, 8.5, 11) for cell in row] for row in table.rows]
    first = _WIDTH * 0.28
    widths = [first, *[(_WIDTH - first) / (len(table.columns) - 1)] * (len(table.columns) - 1)]
    body = LongTable(lines, colWidths=widths, repeatRows=1)
    body.setStyle(
        TableStyle(
            [
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
    drawing = Drawing(_WIDTH, height + 14)
    chart: Any = VerticalBarChart() if upright else HorizontalBarChart()
    chart.x, chart.y, chart.height = (40 if upright else 140), 20, height - 24.0
    chart.width = _WIDTH - chart.x - 120
    order = 1 if upright else -1  # lying bars are drawn from below
    chart.data = [tuple(row[place].number for row in table.rows)[::order] for place in places]
    chart.categoryAxis.categoryNames = [row[0].text for row in table.rows][::order]
    chart.categoryAxis.labels.fontName = chart.valueAxis.labels.fontName = CHINESE
    chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 8
    chart.valueAxis.valueMin = 0
    if any(row[place].kind == "share" for row in table.rows for place in places):
        chart.valueAxis.labelTextFormat = lambda value: f"{value * 100:.0f} %"
    for at in range(len(places)):
        chart.bars[at].fillColor = _COLOURS[at]
        chart.bars[at].strokeColor = None
    legend = Legend()
    legend.fontName, legend.fontSize = CHINESE, 8
    legend.x, legend.y = int(_WIDTH - 112), int(height - 10)
    legend.alignment, legend.columnMaximum = "right", 8
    legend.colorNamePairs = [(_COLOURS[at], table.columns[place]) for at, place in enumerate(places)]
    drawing.add(chart)
    drawing.add(legend)
    return drawing
