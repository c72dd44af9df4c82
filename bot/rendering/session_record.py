"""The record of a session, or of one member over all of them, as a workbook and as a document of Word.

The document is filled into a template that a school can replace (`[records] template`): what it may use is what
`Record.context` gives. Calls come from `handlers.session_record`, on a thread; the libraries are imported with the
first file, because pages need only the words and a service starts without them.
"""

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from bot.rendering.renderer import Renderer, templates_folder

COLUMNS = 6
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What may be typed and no such file can hold."""
_WIDTHS = (22, 16, 30, 14, 18, 26)


class RecordTemplateError(Exception):
    """The school's template cannot be filled in."""


@dataclass(frozen=True)
class Record:
    """What a record says, in words: a title, lines about it, the heads of a table, its rows, and the minutes."""

    title: str
    about: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    minutes: str
    minutes_head: str

    @property
    def context(self) -> dict[str, Any]:
        """Return what a template of Word may use."""
        paragraphs = [_NO_TEXT.sub("", line) for line in self.minutes.split("\n") if line.strip()]
        return {
            "title": _NO_TEXT.sub("", self.title),
            "about": [_NO_TEXT.sub("", line) for line in self.about],
            "heads": list(self.heads),
            "rows": [[_NO_TEXT.sub("", cell) for cell in row] for row in self.rows],
            "minutes": paragraphs,
            "minutes_head": self.minutes_head if paragraphs else "",
        }


def words_of(renderer: Renderer, language: str) -> dict[str, str]:
    """Return the words of records in a language, by the names that `templates/records/words.html` gives them."""
    text = unescape(renderer.page("records/words.html", language, {}))
    return dict(line.split("|", 1) for line in text.splitlines() if "|" in line)


def as_xlsx(record: Record) -> bytes:
    """Return the workbook; what begins like a formula stays text."""
    from openpyxl import Workbook  # noqa: PLC0415 - see above
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - see above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - see above

    bold, shade = Font(bold=True), PatternFill("solid", start_color="E8EEF4")
    wrapped = Alignment(wrap_text=True, vertical="top")
    book = Workbook()
    sheet: Any = book.worksheets[0]
    lines = [[record.title], *([line] for line in record.about), [], record.heads, *record.rows]
    if record.minutes:
        lines += [[], [record.minutes_head], *([line] for line in record.minutes.split("\n"))]
    head = len(record.about) + 3
    for place, row in enumerate(lines, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(place, column)
            text = _NO_TEXT.sub("", str(text))  # noqa: PLW2901 - as files hold it
            cell.value, cell.data_type, cell.alignment = text, "s", wrapped if place >= head else Alignment()
            if place == head:
                cell.font, cell.fill = bold, shade
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    for column, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def as_docx(record: Record, template: Path | None = None) -> bytes:
    """Return the document, filled into a school's template or ours; RecordTemplateError when that cannot be."""
    from docxtpl import DocxTemplate  # noqa: PLC0415 - see above

    path = template or templates_folder() / "records" / "session.docx"
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        document = DocxTemplate(path)
        document.render(record.context, environment, autoescape=True)
        out = BytesIO()
        document.save(out)
    except (OSError, KeyError, ValueError, TemplateError, zipfile.BadZipFile) as error:
        raise RecordTemplateError(type(error).__name__) from None
    return out.getvalue()
