"""A member of staff takes a case, or says what came of it."""

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.cases import store as cases
from bot.cases.model import Case, Reason
from bot.engine import deeds
from bot.people.model import Person
from bot.people.store import by_id
from bot.views.person import find, may_see_case
from bot.views.scope import Scope
from handlers.web.session import Reader, guarded_form
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def acknowledge(request: Request, reader: Reader, _fields: FormData) -> Response:
        return await _act(
            site, request, reader, lambda conn, case: deeds.acknowledge(conn, case.id, reader.person.id, site.now)
        )

    async def resolve(request: Request, reader: Reader, fields: FormData) -> Response:
        outcome = str(fields.get("outcome", ""))
        if outcome not in deeds.OUTCOMES:
            raise HTTPException(400)

        def end(conn: Connection, case: Case) -> object:
            # A cry for help ends when somebody has spoken with her, never by a button alone.
            if case.reason is Reason.URGENT and outcome != deeds.SPOKEN:
                raise HTTPException(400)
            return deeds.resolve(conn, case.id, reader.person.id, outcome, site.now)

        return await _act(site, request, reader, end)

    return [
        Route("/console/cases/{case_id:int}/acknowledge", guarded_form(site, acknowledge), methods=["POST"]),
        Route("/console/cases/{case_id:int}/resolve", guarded_form(site, resolve), methods=["POST"]),
    ]


async def _act(site: Site, request: Request, reader: Reader, act: Callable[[Connection, Case], object]) -> Response:
    """Do something with a case that the reader may see, and go back to its student."""
    scope, case_id = reader.eyes, request.path_params["case_id"]

    def work(conn: Connection) -> str:
        case, student = _seen(conn, site, scope, case_id)
        act(conn, case)
        return student.number

    number = await site.database.awrite(work)
    site.nudge()
    return RedirectResponse(str(request.app.url_path_for("person", number=number)), 303)


def _seen(conn: Connection, site: Site, scope: Scope, case_id: int) -> tuple[Case, Person]:
    case = cases.by_id(conn, case_id) if case_id < 2**63 else None
    student = by_id(conn, case.person_id) if case else None
    if case is None or student is None or find(conn, scope, student.number, site.now) is None:
        raise HTTPException(404)
    if not may_see_case(scope, case, student.counsellor_id):
        raise HTTPException(404)
    return case, student
