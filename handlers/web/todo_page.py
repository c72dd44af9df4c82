"""A student's list on a page of her own: the steps before departure, the last days of her papers, deadlines at home.

Looking changes nothing; each form does one thing and comes back here.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.checklists import store
from bot.deadlines import store as deadlines
from bot.deadlines.model import PAPERS, About, Standing
from bot.deadlines.rules import day_in
from bot.engine.checklist import Checklist
from bot.engine.checklist_life import answer, say_done, take_back, takes_file
from bot.engine.checklist_rules import text_of
from bot.engine.compose_facts import of_emergency
from bot.engine.deadline_life import paper_given, said, settle
from bot.engine.flight import given, trip_to_land
from bot.engine.trip_withdrawal import bring_back, withdraw
from bot.local_time import local_date, to_wall
from bot.trips.landing import landing_in
from handlers.web import todo_door
from handlers.web.paging import one_of
from handlers.web.site import Site
from handlers.web.todo_door import Door, closed, programme_of

SAID = frozenset({"kept", "wrong", "no_day", "no_landing", "off", "on", "not", "file", "removed"})
REFUSED = frozenset({"empty", "too_large", "unknown", "broken", "bomb", "macros", "locked", "too_many"})
_STATES = {"done": Standing.DONE, "not": Standing.NOT_MINE, "back": Standing.WAITING}
_LONGEST_ID = 16
Deed = Callable[[Connection, Site, Door, FormData], str]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]

        def load(conn: Connection) -> tuple[Door, dict[str, Any]]:
            door = todo_door.look(conn, site, token)
            return door, {} if door.person is None else _shown(conn, site, door)

        door, shown = await site.database.aread(load)
        if door.status != 200 or door.person is None:  # noqa: PLR2004 - HTTP's own number
            return closed(site, request, door)
        return site.page(
            request,
            "web/todo.html",
            own=door.person.language,
            base=f"/todo/{token}",
            upload=f"/todo-files/{token}",
            said=one_of(request, "said", SAID),
            at=request.query_params.get("at", ""),
            refused=one_of(request, "refused", REFUSED),
            file_megabytes=site.services.settings.reports.file_bytes // 1_000_000,
            dial=of_emergency(None, site.language(request, door.person.language), site.services.settings)["dial"],
            support=site.services.settings.contacts.support,
            text_of=text_of,
            **shown,
        )

    def form(deed: Deed) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            token, fields = request.path_params["token"], await request.form()

            def work(conn: Connection) -> tuple[Door, str]:
                door = todo_door.look(conn, site, token)
                return door, deed(conn, site, door, fields) if door.facts is not None else ""

            door, to = await site.database.awrite(work)
            if not to:
                return closed(site, request, door)
            site.nudge()
            return RedirectResponse(f"/todo/{token}{to}", 303)

        return endpoint

    path = "/todo/{token}"
    forms = {"step": _step, "papers": _papers, "due": _due, "off": _off, "flight": _flight}
    return [
        Route(path, show, methods=["GET"]),
        *(Route(f"{path}/{name}", form(deed), methods=["POST"]) for name, deed in forms.items()),
    ]


def _shown(conn: Connection, site: Site, door: Door) -> dict[str, Any]:
    person, facts = door.person, door.facts
    if person is None or facts is None:
        return {}
    checklist = door.checklist
    known = deadlines.papers_of(conn, person.id)
    files = [] if checklist is None else store.files_of(conn, checklist.trip.id)
    today = local_date(site.now, person.zone)
    flight = trip_to_land(facts, site.now)
    off = [trip for trip in facts.trips if trip.withdrawn_at is not None and trip.departs > today]
    return {
        "zone": facts.zone_now(site.now),
        "checklist": checklist,
        "takes": set() if checklist is None else {one.step.key for one in checklist.lines if _takes(checklist, one)},
        "files": files,
        "papers": [(about.value, known[about].expires if about in known else None) for about in PAPERS],
        "matters": [
            said(conn, one)
            for one in deadlines.reminders_of(conn, person.id)
            if one.paper_id is None and one.state is not Standing.WITHDRAWN and one.due_at > site.now
        ],
        "off": off[-1] if off and checklist is None else None,
        "flight": flight,
        "lands": None if flight is None or flight.landing_at is None else to_wall(flight.landing_at, flight.zone),
        "may_go_off": checklist is not None and checklist.trip.departs > today,
    }


def _takes(checklist: Checklist, one: Any) -> bool:
    return takes_file(checklist, one.step.key)


def _step(conn: Connection, site: Site, door: Door, fields: FormData) -> str:
    key, deed = str(fields.get("step", "")), str(fields.get("deed", ""))
    checklist = door.checklist
    line = None if checklist is None else checklist.line(key)
    if checklist is None or line is None:
        return "?said=not"
    programme = programme_of(conn, site)
    if deed in {"yes", "no"} and line.question is not None:
        right = answer(conn, checklist, key, line.question, programme, site.now, yes=deed == "yes")
        return f"?said={'kept' if right else 'wrong'}&at={key}#{key}"
    done = (
        take_back(conn, checklist, key, site.now)
        if deed == "back"
        else say_done(conn, checklist, key, programme, site.now)
    )
    return f"?said={'kept' if done else 'not'}&at={key}#{key}"


def _papers(conn: Connection, site: Site, door: Door, fields: FormData) -> str:
    if door.person is None:
        return ""
    given = {about: str(fields.get(about.value, "")).strip() for about in PAPERS}
    days = {about: day_in(text) for about, text in given.items() if text}
    if any(day is None for day in days.values()):
        return "?said=no_day#papers"
    known, quiet = deadlines.papers_of(conn, door.person.id), programme_of(conn, site).quiet
    for about, day in days.items():
        if day is not None and (about not in known or known[about].expires != day):
            paper_given(conn, door.person.id, About(about), day, site.now, quiet, is_own=True)
    return "?said=kept#papers"


def _due(conn: Connection, site: Site, door: Door, fields: FormData) -> str:
    number, word = str(fields.get("reminder", "")), str(fields.get("deed", ""))
    if door.person is None or word not in _STATES:
        return "?said=not"
    if not (number.isascii() and number.isdecimal() and len(number) < _LONGEST_ID):
        return "?said=not"
    quiet = programme_of(conn, site).quiet
    done = settle(conn, int(number), door.person.id, _STATES[word], site.now, quiet)
    return f"?said={'kept' if done else 'not'}#due"


def _flight(conn: Connection, site: Site, door: Door, fields: FormData) -> str:
    if door.person is None or door.facts is None:
        return ""
    trip = trip_to_land(door.facts, site.now)
    wall = None if trip is None else landing_in(str(fields.get("lands", "")).replace("T", " "), trip.departs)
    if trip is None or wall is None:
        return "?said=no_landing#flight"
    given(conn, door.person, trip, wall, site.now, site.services.programmes)
    return "?said=kept#flight"


def _off(conn: Connection, site: Site, door: Door, fields: FormData) -> str:
    if door.person is None or door.facts is None:
        return ""
    programmes = site.services.programmes
    if fields.get("deed") == "on":
        off = [trip for trip in door.facts.trips if trip.withdrawn_at is not None][-1:]
        done = any(bring_back(conn, door.person, trip, site.now, programmes) for trip in off)
        return "?said=on" if done else "?said=not"
    if door.checklist is None or not fields.get("sure"):
        return "?said=not"
    done = withdraw(conn, door.person, door.checklist.trip, site.now, programmes)
    return "?said=off" if done else "?said=not"
