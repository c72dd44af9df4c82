"""What the interface for programs needs, who asks, and what it answers when something is wrong."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.api_tokens import store as tokens
from bot.api_tokens.model import ApiToken, Right
from bot.clock import Clock
from bot.links.model import token_hash
from bot.people.model import Person
from bot.people.store import by_id
from bot.programmes.versions import Programmes
from bot.rendering.renderer import Renderer
from bot.storage.database import Database
from bot.views.scope import Scope, scope_of


@dataclass(frozen=True)
class Parts:
    """The running parts; `nudge` wakes what has work after a roster came in."""

    database: Database
    renderer: Renderer
    clock: Clock
    programmes: Programmes
    nudge: Callable[[], None]
    mail_account: str = ""
    """The address that we write mail from; empty while mail is off."""


@dataclass(frozen=True)
class Caller:
    """A program with a token that works: whose eyes it has, as far as they reach at this moment."""

    token: ApiToken
    person: Person
    scope: Scope


def caller_of(parts: Parts, right: Right) -> Callable[[Request], Coroutine[Any, Any, Caller]]:
    """Return what finds out who calls; 401 without a token that works, 403 when it is not for this."""

    async def look(request: Request) -> Caller:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        real = parts.clock.real()

        def find(conn: Connection) -> Caller | None:
            token = tokens.live(conn, token_hash(secret.strip()), real)
            person = by_id(conn, token.person_id) if token else None
            scope = scope_of(conn, person) if person else None
            return Caller(token, person, scope) if token and person and scope else None

        caller = await parts.database.aread(find) if scheme.lower() == "bearer" and secret else None
        if caller is None:
            why = "no token that works; send Authorization: Bearer TOKEN"
            raise HTTPException(401, why, headers={"www-authenticate": "Bearer"})
        if right not in caller.token.rights:
            raise HTTPException(403, f"this token is not for {right.value}; make one with --may {right.value}")
        return caller

    return look
