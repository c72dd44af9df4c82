"""Who reads a page of the console: the session behind the cookie, the person behind it and what she may see.

Every page of the console and every form of it begins here.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.digests import store as digests
from bot.engine.rollcall_roles import may_see
from bot.links.model import token_hash
from bot.people.model import CARE_ROLES, STAFF_ROLES, Person, RoleKind
from bot.people.store import by_id
from bot.signins import store as signins
from bot.views.opportunities import may_look
from bot.views.scope import Scope, scope_of, sight_of
from bot.views.session_board import arranges, leads, runs
from bot.views.statistics import may_see_statistics
from handlers.web.errors import plain
from handlers.web.site import Site

COOKIE = "yanxin_session"
CSRF_FIELD = "csrf"


@dataclass(frozen=True)
class Reader:
    """A member of staff who is signed in; `scope` is None for those who may see nothing of safety.

    On a page `scope` is what the reader may look at, in a form whom the reader may look after.
    """

    person: Person
    scope: Scope | None
    session_id: int
    csrf: str
    is_back: bool = False
    """Whether this is the first look of today or so, which is worth noting."""
    runs: bool = False
    """Whether the office has asked her to run a session."""

    @property
    def meets(self) -> bool:
        """Tell whether there is anything of sessions for her to see."""
        return self.runs or arranges(self.person)

    @property
    def eyes(self) -> Scope:
        """Return what she may see; a page of safety does not exist for whoever may see nothing of it."""
        if self.scope is None:
            raise HTTPException(404)
        return self.scope


Page = Callable[[Request, Reader], Awaitable[Response]]
Form = Callable[[Request, Reader, FormData], Awaitable[Response]]


async def reader_of(site: Site, request: Request, *, acts: bool = False) -> Reader | None:
    """Return who is signed in on this device, if anybody; whoever is no member of staff any more is not.

    `acts`: the reader wants to do something, so that what may only be looked at does not count.
    """
    cookie, real, now = request.cookies.get(COOKIE), site.real, site.now
    if not cookie:
        return None

    def look(conn: Connection) -> Reader | None:
        session = signins.live(conn, token_hash(cookie), real)
        person = by_id(conn, session.person_id) if session else None
        if session is None or person is None or not may_sign_in(person):
            return None
        is_back = digests.is_stale(conn, person.id, now)
        scope = scope_of(conn, person) if acts else sight_of(conn, person)
        return Reader(person, scope, session.id, session.csrf, is_back, runs(conn, person))

    reader = await site.database.aread(look)
    if reader is not None and reader.is_back:
        person_id = reader.person.id
        await site.database.awrite(lambda conn: digests.looked(conn, person_id, now))
    return reader


def may_sign_in(person: Person) -> bool:
    """Tell whether the console is for her at all."""
    return person.has_role(*STAFF_ROLES) and person.absent_at is None and person.left_at is None


def reads_only(person: Person) -> bool:
    """Tell whether somebody is here only to look."""
    return person.has_role(RoleKind.READER) and not person.has_role(*(STAFF_ROLES - {RoleKind.READER}))


def signed_in(site: Site, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """Make a page for members of staff only; everybody else is told how to sign in."""

    async def endpoint(request: Request) -> Response:
        reader = await reader_of(site, request)
        return plain(site, request, 401, what="login") if reader is None else await page(request, reader)

    return endpoint


def guarded_form(site: Site, form: Form, *, for_readers: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """Make a form for members of staff only, that must come from a page of ours; else 403 and nothing happens.

    Whoever only reads is told so, except in a form that is `for_readers` too, because it changes nothing of others.
    """

    async def endpoint(request: Request) -> Response:
        reader = await reader_of(site, request, acts=True)
        if reader is None:
            return plain(site, request, 401, what="login")
        async with request.form() as fields:
            if not same(str(fields.get(CSRF_FIELD, "")), reader.csrf):
                return plain(site, request, 403, own=reader.person.language)
            if reads_only(reader.person) and not for_readers:
                return plain(site, request, 403, what="reader", own=reader.person.language)
            return await form(request, reader, fields)

    return endpoint


def console_page(site: Site, request: Request, reader: Reader, template: str, **context: Any) -> Response:
    """Render a page of the console with its frame."""
    frame: dict[str, Any] = {"reader": reader.person, "csrf": reader.csrf, "sees_safety": reader.scope is not None}
    frame["sees_all"] = reader.scope is not None and reader.scope.whole
    frame["reads_only"] = reads_only(reader.person)
    frame["sees_reports"] = reader.person.has_role(RoleKind.SUPERVISOR, *CARE_ROLES)
    frame["cares"] = reader.person.has_role(*CARE_ROLES)
    frame["sees_rollcalls"] = may_see(reader.person)
    frame["sees_opportunities"] = may_look(reader.person)
    frame["leads_branch"] = leads(reader.person)
    frame["meets"] = reader.meets
    frame["sees_statistics"] = may_see_statistics(reader.scope)
    return site.page(request, template, own=reader.person.language, **(frame | context))


def same(given: str, expected: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())
