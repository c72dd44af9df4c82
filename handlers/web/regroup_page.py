"""The office sees which temporary branches are proposed for those who leave soon, changes that, and accepts it."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.branches import regroupings
from bot.branches.regroupings import Group, Regrouping
from bot.branches.rules import LEAST
from bot.engine import regrouping
from bot.people.model import RoleKind
from bot.people.store import by_ids, people, roles
from bot.trips.store import of_people
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/regroup"
SAID = frozenset({"made", "nobody", "kept", "accepted", "dropped", "over"})
_NOWHERE = "none"
_LONGEST = 19


@dataclass(frozen=True)
class _Seen:
    one: Regrouping | None
    people: dict[int, Any]
    trips: dict[int, Any]
    leaders: dict[int, str]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await _page(site, request, reader)

    async def make(_request: Request, reader: Reader, _fields: FormData) -> Response:
        _office(reader)
        off_in, actor = site.services.settings.branches.off_in, reader.person.id
        made = await site.database.awrite(lambda conn: regrouping.make(conn, actor, site.now, off_in))
        return RedirectResponse(f"{PAGE}?said={'nobody' if made is None else 'made'}", 303)

    async def change(request: Request, reader: Reader, fields: FormData) -> Response:
        _office(reader)
        try:
            said = await site.database.awrite(lambda conn: _change(conn, site, reader, fields))
        except ValueError as error:
            await site.database.awrite(lambda conn: _keep(conn, fields))  # nothing that was typed is lost
            return await _page(site, request, reader, wrong=str(error) or "-")
        site.nudge()
        return RedirectResponse(f"{PAGE}?said={said}", 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/make", guarded_form(site, make), methods=["POST"]),
        Route(f"{PAGE}/change", guarded_form(site, change), methods=["POST"]),
    ]


def _office(reader: Reader) -> None:
    if reader.scope is None or not reader.scope.whole:
        raise HTTPException(404)


async def _page(site: Site, request: Request, reader: Reader, wrong: str = "") -> Response:
    _office(reader)
    seen = await site.database.aread(_look)
    said = request.query_params.get("said", "")
    status = {"status": 422} if wrong else {}
    said = said if said in SAID else ""
    return console_page(
        site,
        request,
        reader,
        "console/regroup.html",
        seen=seen,
        said=said,
        wrong=wrong,
        least=LEAST,
        page=PAGE,
        **status,
    )


def _look(conn: Connection) -> _Seen:
    one = regroupings.open_one(conn)
    if one is None:
        return _Seen(None, {}, {}, {})
    ids = {person_id for group in one.groups for person_id in group.members} | set(one.left_out)
    stays = {
        person_id: next(
            (
                trip
                for trip in sorted(mine, key=lambda trip: trip.departs)
                if trip.cancelled_at is None and trip.departs >= one.at.date()
            ),
            None,
        )
        for person_id, mine in of_people(conn, ids).items()
    }
    leads = (
        select(people.c.id, people.c.name)
        .join(roles, roles.c.person_id == people.c.id)
        .where(roles.c.kind == RoleKind.SECRETARY.value, people.c.left_at.is_(None), people.c.absent_at.is_(None))
        .order_by(people.c.name)
    )
    return _Seen(one, dict(by_ids(conn, ids)), stays, {row.id: row.name for row in conn.execute(leads)})


def _keep(conn: Connection, fields: FormData) -> Regrouping | None:
    """Store what the form says of names, leaders and members; unknown numbers change nothing."""
    one = regroupings.open_one(conn, locked=True)
    if one is None or str(fields.get("regrouping", "")) != str(one.id):
        return None
    leaders = _look(conn).leaders
    groups = [
        replace(
            group,
            key=" ".join(str(fields.get(f"key.{place}", group.key)).replace("\x00", "").split()),
            secretary_id=number if (number := _number(fields, f"secretary.{place}")) in leaders else None,
            members=(),
        )
        for place, group in enumerate(one.groups)
    ]
    members: list[list[int]] = [[] for _ in groups]
    left_out = []
    were = [(person_id, place) for place, group in enumerate(one.groups) for person_id in group.members]
    for person_id, place in [*were, *((person_id, -1) for person_id in one.left_out)]:
        to = str(fields.get(f"to.{person_id}", ""))
        wanted = -1 if to == _NOWHERE else int(to) if to.isascii() and to.isdecimal() and len(to) < 4 else place  # noqa: PLR2004
        if 0 <= wanted < len(groups):
            members[wanted].append(person_id)
        else:
            left_out.append(person_id)
    changed: tuple[Group, ...] = tuple(
        replace(group, members=tuple(mine)) for group, mine in zip(groups, members, strict=True)
    )
    return regroupings.change(conn, one, changed, tuple(left_out))


def _change(conn: Connection, site: Site, reader: Reader, fields: FormData) -> str:
    one = _keep(conn, fields)
    deed, actor = str(fields.get("do", "")), reader.person.id
    if one is None:
        return "over"
    if deed == "accept":
        regrouping.accept(conn, one, actor, site.now, site.services.settings.branches.channels)
        return "accepted"
    if deed == "drop":
        regrouping.drop(conn, one, actor, site.now)
        return "dropped"
    return "kept"


def _number(fields: FormData, name: str) -> int:
    text = str(fields.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _LONGEST else 0
