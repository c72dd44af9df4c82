"""A member's own page of her branch: what is due, with buttons, and her study reports. It is for her alone.

She gets there by the link that `/due` gives, by the neutral line that stands for a branch matter elsewhere, or from her
private page. Looking changes nothing.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.facts import load_facts
from bot.engine.obligation_deeds import finish, take_back
from bot.engine.obligation_telling import shown as owed_shown
from bot.engine.regrouping import leave
from bot.engine.study_begun import study_of
from bot.links.model import LinkPurpose
from bot.local_time import BEIJING, to_wall
from bot.materials.model import Material
from bot.materials.store import of_branches
from bot.obligations import store as obligations
from bot.obligations.model import How, Kind, Stage
from bot.obligations.parse import rules_in
from bot.obligations.rules import is_late
from bot.people.model import Person
from bot.rendering.session_record import Record, as_xlsx, words_of
from bot.views.learning import REPORT, Learned, learned_by
from bot.views.mine import Inside, Written, branches_in, studies_of
from handlers.links_made import mine_link
from handlers.session_record import KINDS
from handlers.web.errors import plain
from handlers.web.owned import owner
from handlers.web.report_files import shown_file
from handlers.web.site import Site

SAID = frozenset({"done", "undone", "over", "left"})
_LONGEST = 19


@dataclass(frozen=True)
class _Shown:
    """What stands on the page; `zone` is where she reads it."""

    person: Person
    zone: str
    branches: list[Inside]
    owed: list[dict[str, Any]]
    studies: list[Written]
    materials: list[Material]
    learned: list[Learned]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""
    return [*_page(site, own=False), *(_page(site, own=True) if site.services.settings.channels.web.enabled else [])]


def _page(site: Site, *, own: bool) -> list[Route]:
    async def show(request: Request) -> Response:
        found = await site.database.aread(lambda conn: _look(conn, site, request, own=own))
        if isinstance(found, int):
            return _closed(site, request, found, own=own)
        said = request.query_params.get("said", "")
        path = request.url.path
        return site.page(
            request,
            "web/mine.html",
            own=found.person.language,
            shown=found,
            zone=found.zone,
            base=path,
            said=said if said in SAID else "",
            back=path.removesuffix("/mine") if own else "",
        )

    async def change(request: Request) -> Response:
        form = await request.form()
        deed, number = str(form.get("do", "")), str(form.get("owed", ""))
        done = await site.database.awrite(lambda conn: _change(conn, site, request, deed, number, own=own))
        if isinstance(done, int):
            return _closed(site, request, done, own=own)
        return RedirectResponse(done if done.startswith("/") else f"{request.url.path}?said={done}", 303)

    async def material(request: Request) -> Response:
        """Give out a file of her branch; that is written down nowhere."""
        found = await site.database.aread(lambda conn: _look(conn, site, request, own=own))
        if isinstance(found, int):
            return _closed(site, request, found, own=own)
        number = request.path_params["number"]
        file = next((one for one in found.materials if one.id == number and one.digest), None)
        response = None if file is None else await shown_file(site.branch_vault, file)
        return response or _closed(site, request, 404, own=own)

    async def record(request: Request) -> Response:
        """Give her own record out, as a workbook."""
        found = await site.database.aread(lambda conn: _look(conn, site, request, own=own))
        if isinstance(found, int):
            return _closed(site, request, found, own=own)
        language = site.language(request, found.person.language)
        made = await run_in_threadpool(as_xlsx, learning_record(found.person, found.learned, site, language))
        headers = {"content-disposition": 'attachment; filename="record.xlsx"'}
        return Response(made, media_type=KINDS["xlsx"], headers=headers)

    path = "/chat/{token}/mine" if own else "/mine/{token}"
    return [
        Route(path, show, methods=["GET"]),
        Route(path, change, methods=["POST"]),
        Route(f"{path}/record.xlsx", record, methods=["GET"]),
        Route(f"{path}/materials/{{number:int}}", material, methods=["GET"]),
    ]


def _closed(site: Site, request: Request, status: int, *, own: bool) -> Response:
    return plain(site, request, status, what="device" if status == 403 else "chat" if own else "mine")  # noqa: PLR2004 - HTTP's own


def _look(conn: Connection, site: Site, request: Request, *, own: bool) -> _Shown | int:
    person = owner(conn, site, request, LinkPurpose.MINE, own=own)
    if isinstance(person, int):
        return person
    now, zone = site.now, load_facts(conn, [person.id])[person.id].zone_now(site.now)
    rules = {rule.key: rule for rule in rules_in(site.services.settings.branches.rules)}
    language = site.language(request, person.language)
    mine = obligations.of_people(conn, [person.id])[person.id]
    owed = [
        owed_shown(one, rules, language)
        | {"is_late": is_late(one.due_on, zone, now), "done": one.stage is Stage.DONE, "opens_on": one.opens_on}
        for one in mine
        if one.stage is Stage.OPEN or (one.stage is Stage.DONE and one.how is How.HERSELF)
    ]
    inside = branches_in(conn, person.id)
    materials = of_branches(conn, [one.id for one in inside])
    return _Shown(person, zone, inside, owed, studies_of(conn, person.id), materials, learned_by(conn, person.id))


def _change(conn: Connection, site: Site, request: Request, deed: str, number: str, *, own: bool) -> str | int:
    """Do what a button says; return where to go, or a word of what was done."""
    person = owner(conn, site, request, LinkPurpose.MINE, own=own)
    if isinstance(person, int):
        return person
    if deed == "write":
        return _to_report(conn, site, request, person, own=own)
    is_number = number.isascii() and number.isdecimal() and len(number) < _LONGEST
    if deed == "leave":
        return "left" if is_number and leave(conn, person.id, int(number), site.now) else "over"
    usable = is_number and deed in {"done", "undo"}
    one = obligations.by_id(conn, int(number), locked=True) if usable else None
    if one is None or one.person_id != person.id or one.kind is Kind.REPORT:
        return 404
    if deed == "done":
        return "done" if finish(conn, one, How.HERSELF, person.id, site.now) else "over"
    return "undone" if take_back(conn, one, site.now) else "over"


def _to_report(conn: Connection, site: Site, request: Request, person: Person, *, own: bool) -> str:
    """Begin the study report that is due, if need be, and return where it is written."""
    if study_of(conn, person.id, site.now) is None:
        return "over"
    token = request.path_params["token"]
    if own:
        token = mine_link(conn, site.services.settings, person.id, site.real).rpartition("/")[2]
    return f"/report/{token}"


def learning_record(person: Person, learned: list[Learned], site: Site, language: str) -> Record:
    """Return her learning record as a table."""
    words = words_of(site.services.renderer, language)
    rows = [
        [
            f"{to_wall(one.at, BEIJING):%Y-%m-%d %H:%M}",
            one.title or words["study"],
            str(one.minutes) if one.minutes else "",
            words["handed_in"] if one.how == REPORT else words[f"mark_{one.how}"],
        ]
        for one in reversed(learned)
    ]
    heads = [words[one] for one in ("col_when", "col_about", "col_minutes", "col_mark")]
    return Record(words["learning"], [f"{person.name} · {person.number}"], heads, rows, "", "")
