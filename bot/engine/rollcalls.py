"""A roll-call is drafted and counted, started by a second confirmation, and closed. Called by console and command.

Nothing is sent before it has been started; `within` is the condition on `people` of whoever does it.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import compare_digest, token_urlsafe

from sqlalchemy import ColumnElement, Connection

from bot.engine.rollcall_areas import check
from bot.engine.rollcall_people import count
from bot.journal import store as journal
from bot.ledger import Live
from bot.rollcalls import store
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, Rollcall, RollcallState
from bot.rollcalls.rules import ASK, LIST_THE_SILENT, TOKEN_LASTS, Count

LONGEST_WHAT = 600
"""Characters of what happened."""


@dataclass(frozen=True)
class Draft:
    """A counted roll-call; `token` starts it, within half an hour."""

    rollcall: Rollcall
    count: Count
    token: str


def counted(
    conn: Connection,
    what: str,
    area: Area,
    within: ColumnElement[bool],
    now: datetime,
    live: Live | None = None,
) -> Count:
    """Count whom a roll-call would ask. RollcallRefused when it cannot be, or is nobody's.

    It only reads, and should be done where nobody waits for it: a large one takes seconds.
    """
    if not _words(what):
        raise RollcallRefused(Fault.NO_WORDS)
    check(conn, area, within)
    found = count(conn, area, within, now, live)
    if not found.total:
        raise RollcallRefused(Fault.NOBODY)
    return found


def draft(  # noqa: PLR0913 - what a roll-call is made of
    conn: Connection,
    author_id: int | None,
    what: str,
    area: Area,
    within: ColumnElement[bool],
    now: datetime,
    real_now: datetime,
    *,
    is_drill: bool,
    live: Live | None = None,
    found: Count | None = None,
) -> Draft:
    """Keep what was `counted` as a draft; without `found` count first. RollcallRefused as there."""
    found = found or counted(conn, what, area, within, now, live)
    what = _words(what)
    token = token_urlsafe(16)
    secret = {"token": _hash(token), "token_until": real_now + TOKEN_LASTS}
    rollcall_id = store.add(conn, author_id, what, area, now, is_drill=is_drill, **secret)
    _write(conn, now, "rollcall.drafted", author_id, rollcall_id, meant=found.total, drill=is_drill)
    return Draft(_get(conn, rollcall_id), found, token)


def start(
    conn: Connection, rollcall_id: int, starter_id: int | None, token: str, now: datetime, real_now: datetime
) -> Rollcall:
    """Start a draft whose count has been confirmed: its clock asks from now on. RollcallRefused when it cannot be."""
    found = _get(conn, rollcall_id, locked=True)
    if found.state is not RollcallState.DRAFT:
        raise RollcallRefused(Fault.NOT_DRAFT, rollcall_id)
    fresh = found.token is not None and found.token_until is not None and real_now < found.token_until
    if not fresh or found.author_id != starter_id or not compare_digest(found.token or "", _hash(token)):
        raise RollcallRefused(Fault.STALE)
    values = {"state": RollcallState.OPEN.value, "opened_at": now, "step": ASK, "next_at": now, "token": None}
    store.update(conn, rollcall_id, **values)
    _write(conn, now, "rollcall.started", starter_id, rollcall_id, drill=found.is_drill)
    return _get(conn, rollcall_id)


def close(conn: Connection, rollcall_id: int, closer_id: int | None, now: datetime) -> Rollcall:
    """Close a roll-call: nothing more is asked, and whoever was not heard is listed for somebody to find out.

    RollcallRefused when it is not open.
    """
    found = _get(conn, rollcall_id, locked=True)
    if found.state is not RollcallState.OPEN:
        raise RollcallRefused(Fault.NOT_OPEN, rollcall_id)
    values = {"state": RollcallState.CLOSED.value, "closed_at": now, "closed_by": closer_id}
    store.update(conn, rollcall_id, step=LIST_THE_SILENT, next_at=now, cursor=0, **values)
    _write(conn, now, "rollcall.closed", closer_id, rollcall_id, drill=found.is_drill)
    return _get(conn, rollcall_id)


def _words(what: str) -> str:
    return " ".join(what.split())[:LONGEST_WHAT]


def _get(conn: Connection, rollcall_id: int, *, locked: bool = False) -> Rollcall:
    found = store.by_id(conn, rollcall_id, locked=locked) if rollcall_id < 2**63 else None
    if found is None:
        raise RollcallRefused(Fault.UNKNOWN, rollcall_id)
    return found


def _write(
    conn: Connection, now: datetime, action: str, actor_id: int | None, rollcall_id: int, **detail: int | bool
) -> None:
    line = journal.line(now, action, person_id=None, actor_id=actor_id, rollcall=rollcall_id, **detail)
    journal.write(conn, [line])


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
