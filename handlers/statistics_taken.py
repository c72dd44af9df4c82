"""Somebody takes statistics out as a file: as which kind, and the line in the journal that says so.

The libraries of workbooks and PDFs are imported with the first file: a service starts without them. Callers ask for a
file on a thread of its own.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.figures.tables import Statistics
from bot.journal import store as journal
from bot.rendering.renderer import Renderer
from bot.rendering.statistics_said import say

KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def statistics_file(renderer: Renderer, language: str, found: Statistics, kind: str) -> bytes:
    """Return statistics as a file of one of `KINDS`."""
    said = say(renderer, language, found)
    if kind == "xlsx":
        from bot.rendering.statistics_xlsx import as_xlsx  # noqa: PLC0415 - see above

        return as_xlsx(said)
    from bot.rendering.statistics_pdf import as_pdf  # noqa: PLC0415 - see above

    return as_pdf(said)


def note_taken(
    conn: Connection, found: Statistics, kind: str, now: datetime, actor_id: int | None, token: int | None = None
) -> None:
    """Write down who took which statistics out; they are about nobody, so no student sees a line."""
    line = journal.line(
        now,
        "statistics.exported",
        person_id=None,
        actor_id=actor_id,
        format=kind,
        year=found.year,
        unit=found.unit,
        level=found.level,
        **({} if token is None else {"token": token}),
    )
    journal.write(conn, [line])
