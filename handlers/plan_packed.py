"""A student takes her planning pack along, as a document of Word or a PDF. Called by its page, on a thread.

The library of PDFs is imported with the first one: a service starts without it.
"""

from html import unescape
from typing import Any

from bot.rendering.renderer import Renderer, templates_folder
from bot.rendering.report_docx import report_docx

HEAD = "§ "
"""Begins a line of `templates/web/pack_text.html` that is a heading; the first is the title."""


def pack_file(renderer: Renderer, language: str, shown: dict[str, Any], kind: str) -> bytes:
    """Return the document as `docx` or `pdf`; `shown` is what the page shows."""
    parts = list[tuple[str, list[str]]]()
    for line in unescape(renderer.page("web/pack_text.html", language, shown)).splitlines():
        if line.startswith(HEAD):
            parts.append((line.removeprefix(HEAD).strip(), []))
        elif line.strip() and parts:
            parts[-1][1].append(line.strip())
    (title, about), *rest = parts or [("", [])]
    if kind == "pdf":
        from bot.rendering.plain_pdf import as_pdf  # noqa: PLC0415 - see above

        return as_pdf(title, about, rest)
    facts = {"title": title, "about": about, "parts": [(head, "\n".join(lines)) for head, lines in rest]}
    return report_docx(facts, [], templates_folder() / "reports" / "pack.docx")
