"""A member of staff does something with a case: every deed of the chat, as a form of its page."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.cases.model import CaseState, Reason
from bot.cases.rules import put_off_until
from bot.engine import deeds, relaying
from bot.engine.case_people import may_hand_over
from bot.engine.deeds import Deed
from bot.local_time import to_instant
from handlers.web.case_seen import Seen, refuse, seen_case
from handlers.web.session import Form, Reader, guarded_form
from handlers.web.site import Site

LONGEST = 4000
Act = Callable[[Connection, Seen, Reader, dict[str, str], datetime], Deed]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""
    return [
        Route(f"/console/cases/{{case_id:int}}/{name}", guarded_form(site, _form(site, act)), methods=["POST"])
        for name, act in _DEEDS.items()
    ]


def _form(site: Site, act: Act) -> Form:
    async def form(request: Request, reader: Reader, fields: FormData) -> Response:
        now, case_id, _eyes = site.now, request.path_params["case_id"], reader.eyes
        given = {name: str(value).replace("\x00", "").strip()[:LONGEST] for name, value in fields.items()}
        done = await site.database.awrite(lambda conn: _do(conn, act, reader, case_id, given, now))
        if done is None:
            raise HTTPException(404)
        site.nudge()
        path = str(request.app.url_path_for("case", case_id=case_id))
        return RedirectResponse(path if done.done else f"{path}?said={done.why}", 303)

    return form


def _do(conn: Connection, act: Act, reader: Reader, case_id: int, given: dict[str, str], now: datetime) -> Deed | None:
    seen = seen_case(conn, reader, case_id, now)
    if seen is None or not seen.helps:
        refuse(conn, reader, case_id, now)
        return None
    return act(conn, seen, reader, given, now)


def _acknowledge(conn: Connection, seen: Seen, reader: Reader, _given: dict[str, str], now: datetime) -> Deed:
    return deeds.acknowledge(conn, seen.case.id, reader.person.id, now)


def _take_over(conn: Connection, seen: Seen, reader: Reader, _given: dict[str, str], now: datetime) -> Deed:
    return deeds.take_over(conn, seen.case.id, reader.person.id, now)


def _hand_over(conn: Connection, seen: Seen, reader: Reader, given: dict[str, str], now: datetime) -> Deed:
    to = given.get("to", "")
    if not (to.isascii() and to.isdecimal() and len(to) < 19):  # noqa: PLR2004 - an id in 64 bits
        raise HTTPException(400)
    if not may_hand_over(seen.case, reader.person.id):
        return Deed(done=False, why="over" if seen.case.state is CaseState.RESOLVED else "taken", case=seen.case)
    done = deeds.hand_over(conn, seen.case.id, reader.person.id, int(to), now)
    return Deed(done=False, why="not_theirs", case=done.case) if done.why == "not_yours" else done


def _note(conn: Connection, seen: Seen, reader: Reader, given: dict[str, str], now: datetime) -> Deed:
    if not given.get("text"):
        return Deed(done=False, why="empty", case=seen.case)
    return deeds.note(conn, seen.case.id, reader.person.id, given["text"], now)


def _contacted(conn: Connection, seen: Seen, reader: Reader, given: dict[str, str], now: datetime) -> Deed:
    if given.get("how") not in {"called", "no_answer"}:
        raise HTTPException(400)
    if seen.case.state is CaseState.RESOLVED:
        return Deed(done=False, why="over", case=seen.case)
    if seen.case.state is CaseState.OPEN:  # whoever calls her looks after it
        deeds.acknowledge(conn, seen.case.id, reader.person.id, now)
    return deeds.contacted(conn, seen.case.id, reader.person.id, given["how"], now)


def _snooze(conn: Connection, seen: Seen, reader: Reader, given: dict[str, str], now: datetime) -> Deed:
    zone = reader.person.zone
    until = put_off_until(given.get("for", ""), now, zone)
    if until is None:
        try:
            wall = datetime.fromisoformat(given.get("until", ""))
            until = to_instant(wall.date(), wall.time(), zone)
        except (ValueError, OverflowError):
            return Deed(done=False, why="past", case=seen.case)
    return deeds.snooze(conn, seen.case.id, reader.person.id, until, now)


def _write(conn: Connection, seen: Seen, reader: Reader, given: dict[str, str], now: datetime) -> Deed:
    return relaying.say_to_student(conn, seen.case.id, reader.person.id, given.get("text", ""), now)


def _resolve(conn: Connection, seen: Seen, reader: Reader, given: dict[str, str], now: datetime) -> Deed:
    outcome = given.get("outcome", "")
    # A cry for help ends when somebody has spoken with her, never by a button alone.
    if outcome not in deeds.OUTCOMES or (seen.case.reason is Reason.URGENT and outcome != deeds.SPOKEN):
        raise HTTPException(400)
    return deeds.resolve(conn, seen.case.id, reader.person.id, outcome, now)


def _reopen(conn: Connection, seen: Seen, reader: Reader, _given: dict[str, str], now: datetime) -> Deed:
    return deeds.reopen(conn, seen.case.id, reader.person.id, now)


_DEEDS: dict[str, Act] = {
    "acknowledge": _acknowledge,
    "take-over": _take_over,
    "hand-over": _hand_over,
    "note": _note,
    "contacted": _contacted,
    "snooze": _snooze,
    "write": _write,
    "resolve": _resolve,
    "reopen": _reopen,
}
