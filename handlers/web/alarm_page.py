"""The page behind the link of a test alarm: it shows one button, and the press of it says that the alarm arrived."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.duty.store import BY_LINK, AlarmTest
from bot.engine.alarm_tests import confirm, find_by_token, is_over
from bot.people.model import Person
from bot.people.store import by_id
from handlers.web.errors import plain
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        test, person = await site.database.aread(lambda conn: _look(conn, token))
        if test is None or person is None:
            return plain(site, request, 404)
        if is_over(test, site.now) and test.confirmed_at is None:
            return plain(site, request, 410, own=person.language)
        is_done = test.confirmed_by == BY_LINK
        return site.page(request, "web/alarm.html", own=person.language, person=person, is_done=is_done)

    async def press(request: Request) -> Response:
        token, now = request.path_params["token"], site.now

        def work(conn: Connection) -> AlarmTest | None:
            test, person = _look(conn, token)
            if test is not None and person is not None:
                confirm(conn, test, BY_LINK, now)
            return test

        if await site.database.awrite(work) is None:
            return plain(site, request, 404)
        return RedirectResponse(request.url.path, 303)

    return [
        Route("/alarm/{token}", show, methods=["GET"]),
        Route("/alarm/{token}", press, methods=["POST"]),
    ]


def _look(conn: Connection, token: str) -> tuple[AlarmTest | None, Person | None]:
    test = find_by_token(conn, token)
    return test, by_id(conn, test.person_id) if test else None
