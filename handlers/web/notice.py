"""Words for a group in the console: somebody says what about, and gets them in both languages with local times and a QR
code. Nothing is sent from this page; `notice_group` sends them into a group that has a robot.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.group_posts import groups_of
from bot.engine.notices import LONGEST, NamesSomebodyError, NobodyThereError, Wish, context_of
from bot.engine.rollcall_roles import may_start
from bot.errors import UsageError
from bot.groups.store import newest
from bot.people.store import unit_paths
from bot.rendering.renderer import LANGUAGES
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, RollcallState
from bot.views.rollcall_board import board, boards
from bot.views.scope import Scope
from handlers.web.rollcalls import Filled, area_of, eyes
from handlers.web.session import Reader, console_page, guarded_form, reads_only, signed_in
from handlers.web.site import Site

PAGE = "/console/notice"
FIELDS = ("rollcall", "meeting", "text", "at", "link", "countries", "cities", "units", "branches", "numbers", "circle")
LONGEST_LINK = 600
SHOWN = 10
"""How many of the newest notices to groups are shown."""


@dataclass(frozen=True)
class Said:
    """What a form came to: the wish, the area, and what the template of a notice needs."""

    wish: Wish
    area: Area
    context: dict[str, Any]


class NotSaidError(Exception):
    """A form cannot be made into words; `fault` is a short code for the page, `value` what it is about."""

    def __init__(self, fault: str, value: object = "") -> None:
        """Keep both."""
        super().__init__(fault)
        self.fault, self.value = fault, value


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await page(site, request, reader, Filled())

    async def write(request: Request, reader: Reader, fields: FormData) -> Response:
        filled = filled_in(fields)
        try:
            found = await said(site, reader, filled)
        except NotSaidError as error:
            return await page(site, request, reader, filled, fault=error.fault, value=error.value)
        words = {one: site.services.renderer.chat("notice", one, found.context).text for one in LANGUAGES}
        return await page(site, request, reader, filled, words=words, picture=_picture(found.wish.link))

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(PAGE, guarded_form(site, write), methods=["POST"]),
    ]


def may_send(reader: Reader) -> bool:
    """Tell whether somebody may send into groups: whoever may start a roll-call, and does not only look."""
    return may_start(reader.person) and not reads_only(reader.person)


def filled_in(fields: FormData) -> Filled:
    """Return the form as somebody filled it in."""
    return Filled({name: str(fields.get(name, ""))[:40_000].strip() for name in FIELDS})


async def said(site: Site, reader: Reader, filled: Filled) -> Said:
    """Return what a form comes to, as far as its reader may say it; NotSaidError."""
    scope, now = eyes(reader), site.now
    try:
        wish, area = _wish(filled), area_of(filled)
        within = scope.students(now.date())
        if wish.rollcall_id is not None:
            await site.database.aread(lambda conn: _refuse_others(conn, scope, wish, now))
        context = await site.database.aread(lambda conn: context_of(conn, wish, area, within, now))
    except RollcallRefused as error:
        raise NotSaidError(error.fault.value, error.value) from None
    except NamesSomebodyError:
        raise NotSaidError("names") from None
    except NobodyThereError:
        raise NotSaidError("nobody_there") from None
    except UsageError:
        raise NotSaidError("nothing") from None
    return Said(wish, area, context)


def _wish(filled: Filled) -> Wish:
    number, at = filled["rollcall"], None
    if filled["at"]:
        try:
            at = datetime.fromisoformat(filled["at"])
        except ValueError:
            raise NotSaidError("time") from None
        if at.tzinfo is None:
            raise NotSaidError("time")
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


async def page(site: Site, request: Request, reader: Reader, filled: Filled, **shown: object) -> Response:
    """Return the page with what is filled in; `shown` are words, or a fault."""
    scope, now = eyes(reader), site.now
    groups = groups_of(site.services.settings) if may_send(reader) else []

    def look(conn: Connection) -> dict[str, object]:
        open_ones = [one.rollcall for one in boards(conn, scope, now) if one.rollcall.state is RollcallState.OPEN]
        posts = newest(conn, SHOWN, None if scope.whole else [reader.person.id]) if groups else []
        return {
            "units": sorted(unit_paths(conn).values()),
            "rollcalls": [(one.id, one.what) for one in open_ones],
            "posts": posts,
        }

    context = {"filled": filled, "fault": "", "value": "", "picture": "", "words": {}, "groups": groups}
    context |= await site.database.aread(look) | {"fields": FIELDS} | shown
    if context["fault"]:
        context["status"] = 422
    return console_page(site, request, reader, "console/notice.html", **context)
