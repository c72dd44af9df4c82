"""One form, made for a phone, in which whoever leads a branch makes, changes and calls off its sessions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine import sessions as engine
from bot.engine.facts import load_facts
from bot.engine.session_audience import OPEN, audiences
from bot.engine.session_hours import Hours
from bot.engine.session_leading import choose, could_lead
from bot.engine.session_series import cancel_following, change_following, create_all
from bot.local_time import BEIJING
from bot.sessions import store
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import QUESTIONS, Session
from bot.views.session_board import branches_led, members_of, same_planned
from bot.views.session_scope import may_open, opens
from bot.views.session_seats import leaders_of
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.session_board import HOME, led_in, quiet_hours
from handlers.web.session_fields import (
    AT_FIELDS,
    USUAL_MINUTES,
    Filled,
    changes_of,
    of_session,
    plan_of,
    repeat_of,
    typed,
)
from handlers.web.site import Site


@dataclass(frozen=True)
class Choices:
    """What the form offers: branches and audiences to invite, and the zones of those who shall meet, hers first."""

    branches: list[str]
    zones: list[str]
    leaders: list[tuple[int, str, str]]
    """Who can be asked to run what is outside any branch, where the reader may ask them."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def new(request: Request, reader: Reader) -> Response:
        return await show_form(site, request, reader, None)

    async def create(request: Request, reader: Reader, fields: FormData) -> Response:
        filled = typed(fields)
        return await _done(site, request, reader, filled, lambda conn: _create(conn, site, reader, filled))

    async def edit(request: Request, reader: Reader) -> Response:
        session, filled = await site.database.aread(lambda conn: _as_it_is(conn, request, reader))
        if not session.is_ahead(site.now):
            return RedirectResponse(f"{HOME}/{session.id}", 303)
        return await show_form(site, request, reader, filled, session)

    async def change(request: Request, reader: Reader, fields: FormData) -> Response:
        filled = typed(fields)

        def work(conn: Connection) -> Session:
            before = led_in(conn, request, reader).session
            return _change(conn, site, reader, before, filled, following=bool(filled["following"]))

        return await _done(site, request, reader, filled, work)

    async def cancel(request: Request, reader: Reader, fields: FormData) -> Response:
        def work(conn: Connection) -> Session:
            before = led_in(conn, request, reader).session
            quiet = quiet_hours(conn, site)
            if fields.get("following") == "on":
                return cancel_following(conn, before.id, reader.person.id, site.now, quiet)[0]
            return engine.cancel(conn, before.id, reader.person.id, site.now, quiet)

        return await _done(site, request, reader, None, work)

    one = f"{HOME}/{{session_id:int}}"
    return [
        Route(f"{HOME}/new", signed_in(site, new), methods=["GET"]),
        Route(f"{HOME}/new", guarded_form(site, create), methods=["POST"]),
        Route(f"{one}/change", signed_in(site, edit), methods=["GET"]),
        Route(f"{one}/change", guarded_form(site, change), methods=["POST"]),
        Route(f"{one}/cancel", guarded_form(site, cancel), methods=["POST"]),
    ]


def _as_it_is(conn: Connection, request: Request, reader: Reader) -> tuple[Session, Filled]:
    session = led_in(conn, request, reader).session
    return session, of_session(session, [number for number, _ in leaders_of(conn, session)])


def _create(conn: Connection, site: Site, reader: Reader, filled: Filled) -> Session:
    may_invite(conn, reader, filled["branch"])
    plan = plan_of(filled)
    twice = same_planned(conn, filled["branch"], plan.starts_at, plan.title)
    quiet = quiet_hours(conn, site)
    if twice is not None:
        return twice
    made = create_all(conn, filled["branch"], plan, repeat_of(filled), reader.person.id, site.now, quiet)
    for place, one in enumerate(made):
        choose(conn, one, filled.leaders, reader.person.id, site.now, tells=place == 0)
    return made[0]


def _change(
    conn: Connection, site: Site, reader: Reader, before: Session, filled: Filled, *, following: bool
) -> Session:
    if filled["sequence"] != str(before.sequence):
        raise SessionRefused(Fault.STALE, before.id)
    quiet = quiet_hours(conn, site)
    changes = changes_of(filled, before)
    others = _others_chosen(conn, reader, before, filled, site.now, following=following)
    try:
        if following:
            return change_following(conn, before.id, changes, reader.person.id, site.now, quiet)[0]
        return engine.change(conn, before.id, changes, reader.person.id, site.now, quiet)
    except SessionRefused as error:
        if error.fault is Fault.NOTHING and others:
            return before
        raise


