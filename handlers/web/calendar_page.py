"""She makes links for her calendar and takes them back, and says when she cannot meet.

On her private page, or by the link that `/calendar` and `/busy` give.

A link is shown once, when it is made: only its hash is kept.
"""

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.facts import load_facts
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import Link, LinkPurpose
from bot.people.model import Person
from bot.sessions import busy
from bot.sessions.hours_model import Busy
from handlers.chat.busied import plain as plain_busy
from handlers.links_made import calendar_link
from handlers.web.errors import plain
from handlers.web.owned import owner
from handlers.web.site import Site

_DEEDS = frozenset({"make", "off", "busy", "free"})
_DAYS = frozenset("0123456")
_MOST_DIGITS = 18


@dataclass(frozen=True)
class _Typed:
    """What she chose in the form of her busy hours."""

    days: list[str]
    start: str
    end: str


@dataclass(frozen=True)
class _Shown:
    """What stands on the page; `made` is the link that was made just now, `zone` where she reads it."""

    person: Person
    zone: str
    links: list[Link]
    made: str = ""
    ended: bool = False
    busy: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""
    typed: _Typed = field(default_factory=lambda: _Typed([], "", ""))


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    def _page(*, own: bool) -> list[Route]:
        async def show(request: Request) -> Response:
            found = await site.database.aread(lambda conn: _look(conn, site, request, own=own))
            return _render(site, request, found, own=own)

        async def change(request: Request) -> Response:
            fields = await request.form()
            deed = str(fields.get("do", ""))
            if deed not in _DEEDS:
                return plain(site, request, 400)
            found = await site.database.awrite(lambda conn: _change(conn, site, request, fields, own=own))
            return _render(site, request, found, own=own)

        path = "/chat/{token}/calendar" if own else "/calendar/{token}"
        return [Route(path, show, methods=["GET"]), Route(path, change, methods=["POST"])]

    return [*_page(own=False), *(_page(own=True) if site.services.settings.channels.web.enabled else [])]


def _look(conn: Connection, site: Site, request: Request, *, own: bool) -> _Shown | int:
    person = owner(conn, site, request, LinkPurpose.CALENDAR_PAGE, own=own)
    return person if isinstance(person, int) else _shown(conn, site, person)


def _change(conn: Connection, site: Site, request: Request, fields: FormData, *, own: bool) -> _Shown | int:
    person = owner(conn, site, request, LinkPurpose.CALENDAR_PAGE, own=own)
    if isinstance(person, int):
        return person
    deed = str(fields.get("do", ""))
    if deed == "busy":
        return _state(conn, site, person, fields)
    if deed == "free":
        number = str(fields.get("id", ""))
        if number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS:
            busy.take_back(conn, person.id, int(number))
        return _shown(conn, site, person)
    if deed == "make":
        made = calendar_link(conn, site.services.settings, person.id, site.real)
        return _shown(conn, site, person, made=made)
    if links.revoke_of(conn, person.id, LinkPurpose.CALENDAR, site.real):
        journal.write(conn, [journal.line(site.now, "calendar.taken_back", person_id=person.id)])
    return _shown(conn, site, person, ended=True)


def _state(conn: Connection, site: Site, person: Person, fields: FormData) -> _Shown:
    """Keep hours at which she cannot meet; what is wrong is said, and what she chose stays."""
    days = sorted({str(day) for day in fields.getlist("day")} & _DAYS)
    typed = _Typed(days, str(fields.get("start", "")), str(fields.get("end", "")))
    try:
        start, end = (time.fromisoformat(text).replace(tzinfo=None) for text in (typed.start, typed.end))
    except ValueError:
        start = end = time(0)
    if not days or start == end:
        return _shown(conn, site, person, fault="unread", typed=typed)
    kept = busy.state(conn, person.id, Busy(frozenset(int(day) for day in days), start, end), site.now)
    return _shown(conn, site, person) if kept else _shown(conn, site, person, fault="full", typed=typed)


def _shown(conn: Connection, site: Site, person: Person, **more: Any) -> _Shown:
    zone = load_facts(conn, [person.id])[person.id].zone_now(site.now)
    hers = [plain_busy(one) for one in busy.stated_by(conn, person.id)]
    return _Shown(person, zone, links.live_of(conn, person.id, LinkPurpose.CALENDAR, site.real), busy=hers, **more)


def _render(site: Site, request: Request, found: _Shown | int, *, own: bool) -> Response:
    if isinstance(found, int):
        return plain(site, request, found, what="device" if found == 403 else "chat" if own else "told")  # noqa: PLR2004 - HTTP's own
    path = request.url.path
    return site.page(
        request,
        "web/calendar.html",
        own=found.person.language,
        shown=found,
        zone=found.zone,
        webcal="webcal:" + found.made.partition(":")[2],
        status=422 if found.fault else 200,
        back=path.removesuffix("/calendar") if own else "",
    )
