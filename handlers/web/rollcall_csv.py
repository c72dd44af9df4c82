"""A roll-call as a file. Why it is taken out is asked and journalled, for each student in it."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.journal import store as journal
from bot.people.store import people
from bot.storage.writer import Urgency
from bot.views.rollcall_board import Listed, board, listed
from bot.views.scope import Scope
from bot.views.table_text import BOM, as_csv
from handlers.web.export_reasons import reason_in
from handlers.web.rollcalls import HOME, eyes
from handlers.web.session import Reader, guarded_form
from handlers.web.site import Site

COLUMNS = ("number", "name", "city", "country", "state", "since_utc", "said_by", "taken_by")
BATCH = 200
MOST = 1_000_000


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def take(request: Request, reader: Reader, fields: FormData) -> Response:
        scope, now, rollcall_id = eyes(reader), site.now, request.path_params["rollcall_id"]
        reason = reason_in(fields)
        rows = await site.database.aread(lambda conn: _rows(conn, scope, rollcall_id, now))
        numbers = [row["number"] for row in rows]
        for begin in range(0, len(numbers), BATCH):
            await _journal(site, reader, numbers[begin : begin + BATCH], now, rollcall_id, reason)
        name = f"rollcall-{rollcall_id}-{now.astimezone(UTC):%Y%m%d-%H%M}.csv"
        return Response(
            BOM + as_csv(COLUMNS, rows),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return [Route(f"{HOME}/{{rollcall_id:int}}/export.csv", guarded_form(site, take), methods=["POST"])]


def _rows(conn: Connection, scope: Scope, rollcall_id: int, now: datetime) -> list[dict[str, str]]:
    if board(conn, scope, rollcall_id, now) is None:
        raise HTTPException(404)
    return [_cells(one) for one in listed(conn, scope, rollcall_id, now, limit=MOST)]


def _cells(one: Listed) -> dict[str, str]:
    since = one.at.astimezone(UTC).isoformat(timespec="seconds")
    return {
        "number": one.number, "name": one.name, "city": one.city, "country": one.country, "state": one.state,
        "since_utc": since, "said_by": one.said_by, "taken_by": one.taken_by,
    }  # fmt: skip


async def _journal(
    site: Site, reader: Reader, numbers: list[str], now: datetime, rollcall_id: int, reason: str
) -> None:
    def work(conn: Connection) -> None:
        ids = conn.execute(select(people.c.id).where(people.c.number.in_(numbers))).scalars()
        lines = [
            journal.line(
                now, "console.exported", person_id=one, actor_id=reader.person.id, rollcall=rollcall_id, reason=reason
            )
            for one in ids
        ]
        journal.write(conn, lines)

    await site.database.awrite(work, Urgency.BULK)
