"""Statistics as a workbook: a sheet for each table, with its definition, date and filter on it."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from bot.rendering.statistics_said import Said, SaidCell, SaidTable

_FORMATS = {"share": "0.0%", "count": "0", "hours": "0.0"}
_HEAD_LINE = 6
_BOLD, _BIG = Font(bold=True), Font(bold=True, size=14)
_SHADE = PatternFill("solid", start_color="E8EEF4")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def as_xlsx(said: Said) -> bytes:
    """Return the bytes of the workbook."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for table in said.tables:
        _sheet(book.create_sheet(table.title[:31]), table, said)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Any, table: SaidTable, said: Said) -> None:
    _write(sheet, 1, 1, table.title).font = _BIG
    for line, text in ((2, table.about), (3, f"{said.definition}{said.colon}{table.definition}"), (4, said.hidden_why)):
        cell = _write(sheet, line, 1, text)
        cell.alignment = _WRAPPED
        sheet.merge_cells(start_row=line, start_column=1, end_row=line, end_column=8)
        sheet.row_dimensions[line].height = 15 * (1 + len(text.encode("gb18030", "replace")) // 110)
    for place, name in enumerate(table.columns, 1):
        cell = _write(sheet, _HEAD_LINE, place, name)
        cell.font, cell.fill, cell.alignment = _BOLD, _SHADE, _WRAPPED
        sheet.column_dimensions[get_column_letter(place)].width = 34 if place == 1 else 18
    for line, row in enumerate(table.rows, _HEAD_LINE + 1):
        for place, one in enumerate(row, 1):
            _cell(sheet, line, place, one)
    sheet.freeze_panes = sheet.cell(_HEAD_LINE + 1, 2)
    if table.chart and table.rows:
        _chart(sheet, table)


def _cell(sheet: Any, line: int, place: int, one: SaidCell) -> None:
    if one.number is None:
        _write(sheet, line, place, one.text)
        return
    cell = sheet.cell(line, place, one.number)
    cell.number_format = _FORMATS.get(one.kind, "General")


def _write(sheet: Any, line: int, place: int, text: str) -> Any:
    """Write text as text: what begins like a formula stays what somebody has typed."""
    cell = sheet.cell(line, place)
    cell.value = text
    cell.data_type = "s"
    return cell


def _chart(sheet: Any, table: SaidTable) -> None:
    last = _HEAD_LINE + len(table.rows)
    chart: Any = LineChart() if table.chart == "line" else BarChart()
    chart.title = f"{table.title}\n{table.about}"
    chart.height, chart.width = 9, 22
    for place in table.charted:
        chart.add_data(Reference(sheet, min_col=place + 1, min_row=_HEAD_LINE, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=_HEAD_LINE + 1, max_row=last))
    sheet.add_chart(chart, f"A{last + 3}")
