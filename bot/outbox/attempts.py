"""Queries of the tries that were made to send a message; delivery is their only writer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from bot.outbox.model import PROCESS_ENDED, UNLIKELY_COPIES, Rendered, Result, ResultKind, Sent
from bot.outbox.store import attempts, outbox

WITHDRAWN = "withdrawn"
"""Result of a try that was given up before the channel was called."""


def begin(conn: Connection, outbox_id: int, address_id: int, body: Rendered, epoch: int, now: datetime) -> int:
    """Store a new try with what is going to be sent, word for word, and return its id."""
    begun = conn.execute(
        attempts.insert()
        .values(outbox_id=outbox_id, address_id=address_id, body=body.to_json(), epoch=epoch, started_at=now)
        .returning(attempts.c.id)
    )
    return int(begun.scalar_one())


def finish(conn: Connection, attempt_id: int, result: Result, now: datetime) -> bool:
    """Record how a try ended; False when that was recorded before."""
    return _finish(conn, attempt_id, result.kind.value, result.reason, now, external_id=result.external_id)


def give_up(conn: Connection, attempt_id: int, reason: str, now: datetime) -> bool:
    """Record that a try ended before the channel was called."""
    return _finish(conn, attempt_id, WITHDRAWN, reason, now)


def last_body(conn: Connection, outbox_id: int) -> Rendered | None:
    """Return what the latest try of a message sent, so that a later one sends the same."""
    query = select(attempts.c.body).where(attempts.c.outbox_id == outbox_id).order_by(attempts.c.id.desc()).limit(1)
    body = conn.execute(query).scalar()
    return None if body is None else Rendered.from_json(body)


def sent(conn: Connection, attempt_id: int) -> Sent | None:
    """Return how a try ended."""
    query = select(attempts.c.result, attempts.c.external_id).where(attempts.c.id == attempt_id)
    row = conn.execute(query).one_or_none()
    return None if row is None else Sent(row.result, row.external_id)


def replace_body(conn: Connection, attempt_id: int, body: Rendered) -> None:
    """Put another text in the place of what was sent: an edit on a channel whose page reads the tries."""
    conn.execute(attempts.update().where(attempts.c.id == attempt_id).values(body=body.to_json()))


def unknown_before(conn: Connection, outbox_id: int) -> int:
    """Return of how many tries of a message a copy may have arrived: their outcome is unknown, and likely enough."""
    return _unknown(conn, outbox_id, or_(attempts.c.reason.is_(None), attempts.c.reason.not_in(UNLIKELY_COPIES)))


def deaths_before(conn: Connection, outbox_id: int) -> int:
    """Return how many tries of a message were cut short by the death of their process."""
    return _unknown(conn, outbox_id, attempts.c.reason == PROCESS_ENDED)


def unfinished(conn: Connection, outbox_ids: Iterable[int]) -> dict[int, int]:
    """Return the try without a result of each message that has one: by message, the latest."""
    query = (
        select(attempts.c.outbox_id, func.max(attempts.c.id))
        .where(attempts.c.outbox_id.in_(list(outbox_ids)), attempts.c.result.is_(None))
        .group_by(attempts.c.outbox_id)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def later_edit(conn: Connection, attempt_id: int, outbox_id: int) -> bool:
    """Tell whether a younger message edits the same try, which makes this one needless."""
    query = select(outbox.c.id).where(outbox.c.edits_attempt_id == attempt_id, outbox.c.id > outbox_id).limit(1)
    return conn.execute(query).first() is not None


def _unknown(conn: Connection, outbox_id: int, why: ColumnElement[bool]) -> int:
    query = (
        select(func.count())
        .select_from(attempts)
        .where(attempts.c.outbox_id == outbox_id, attempts.c.result == ResultKind.OUTCOME_UNKNOWN.value, why)
    )
    return int(conn.execute(query).scalar_one())


def _finish(conn: Connection, attempt_id: int, result: str, reason: str | None, now: datetime, **more: Any) -> bool:
    done = conn.execute(
        attempts.update()
        .where(attempts.c.id == attempt_id, attempts.c.result.is_(None))
        .values(result=result, reason=reason, finished_at=now, **more)
    )
    return done.rowcount == 1
