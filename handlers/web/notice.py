"""Words for a group in the console: somebody says what about, and gets them in both languages with local times and a QR
code. Nothing is sent.
"""

from datetime import datetime

import segno
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.notices import LONGEST, NamesSomebodyError, Wish, context_of
from bot.errors import UsageError
from bot.people.store import unit_paths
from bot.rendering.renderer import LANGUAGES
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import RollcallState
from bot.views.rollcall_board import board, boards
from bot.views.scope import Scope
from handlers.web.rollcalls import Filled, area_of, eyes
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/notice"
FIELDS = ("rollcall", "meeting", "text", "at", "link", "countries", "cities", "units", "branches", "numbers", "circle")
LONGEST_LINK = 600


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await _page(site, request, reader, Filled())

    async def write(request: Request, reader: Reader, fields: FormData) -> Response:
        filled = Filled({name: str(fields.get(name, ""))[:40_000].strip() for name in FIELDS})
        scope, now = eyes(reader), site.now
        try:
            wish = _wish(filled)
            area = area_of(filled)
            within = scope.students(now.date())
            if wish.rollcall_id is not None:
                await site.database.aread(lambda conn: _refuse_others(conn, scope, wish, now))
            context = await site.database.aread(lambda conn: context_of(conn, wish, area, within, now))
        except RollcallRefused as error:
            return await _page(site, request, reader, filled, fault=error.fault.value, value=error.value)
        except NamesSomebodyError:
            return await _page(site, request, reader, filled, fault="names")
        except _TimeError:
            return await _page(site, request, reader, filled, fault="time")
        except UsageError:
            return await _page(site, request, reader, filled, fault="nothing")
        words = {one: site.services.renderer.chat("notice", one, context).text for one in LANGUAGES}
        return await _page(site, request, reader, filled, words=words, picture=_picture(wish.link))

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(PAGE, guarded_form(site, write), methods=["POST"]),
    ]


class _TimeError(Exception):
    """An instant was not understood."""


def _wish(filled: Filled) -> Wish:
    number, at = filled["rollcall"], None
    if filled["at"]:
        try:
            at = datetime.fromisoformat(filled["at"])
        except ValueError:
            raise _TimeError from None
        if at.tzinfo is None:
            raise _TimeError
    usable = number.isascii() and number.isdecimal() and len(number) < 16  # noqa: PLR2004 - far beyond any id
    rollcall_id = int(number) if usable else None
    return Wish(rollcall_id, filled["meeting"] == "yes", filled["text"][:LONGEST], at, filled["link"][:LONGEST_LINK])


def _refuse_others(conn: Connection, scope: Scope, wish: Wish, now: datetime) -> None:
    """Refuse a roll-call that is not in the scope of whoever writes."""
    if wish.rollcall_id is not None and board(conn, scope, wish.rollcall_id, now) is None:
        raise RollcallRefused(Fault.UNKNOWN, wish.rollcall_id)


def _picture(link: str) -> str:
    """Return a PNG of a link's QR code as a data URI; empty where there is no link."""
    if not link:
        return ""
    return str(segno.make_qr(link, error="m").png_data_uri(scale=8, border=4))


async def _page(site: Site, request: Request, reader: Reader, filled: Filled, **shown: object) -> Response:
    scope, now = eyes(reader), site.now

    def look(conn: Connection) -> tuple[list[str], list[tuple[int, str]]]:
        open_ones = [one.rollcall for one in boards(conn, scope, now) if one.rollcall.state is RollcallState.OPEN]
        return sorted(unit_paths(conn).values()), [(one.id, one.what) for one in open_ones]

    units, rollcalls = await site.database.aread(look)
    context = {"filled": filled, "units": units, "rollcalls": rollcalls, "fault": "", "value": "", "picture": ""}
    context |= {"words": {}} | shown
    if context["fault"]:
        context["status"] = 422
    return console_page(site, request, reader, "console/notice.html", **context)
