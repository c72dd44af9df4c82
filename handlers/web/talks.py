"""Whoever looks after students offers times for a talk, sees who has booked them, and says that both have spoken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine import talking
from bot.local_time import to_instant
from bot.people.model import CARE_ROLES
from bot.people.store import by_id, by_ids
from bot.talks import store
from bot.talks.model import LONGEST_PLACE, Talk
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/talks"
PAST = timedelta(days=14)
_SAID = frozenset({"offered", "same", "wrong", "back", "over"})
_DIGITS = 4


@dataclass(frozen=True)
class _Line:
    talk: Talk
    name: str = ""
    number: str = ""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await _page(site, request, reader, request.query_params.get("said", ""), {})

    async def offer(request: Request, reader: Reader, fields: FormData) -> Response:
        _must_care(reader)
        given = {name: str(fields.get(name, "")).replace("\x00", "").strip() for name in _FIELDS}
        try:
            made = await site.database.awrite(lambda conn: _offer(conn, site, reader, given))
        except (ValueError, OverflowError):
            return await _page(site, request, reader, "wrong", given)
        return RedirectResponse(f"{PAGE}?said={'offered' if made else 'same'}", 303)

    async def act(request: Request, reader: Reader, fields: FormData) -> Response:
        _must_care(reader)
        deed, number = str(fields.get("deed", "")), request.path_params["talk_id"]
        if deed not in {"back", "held"}:
            raise HTTPException(400)
        to = await site.database.awrite(lambda conn: _act(conn, site, reader, deed, number))
        site.nudge()
        return RedirectResponse(to, 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(PAGE, guarded_form(site, offer), methods=["POST"]),
        Route(f"{PAGE}/{{talk_id:int}}", guarded_form(site, act), methods=["POST"]),
    ]


_FIELDS = {"starts_at": "", "minutes": "30", "count": "1", "place": ""}


def _must_care(reader: Reader) -> None:
    if not reader.person.has_role(*CARE_ROLES):
        raise HTTPException(404)


async def _page(site: Site, request: Request, reader: Reader, said: str, given: dict[str, str]) -> Response:
    _must_care(reader)
    talks = await site.database.aread(lambda conn: _look(conn, site, reader))
    filled = _FIELDS | given
    said = said if said in _SAID else ""
    return console_page(
        site, request, reader, "console/talks.html", talks=talks, filled=filled, said=said, now=site.now
    )


def _look(conn: Connection, site: Site, reader: Reader) -> list[_Line]:
    found = store.of_staff(conn, reader.person.id, site.now - PAST)
    present = by_ids(conn, {one.person_id for one in found if one.person_id is not None})
    lines = []
    for one in found:
        student = present.get(one.person_id or 0)
        if student is not None:
            lines.append(_Line(one, student.name, student.number))
        elif one.starts_at > site.now:
            lines.append(_Line(one))
    return lines


def _offer(conn: Connection, site: Site, reader: Reader, given: dict[str, str]) -> int:
    wall = datetime.fromisoformat(given["starts_at"])
    starts_at = to_instant(wall.date(), wall.time().replace(tzinfo=None), reader.person.zone)
    minutes, count = _number(given["minutes"]), _number(given["count"])
    return talking.offer(conn, reader.person.id, starts_at, minutes, count, given["place"][:LONGEST_PLACE], site.now)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _DIGITS:
        raise ValueError("no number")
    return int(text)


def _act(conn: Connection, site: Site, reader: Reader, deed: str, talk_id: int) -> str:
    if deed == "back":
        done = talking.take_back(conn, talk_id, reader.person.id, site.now)
        return f"{PAGE}?said={'back' if done else 'over'}"
    talk = talking.held(conn, talk_id, reader.person.id, site.now)
    student = None if talk is None or talk.person_id is None else by_id(conn, talk.person_id)
    if student is None:
        return f"{PAGE}?said=over"
    return f"/console/people/{quote(student.number, safe='')}#agreed"