def _others_chosen(
    conn: Connection, reader: Reader, before: Session, filled: Filled, now: datetime, *, following: bool
) -> bool:
    """Let others run a session, and those of its series that follow; False where nobody is new and nobody gone."""
    if before.audience is None or not may_open(reader.person, before.audience):
        return False
    later = store.of_series(conn, before.series) if following and before.series else []
    these = [before, *(one for one in later if one.starts_at > before.starts_at)]
    changed = [choose(conn, one, filled.leaders, reader.person.id, now, tells=one is before) for one in these]
    return any(changed)


async def _done(
    site: Site, request: Request, reader: Reader, filled: Filled | None, work: Callable[[Connection], Session]
) -> Response:
    """Do what a form asks, or show it again as it was typed with what is wrong."""
    must_lead(reader)
    try:
        session = await site.database.awrite(work)
    except SessionRefused as error:
        refusal = error
    else:
        site.nudge()
        return RedirectResponse(f"{HOME}/{session.id}", 303)
    before = None
    if "session_id" in request.path_params:
        before = (await site.database.aread(lambda conn: led_in(conn, request, reader))).session
        if refusal.fault in {Fault.CANCELLED, Fault.BEGUN} or filled is None:
            return RedirectResponse(f"{HOME}/{before.id}", 303)
        if refusal.fault is Fault.STALE:
            filled = Filled(filled.values | {"sequence": str(before.sequence)})
    return await show_form(site, request, reader, filled, before, refusal.fault)


async def show_form(
    site: Site,
    request: Request,
    reader: Reader,
    filled: Filled | None,
    session: Session | None = None,
    fault: Fault | None = None,
    hours: Hours | None = None,
) -> Response:
    """Show the form as it stands, with what is wrong and with the hours that were found."""
    must_lead(reader)
    now = site.now
    choices = await site.database.aread(lambda conn: _choices(conn, reader, session, now))
    filled = filled or Filled({"minutes": USUAL_MINUTES, "zone": choices.zones[0]})
    zones = list(dict.fromkeys([*choices.zones, *filter(None, [filled["zone"]])]))
    context = {
        "filled": filled,
        "session": session,
        "branches": choices.branches,
        "zones": zones,
        "numbers": range(1, QUESTIONS + 1),
        "leaders": choices.leaders,
        "hours": hours,
        "fault": fault.value if fault else "",
        "at_field": AT_FIELDS.get(fault, "") if fault else "",
    }
    status = {"status": 422} if fault else {}
    return console_page(site, request, reader, "console/session_form.html", **context, **status)


def _choices(conn: Connection, reader: Reader, session: Session | None, now: datetime) -> Choices:
    members = members_of(conn, reader.person, session.branch_id if session else None)
    facts = load_facts(conn, [reader.person.id, *members])
    hers = facts[reader.person.id].zone_now(now)
    theirs = sorted({facts[one].zone_now(now) for one in members})
    whole = [OPEN + one for one in audiences(conn) if may_open(reader.person, one)] if opens(reader.person) else []
    asks = opens(reader.person)
    if session is not None:
        asks = session.audience is not None and may_open(reader.person, session.audience)
    zones = list(dict.fromkeys([hers, BEIJING, *theirs]))
    return Choices([*branches_led(conn, reader.person), *whole], zones, could_lead(conn) if asks else [])


def may_invite(conn: Connection, reader: Reader, key: str) -> None:
    """Return where somebody may invite whom a key names; SessionRefused for every other key."""
    if key.startswith(OPEN):
        if not may_open(reader.person, key.removeprefix(OPEN)):
            raise SessionRefused(Fault.AUDIENCE, key)
        return
    if key not in branches_led(conn, reader.person, locked=True):
        raise SessionRefused(Fault.BRANCH, key)


def must_lead(reader: Reader) -> None:
    """End with 404 for whoever has nothing to do with sessions."""
    if not reader.meets:
        raise HTTPException(404)
