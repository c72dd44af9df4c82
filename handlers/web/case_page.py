"""The page of one case, and the press that shows notes and words: that look is journalled, and she can see it."""

from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.cases.model import Reason
from bot.cases.rules import may_reopen
from bot.engine.case_people import may_hand_over, others_for
from bot.journal import store as journal
from bot.people.model import Person
from bot.views.case_page import CasePage, case_page
from bot.views.words import Words, words_of
from handlers.web.case_seen import Seen, refuse, seen_case
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

REFUSED = frozenset({"over", "taken", "open", "not_yours", "not_theirs", "not_spoken", "past", "too_long", "empty"})


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await _page(site, request, reader, read=False)

    async def read(request: Request, reader: Reader, _fields: FormData) -> Response:
        return await _page(site, request, reader, read=True)

    return [
        Route("/console/cases/{case_id:int}", signed_in(site, show), methods=["GET"], name="case"),
        Route("/console/cases/{case_id:int}/words", guarded_form(site, read), methods=["POST"]),
    ]


async def _page(site: Site, request: Request, reader: Reader, *, read: bool) -> Response:
    now, case_id, _eyes = site.now, request.path_params["case_id"], reader.eyes
    words: list[Words] | None = None
    if read:
        words = await site.database.awrite(lambda conn: _read(conn, reader, case_id, now))
        if words is None:
            raise HTTPException(404)
    looked = await site.database.aread(lambda conn: _look(conn, reader, case_id, now, read=read))
    if looked is None:
        raise HTTPException(404)
    seen, shown, others = looked
    said = request.query_params.get("said", "")
    return console_page(
        site,
        request,
        reader,
        "console/case.html",
        view=shown,
        helps=seen.helps,
        mine=seen.case.is_held and seen.case.acknowledged_by == reader.person.id,
        others=others,
        reopens=may_reopen(seen.case),
        words_read=words,
        said=said if said in REFUSED else "",
    )


def _look(
    conn: Connection, reader: Reader, case_id: int, now: datetime, *, read: bool
) -> tuple[Seen, CasePage, list[Person]] | None:
    seen = seen_case(conn, reader, case_id, now)
    if seen is None:
        return None
    gives = seen.helps and may_hand_over(seen.case, reader.person.id)
    others = others_for(conn, seen.case, reader.person.id, now) if gives else []
    return seen, case_page(conn, seen.case, seen.student, now, read=read), others


def _read(conn: Connection, reader: Reader, case_id: int, now: datetime) -> list[Words] | None:
    """Return what she wrote for this case, the look journalled; where she was is for those who may help her."""
    seen = seen_case(conn, reader, case_id, now)
    if seen is None:
        refuse(conn, reader, case_id, now)
        return None
    found = words_of(conn, seen.scope, seen.student, case_id)
    if seen.case.reason is not Reason.URGENT or not seen.helps:
        found = [one for one in found if one.latitude is None]
    pieces = {"pieces": len(found)}
    line = journal.line(
        now, "console.words_read", person_id=seen.student.id, actor_id=reader.person.id, case_id=case_id, **pieces
    )
    journal.write(conn, [line])
    return found
