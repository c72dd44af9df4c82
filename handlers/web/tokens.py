"""Tokens for programs: the office makes one with its own eyes, which is shown this once, and takes any back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.api_tokens import store as tokens
from bot.api_tokens.model import ApiToken, Right
from bot.errors import UsageError
from bot.people.model import Person, RoleKind
from bot.people.store import by_ids
from handlers.api_tokens_made import LONGEST_LABEL, MOST_DAYS, make_token, revoke_token
from handlers.web.paging import page_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/tokens"
ON_A_PAGE = 50
USUAL_DAYS = "90"
MOST_DIGITS = 4
MOST = 2**63


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await _page(site, request, reader)

    async def make(request: Request, reader: Reader, fields: FormData) -> Response:
        _only_office(reader)
        label = str(fields.get("label", "")).strip()
        days, words = str(fields.get("days", "")).strip(), [str(word) for word in fields.getlist("may")]
        rights = {right for right in Right if right.value in words}
        wrong = _wrong(label, rights, days)
        given = {"label": label[: LONGEST_LABEL * 2], "days": days[: MOST_DIGITS * 2], "may": words}
        if wrong:
            return await _page(site, request, reader, wrong=wrong, given=given)
        now, real, person = site.now, site.real, reader.person
        made = await site.database.awrite(
            lambda conn: make_token(
                conn, person.number, rights, label, int(days), now=now, real=real, actor_id=person.id
            )
        )
        return await _page(site, request, reader, made=made)

    async def revoke(request: Request, reader: Reader, _fields: FormData) -> Response:
        _only_office(reader)
        now, real, token_id = site.now, site.real, request.path_params["token_id"]

        def work(conn: Connection) -> None:
            revoke_token(conn, token_id, now=now, real=real, actor_id=reader.person.id)

        try:
            if token_id < MOST:
                await site.database.awrite(work)
        except UsageError:  # it had ended already, which is what was wanted
            pass
        return RedirectResponse(PAGE, 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(PAGE, guarded_form(site, make), methods=["POST"]),
        Route(f"{PAGE}/{{token_id:int}}/revoke", guarded_form(site, revoke), methods=["POST"]),
    ]


def _only_office(reader: Reader) -> None:
    if not any(role.kind is RoleKind.OFFICE and not role.scope for role in reader.person.roles):
        raise HTTPException(404)


def _wrong(label: str, rights: set[Right], days: str) -> str:
    """Return which field is not as it should be, if any is."""
    if not label or len(label) > LONGEST_LABEL:
        return "label"
    if not rights:
        return "may"
    is_number = days.isascii() and days.isdigit() and len(days) < MOST_DIGITS
    return "" if is_number and 1 <= int(days) <= MOST_DAYS else "days"


async def _page(
    site: Site,
    request: Request,
    reader: Reader,
    *,
    wrong: str = "",
    given: dict[str, Any] | None = None,
    made: str = "",
) -> Response:
    _only_office(reader)
    real = site.real

    def look(conn: Connection) -> tuple[Sequence[ApiToken], dict[int, Person]]:
        found = tokens.every(conn)[::-1]
        return found, by_ids(conn, {one.person_id for one in found})

    found, owners = await site.database.aread(look)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(max(1, page_in(request)), pages)
    response = console_page(
        site,
        request,
        reader,
        "console/tokens.html",
        tokens=found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        owners=owners,
        page=page,
        pages=pages,
        real=real,
        wrong=wrong,
        made=made,
        most_days=MOST_DAYS,
        given=given or {"label": "", "days": USUAL_DAYS, "may": []},
    )
    response.status_code = 422 if wrong else 200
    return response
