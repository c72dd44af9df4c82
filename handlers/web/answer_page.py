"""The answer page: one question with its buttons. Looking changes nothing; a press is recorded and replied to here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web.understand import raw_of, understand
from bot.engine.compose import compose_reply
from bot.engine.session_attendance import wants_code
from bot.inbox.rules import cry_in
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.outbox.model import Rendered
from bot.people.store import by_id
from bot.prompts import store as prompts
from bot.prompts.model import State
from bot.sessions.model import KIND as SESSION
from bot.sessions.store import is_round
from bot.storage.writer import Urgency
from handlers.web import posted
from handlers.web.answer_said import Page, said
from handlers.web.errors import plain
from handlers.web.posted import Posted
from handlers.web.site import Site

_NOT_ASKED_ANY_MORE = frozenset({State.SCHEDULED, State.WITHDRAWN, State.EXCUSED})


@dataclass(frozen=True)
class _Found:
    """An answer page and what it says: its question as it reads now, or the replies to a press."""

    page: Page
    messages: list[Rendered]
    is_round: bool = False
    is_coded: bool = False
    """Whether it takes the digits that are spoken in a session."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        found = await site.database.aread_first(lambda conn: _find(conn, site, request.path_params["token"]))
        if isinstance(found, int):
            return plain(site, request, found, what="answer")
        return _render(site, request, found, first=True)

    async def press(request: Request) -> Response:
        form = posted.read(await request.form())
        if form is None:
            return plain(site, request, 400)
        token = request.path_params["token"]
        try:
            found = await site.database.awrite(
                lambda conn: _say(conn, site, token, form), Urgency.HELP if form.is_urgent else Urgency.PERSON
            )
        except ValueError:
            raise HTTPException(400) from None
        if isinstance(found, int):
            return plain(site, request, found, what="answer")
        site.nudge()
        return _render(site, request, found, first=False)

    return [Route("/a/{token}", show, methods=["GET"]), Route("/a/{token}", press, methods=["POST"])]


def _say(conn: Connection, site: Site, token: str, form: Posted) -> _Found | int:
    now = site.now
    page = page_of(conn, site, token, now, cries=form.press == "sos:yes" or cry_in(form.text) is not None)
    if isinstance(page, int):
        return page
    sender = f"answer:{page.link_id}"
    raw = raw_of(sender, text=form.text, press=form.press, position=form.position)
    replies = said(conn, page, raw, understand(raw), form.key, site.services, now)
    return _Found(page, replies, is_coded=_is_coded(conn, page, now))


def _find(conn: Connection, site: Site, token: str) -> _Found | int:
    now = site.now
    page = page_of(conn, site, token, now)
    if isinstance(page, int):
        return page
    template = f"{page.prompt.kind}/question"
    services = site.services
    question = compose_reply(
        conn,
        page.person,
        template,
        {},
        page.prompt.id,
        renderer=services.renderer,
        settings=services.settings,
        now=now,
    )
    in_round = page.prompt.kind == SESSION and is_round(conn, page.prompt.id)
    return _Found(page, [question], in_round, _is_coded(conn, page, now))


def _is_coded(conn: Connection, page: Page, now: datetime) -> bool:
    return page.prompt.kind == SESSION and wants_code(conn, page.prompt.id, now)


def page_of(conn: Connection, site: Site, token: str, now: datetime, *, cries: bool = False) -> Page | int:
    """Return the page of a token, or the status that says why there is none; for a cry it is never too late."""
    link = links.find(conn, token, LinkPurpose.ANSWER)
    if link is None or link.prompt_id is None:
        return 404
    person, prompt = by_id(conn, link.person_id), prompts.by_id(conn, link.prompt_id)
    if person is None or prompt is None or person.absent_at is not None or link.revoked_at is not None:
        return 404
    called_off = prompt.kind == SESSION and prompt.state is State.EXCUSED  # the page says so
    ended = prompt.state in _NOT_ASKED_ANY_MORE and not called_off
    over = ended or (prompt.closes_at is not None and prompt.closes_at <= now)
    too_late = over or not links.is_live(link, site.real)
    if too_late and not cries:
        return 410
    return Page(link.id, person, prompt)


def _render(site: Site, request: Request, found: _Found, *, first: bool) -> Response:
    return site.page(
        request,
        "web/answer.html",
        own=found.page.person.language,
        messages=found.messages,
        prompt=found.page.prompt,
        first=first,
        is_round=found.is_round,
        is_coded=found.is_coded,
        voice=request.query_params.get("voice", ""),
        nonce=posted.new_nonce,
        ask_position=next((message.ask_position for message in found.messages if message.ask_position), None),
    )
