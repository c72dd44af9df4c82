"""A student takes her planning pack along as a document of Word. Called by its page."""

from html import unescape
from typing import Any

from bot.rendering.renderer import Renderer, templates_folder
from bot.rendering.report_docx import report_docx

HEAD = "§ "
"""Begins a line of `templates/web/pack_text.html` that is a heading; the first is the title."""


def pack_docx(renderer: Renderer, language: str, shown: dict[str, Any]) -> bytes:
    """Return the document; `shown` is what the page shows."""
    title, parts = "", list[tuple[str, list[str]]]()
    for line in unescape(renderer.page("web/pack_text.html", language, shown)).splitlines():
        if line.startswith(HEAD):
            parts.append((line.removeprefix(HEAD).strip(), []))
        elif line.strip() and parts:
            parts[-1][1].append(line.strip())
    title, about = (parts[0][0], parts[0][1]) if parts else ("", [])
    facts = {"title": title, "about": about, "parts": [(head, "\n".join(lines)) for head, lines in parts[1:]]}
    return report_docx(facts, [], templates_folder() / "reports" / "pack.docx")
