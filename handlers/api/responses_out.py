"""A program reads the responses, page by page: what its member of staff would see of them, and no more."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Connection, select
from starlette.exceptions import HTTPException

from bot.api_tokens.model import Right
from bot.journal import store as journal
from bot.people.store import people
from bot.storage.writer import Urgency
from bot.views.responses_page import responses_page
from handlers.api.parts import Caller, Parts, caller_of

MOST = 500


class Responses(BaseModel):
    """A page. Ask for `next` as `cursor` until it is null; then ask again with `since` = the first page's `as_of`."""

    as_of: datetime
    rows: list[dict[str, str]]
    next: str | None


def router(parts: Parts) -> APIRouter:
    """Return the routes of this file."""
    routes = APIRouter()
    Who = Annotated[Caller, Depends(caller_of(parts, Right.RESPONSES))]  # noqa: N806 - a type

    @routes.get("/responses", summary="Questions that were asked, with what came of them")
    async def read(
        who: Who,
        since: Annotated[AwareDatetime | None, Query(description="Only what has changed since, with its zone.")] = None,
        cursor: Annotated[str | None, Query(max_length=1000)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
    ) -> Responses:
        now = parts.clock.now()
        try:
            rows, following = await parts.database.aread(
                lambda conn: responses_page(conn, who.scope, since, cursor, limit, now)
            )
        except ValueError as error:
            raise HTTPException(400, "this cursor was not given out here; begin without one") from error
        numbers = sorted({row["number"] for row in rows})
        # Written down before it is handed out, for each student, who can see it.
        await parts.database.awrite(lambda conn: _note(conn, who, numbers, now), Urgency.BULK)
        return Responses(as_of=now, rows=rows, next=following)

    return routes


def _note(conn: Connection, who: Caller, numbers: list[str], now: datetime) -> None:
    ids = conn.execute(select(people.c.id).where(people.c.number.in_(numbers))).scalars()
    lines = [
        journal.line(now, "console.exported", person_id=one, actor_id=who.person.id, token=who.token.id) for one in ids
    ]
    journal.write(conn, lines)
