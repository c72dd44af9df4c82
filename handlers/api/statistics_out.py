"""A program reads the statistics of a year, each table with its definition, date and filter."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from bot.api_tokens.model import Right
from bot.figures.model import EVERY
from bot.figures.tables import Choice
from bot.rendering.renderer import LANGUAGES
from bot.rendering.statistics_json import as_data
from bot.views.statistics import statistics
from handlers.api.parts import Caller, Parts, caller_of
from handlers.statistics_taken import note_taken


def router(parts: Parts) -> APIRouter:
    """Return the routes of this file."""
    routes = APIRouter()
    Who = Annotated[Caller, Depends(caller_of(parts, Right.STATISTICS))]  # noqa: N806 - a type

    @routes.get("/statistics", summary="The figures of a year; none tells of fewer than five people")
    async def read(
        who: Who,
        year: Annotated[int | None, Query(ge=1, le=9999)] = None,
        unit: Annotated[str | None, Query(max_length=900)] = None,
        level: str = EVERY,
        language: str = "en",
    ) -> dict[str, Any]:
        now, choice = parts.clock.now(), Choice(year, unit, level)
        found = await parts.database.aread_long(lambda conn: statistics(conn, who.scope, choice, now))
        if found is None or language not in LANGUAGES:
            raise HTTPException(404, "there are no such statistics")
        await parts.database.awrite(
            lambda conn: note_taken(conn, found, "json", now, who.person.id, token=who.token.id)
        )
        return await run_in_threadpool(as_data, parts.renderer, language, found)

    return routes
