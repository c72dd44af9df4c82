"""The responses as a file. Taking it out is journalled for each student in it, so it is a press and not a link."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.journal import store as journal
from bot.people.store import people
from bot.storage.writer import Urgency
from bot.views.responses import COLUMNS, responses
from bot.views.table_text import BOM, as_csv
from handlers.web.export_reasons import reason_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

USUAL = timedelta(days=28)
BATCH = 200
"""How many journal lines one transaction writes."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        _ = reader.eyes
        since = (site.now - USUAL).date()
        return console_page(site, request, reader, "console/responses.html", since=since)

    async def take(_request: Request, reader: Reader, fields: FormData) -> Response:
        scope, now, since = reader.eyes, site.now, _date(str(fields.get("since", "")))
        reason = reason_in(fields)
        rows = await site.database.aread_long(lambda conn: list(responses(conn, scope, since, now)))
        numbers = sorted({row["number"] for row in rows})
        for start in range(0, len(numbers), BATCH):
            await _journal(site, reader, numbers[start : start + BATCH], now, reason)
        name = f"responses-{now.astimezone(UTC):%Y%m%d}.csv"
        return Response(
            BOM + as_csv(COLUMNS, rows),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return [
        Route("/console/responses", signed_in(site, show), methods=["GET"]),
        Route("/console/responses.csv", guarded_form(site, take), methods=["POST"]),
    ]


async def _journal(site: Site, reader: Reader, numbers: list[str], now: datetime, reason: str) -> None:
    def work(conn: Connection) -> None:
        ids = conn.execute(select(people.c.id).where(people.c.number.in_(numbers))).scalars()
        lines = [
            journal.line(now, "console.exported", person_id=person_id, actor_id=reader.person.id, reason=reason)
            for person_id in ids
        ]
        journal.write(conn, lines)

    await site.database.awrite(work, Urgency.BULK)


def _date(text: str) -> date | None:
    """Read the date of the form; none means everything."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(400) from None
