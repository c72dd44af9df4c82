"""The page of a branch for whoever leads it: what to do next, and the study reports of its members."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.obligation_deeds import excuse, finish
from bot.materials.model import Material
from bot.materials.store import of_branches
from bot.obligations import store as obligations
from bot.obligations.model import How, Kind
from bot.views.branch_todo import Todo, todo_of
from bot.views.reports import Listed
from bot.views.session_board import branches_led_by, leads
from bot.views.study import list_studies, looks_after, reads_study
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site
from handlers.web.study_review import PAGE

SAID = frozenset({"done", "excused", "over", "shared", "removed"})
_LONGEST = 19


@dataclass(frozen=True)
class Typed:
    """What somebody typed to share: nothing of it is lost when something is wrong."""

    branch: str = ""
    title: str = ""
    link: str = ""


@dataclass(frozen=True)
class _Seen:
    todo: list[Todo]
    studies: list[Listed]
    reads: bool
    branches: dict[int, str]
    materials: list[Material]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await show_page(site, request, reader)

    async def settle(_request: Request, reader: Reader, fields: FormData) -> Response:
        said = await site.database.awrite(lambda conn: _settle(conn, site, reader, fields))
        return RedirectResponse(f"{PAGE}?said={said}", 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/owed", guarded_form(site, settle), methods=["POST"]),
    ]


async def show_page(
    site: Site, request: Request, reader: Reader, typed: Typed | None = None, fault: str = ""
) -> Response:
    """Return the page; with what was typed and what is wrong with it where something is."""
    if not leads(reader.person):
        raise HTTPException(404)
    seen = await site.database.aread(lambda conn: _look(conn, site, reader))
    said = request.query_params.get("said", "")
    context = {"seen": seen, "said": said if said in SAID else "", "page": PAGE, "typed": typed or Typed()}
    status = {"status": 422} if fault else {}
    megabytes = site.services.settings.reports.file_bytes // 1_000_000
    return console_page(
        site, request, reader, "console/branch.html", fault=fault, file_megabytes=megabytes, **context, **status
    )


def _look(conn: Connection, site: Site, reader: Reader) -> _Seen:
    person, now = reader.person, site.now
    led = branches_led_by(conn, person)
    reads = reads_study(conn, person)
    return _Seen(todo_of(conn, person, now), list_studies(conn, person, now), reads, led, of_branches(conn, led))


def _settle(conn: Connection, site: Site, reader: Reader, fields: FormData) -> str:
    number, deed = str(fields.get("owed", "")), str(fields.get("do", ""))
    usable = number.isascii() and number.isdecimal() and len(number) < _LONGEST and deed in {"done", "excused"}
    one = obligations.by_id(conn, int(number), locked=True) if usable else None
    if one is None or one.kind is Kind.REPORT or not looks_after(conn, reader.person, one.person_id):
        raise HTTPException(404)
    if deed == "done":
        return "done" if finish(conn, one, How.BRANCH, reader.person.id, site.now) else "over"
    return "excused" if excuse(conn, one, reader.person.id, site.now) else "over"
