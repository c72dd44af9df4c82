"""The page of the digest: what it says now, with what can be done, and how often it comes; and the link that ends it.

A link in a mail opens a page whose button posts; mail programs that end a mailing by themselves post to the same
address.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.digests import store
from bot.digests.model import Every
from bot.engine import deeds, silence_taken
from bot.engine.departing import not_ready_soon
from bot.engine.digest_planning import plan, rhythm_of
from bot.journal import store as journal
from bot.ledger import live_of
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import CARE_ROLES, Person, RoleKind
from bot.people.store import by_id
from bot.views.branch_todo import todo_of
from bot.views.digest import MOST_ON_PAGE, care, may_tell_of, one_of, seen_by
from bot.views.digest_branch import branches_of
from bot.views.digest_trips import supervised
from bot.views.reports import waiting_for
from bot.views.scope import Scope
from handlers.web.errors import plain
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/digest"
_DEEDS = frozenset({"call", "spoken", "extend", "remind", "pass"})


@dataclass(frozen=True)
class _Seen:
    care: dict[str, Any] | None
    supervised: dict[str, Any] | None
    branches: list[dict[str, Any]]
    reports: int
    todo: int
    every: Every
    next_at: datetime | None


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        seen = await site.database.aread(lambda conn: _look(conn, site, reader))
        said = request.query_params.get("said", "")
        return console_page(site, request, reader, "console/digest.html", seen=seen, said=said)

    async def choose(_request: Request, reader: Reader, fields: FormData) -> Response:
        every = str(fields.get("every", ""))
        if every not in set(Every):
            raise HTTPException(400)
        await site.database.awrite(lambda conn: _choose(conn, site, reader.person.id, Every(every)))
        return RedirectResponse(f"{PAGE}?said=chosen", 303)

    async def act(_request: Request, reader: Reader, fields: FormData) -> Response:
        word, ids = str(fields.get("word", "")), [_number(str(fields.get(name, ""))) for name in ("student", "prompt")]
        if word not in _DEEDS or None in ids:
            raise HTTPException(400)
        to = await site.database.awrite(lambda conn: _act(conn, site, reader, word, ids[0] or 0, ids[1] or 0))
        site.nudge()
        return RedirectResponse(to, 303)

    async def ask_off(request: Request) -> Response:
        token = request.path_params["token"]
        person, every = await site.database.aread(lambda conn: _by_link(conn, site, token))
        if person is None:
            return plain(site, request, 404)
        return site.page(
            request,
            "web/digest_off.html",
            own=person.language,
            person=person,
            is_off=every is Every.OFF,
            cares=person.has_role(*CARE_ROLES),
        )

    async def end(request: Request) -> Response:
        token = request.path_params["token"]
        if not await site.database.awrite(lambda conn: _end(conn, site, token)):
            return plain(site, request, 404)
        return RedirectResponse(request.url.path, 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/every", guarded_form(site, choose), methods=["POST"]),
        Route(f"{PAGE}/act", guarded_form(site, act), methods=["POST"]),
        Route("/digest/off/{token}", ask_off, methods=["GET"]),
        Route("/digest/off/{token}", end, methods=["POST"]),
    ]


def _care(conn: Connection, site: Site, scope: Scope, now: datetime) -> dict[str, Any] | None:
    found = care(conn, scope, now, MOST_ON_PAGE, live_of(site.services.settings))
    if found is not None:
        programme = site.services.programmes.if_any(conn)
        seen = seen_by(replace(scope, in_care=True), now)
        found["departing"] = not_ready_soon(conn, seen, programme, now.astimezone(UTC).date())
    return found


def _look(conn: Connection, site: Site, reader: Reader) -> _Seen:
    person, now = reader.person, site.now
    ahead = store.planned_of(conn, [person.id]).get(person.id, [])
    return _Seen(
        care=None if reader.scope is None else _care(conn, site, reader.scope, now),
        supervised=supervised(conn, person, now) if person.has_role(RoleKind.SUPERVISOR) else None,
        branches=branches_of(conn, person.id, now) if person.has_role(RoleKind.SECRETARY) else [],
        todo=len(todo_of(conn, person, now)),
        reports=waiting_for(conn, person, now),
        every=store.every_of(conn, person.id),
        next_at=ahead[0].due_at if ahead else None,
    )


def _choose(conn: Connection, site: Site, person_id: int, every: Every) -> None:
    store.choose(conn, person_id, every, site.now)
    journal.write(conn, [journal.line(site.now, "digest.chosen", person_id=person_id, every=every.value)])
    plan(conn, [person_id], rhythm_of(site.services.settings), site.now)


def _act(conn: Connection, site: Site, reader: Reader, word: str, student_id: int, prompt_id: int) -> str:
    """Do what a button says and return the page to show next; a student out of scope does not exist."""
    now, staff_id = site.now, reader.person.id
    one = one_of(conn, reader.eyes, student_id, now)
    if one is None:
        if not may_tell_of(conn, reader.eyes, student_id, now):
            raise HTTPException(404)
        return f"{PAGE}?said=over"  # she has answered, or somebody has spoken with her
    if one["case"] is not None:
        return f"/console/cases/{one['case']}"  # somebody was faster, and the page of the case says who
    if word in {"extend", "remind"}:
        deed = silence_taken.extend if word == "extend" else silence_taken.remind
        done = deed(conn, student_id, prompt_id, staff_id, now)
        return f"{PAGE}?said={word if done.done else done.why}"
    case = silence_taken.take(conn, site.services.programmes, student_id, prompt_id, staff_id, now)
    if case is None:
        return f"{PAGE}?said=over"
    if word == "spoken":
        deeds.resolve(conn, case.id, staff_id, deeds.SPOKEN, now)
        return f"{PAGE}?said=spoken"
    return f"/console/cases/{case.id}"


def _by_link(conn: Connection, site: Site, token: str) -> tuple[Person | None, Every]:
    link = links.find(conn, token, LinkPurpose.DIGEST)
    if link is None or not links.is_live(link, site.real):
        return None, Every.WEEKLY
    return by_id(conn, link.person_id), store.every_of(conn, link.person_id)


def _end(conn: Connection, site: Site, token: str) -> bool:
    person, every = _by_link(conn, site, token)
    if person is not None and every is not Every.OFF:
        _choose(conn, site, person.id, Every.OFF)
    return person is not None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - 64 bits
