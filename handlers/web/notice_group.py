"""Words for a group are sent into it: they are shown once more as they would stand there, then a second press sends.

Both presses make the words anew from the form, so that what has become wrong meanwhile is refused.
"""

import re
import secrets

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.group_posts import Group
from bot.rendering.renderer import LANGUAGES
from handlers.group_told import BranchThereError, NoSuchGroupError, group_named, refuse_branch, tell_group, words_of
from handlers.web.notice import FIELDS, PAGE, NotSaidError, Said, filled_in, may_send, page, said
from handlers.web.session import Reader, console_page, guarded_form
from handlers.web.site import Site

_PRESS = re.compile(r"[0-9a-f]{32}")


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def look_again(request: Request, reader: Reader, fields: FormData) -> Response:
        filled = filled_in(fields)
        try:
            found, group = await _meant(site, reader, fields)
        except NotSaidError as error:
            return await page(site, request, reader, filled, fault=error.fault, value=error.value)
        chosen = _language(fields)
        return console_page(
            site,
            request,
            reader,
            "console/notice_group.html",
            text=words_of(site.services.renderer, found.context, _languages(chosen)),
            group=group,
            filled=filled,
            fields=FIELDS,
            chosen=chosen,
            press=secrets.token_hex(16),
        )

    async def send(request: Request, reader: Reader, fields: FormData) -> Response:
        press, now = str(fields.get("press", "")), site.now
        if not _PRESS.fullmatch(press):
            raise HTTPException(422)
        try:
            found, group = await _meant(site, reader, fields)
        except NotSaidError as error:
            return await page(site, request, reader, filled_in(fields), fault=error.fault, value=error.value)
        text = words_of(site.services.renderer, found.context, _languages(_language(fields)))
        await site.database.awrite(
            lambda conn: tell_group(
                conn,
                group,
                text,
                found.context,
                author_id=reader.person.id,
                key=f"notice:{press}",
                now=now,
                rollcall_id=found.wish.rollcall_id,
            )
        )
        site.nudge()
        return RedirectResponse(f"{PAGE}#groups", 303)

    return [
        Route(f"{PAGE}/group", guarded_form(site, look_again), methods=["POST"]),
        Route(f"{PAGE}/group/send", guarded_form(site, send), methods=["POST"]),
    ]


async def _meant(site: Site, reader: Reader, fields: FormData) -> tuple[Said, Group]:
    """Return what shall be said and where; NotSaidError, or 404 for whoever may not send."""
    if not may_send(reader):
        raise HTTPException(404)
    found = await said(site, reader, filled_in(fields))
    try:
        group = group_named(site.services.settings, str(fields.get("group", "")))
        refuse_branch(group, found.area)
    except NoSuchGroupError:
        raise NotSaidError("group") from None
    except BranchThereError:
        raise NotSaidError("branch_there") from None
    return found, group


def _language(fields: FormData) -> str:
    given = str(fields.get("language", "both"))
    return given if given in LANGUAGES else "both"


def _languages(language: str) -> tuple[str, ...]:
    return tuple(LANGUAGES) if language == "both" else (language,)
