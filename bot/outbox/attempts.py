"""Queries of the tries that were made to send a message; delivery is their only writer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select

from bot.listed import listed_as
from bot.outbox.model import (
    PROCESS_ENDED,
    UNLIKELY_COPIES,
    Kind,
    Message,
    OutboxState,
    Rendered,
    Result,
    ResultKind,
    Sent,
)
from bot.outbox.store import attempts, outbox

WITHDRAWN = "withdrawn"
"""Result of a try that was given up before the channel was called."""
_CALL = (
    attempts.update()
    .where(listed_as(attempts.c.id, "try_ids"), attempts.c.result.is_(None))
    .values(called_at=bindparam("calling_at", type_=attempts.c.called_at.type))
    .returning(attempts.c.id)
)


def begin(conn: Connection, outbox_id: int, address_id: int, body: Rendered, epoch: int, now: datetime) -> int:
    """Store a new try with what is going to be sent, word for word, and return its id."""
    begun = conn.execute(
        attempts.insert()
        .values(outbox_id=outbox_id, address_id=address_id, body=body.to_json(), epoch=epoch, started_at=now)
        .returning(attempts.c.id)
    )
    return int(begun.scalar_one())


_ACCEPT = (
    attempts.update()
    .where(attempts.c.id == bindparam("try_id"), attempts.c.result.is_(None))
    .values(result=ResultKind.ACCEPTED.value, finished_at=bindparam("at"), external_id=bindparam("reference"))
)
_BEGIN_MANY = attempts.insert().returning(attempts.c.id, sort_by_parameter_order=True)


def begin_many(
    conn: Connection, tries: Sequence[tuple[int, int, Rendered]], epoch: int, now: datetime
) -> Sequence[int]:
    """Store new tries (message, address, what is going to be sent) and return their ids in that order."""
    if not tries:
        return []
    rows = [
        {"outbox_id": one, "address_id": to, "body": body.to_json(), "epoch": epoch, "started_at": now}
        for one, to, body in tries
    ]
    begun = conn.execute(_BEGIN_MANY, rows)
    return begun.scalars().all()


def accept_many(conn: Connection, tries: Sequence[tuple[int, str | None]], now: datetime) -> None:
    """Record that tries were accepted, each with the platform's reference; LookupError when one had a result before."""
    rows = [{"try_id": one, "reference": reference, "at": now} for one, reference in tries]
    done = conn.execute(_ACCEPT, rows)
    if done.rowcount != len(tries):
        raise LookupError("one of these tries has a result already")


def call_many(conn: Connection, attempt_ids: Sequence[int], now: datetime) -> set[int]:
    """Record that the channel is called next; return of which tries: those that have no result yet."""
    if not attempt_ids:
        return set()
    return set(conn.execute(_CALL, {"try_ids": attempt_ids, "calling_at": now}).scalars())


def count_pieces(conn: Connection, pieces: Mapping[int, int]) -> None:
    """Record how many messages of their platform tries take, by try; one that is not named takes one."""
    if pieces:
        rows = [{"try_id": one, "count": count} for one, count in pieces.items()]
        conn.execute(
            attempts.update().where(attempts.c.id == bindparam("try_id")).values(pieces=bindparam("count")), rows
        )


def never_called(conn: Connection, attempt_id: int, reason: str, now: datetime) -> bool:
    """Record that a try ended without its channel having been called; False when it was called, or has a result."""
    done = conn.execute(
        attempts.update()
        .where(attempts.c.id == attempt_id, attempts.c.result.is_(None), attempts.c.called_at.is_(None))
        .values(result=WITHDRAWN, reason=reason, finished_at=now)
    )
    return done.rowcount == 1


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


def case_replied_to(conn: Connection, address_id: int, external_id: str) -> int | None:
    """Return the case of a message that went to an address, by the platform's reference; None when it has none."""
    query = (
        select(outbox.c.case_id)
        .join(attempts, attempts.c.outbox_id == outbox.c.id)
        .where(attempts.c.address_id == address_id, attempts.c.external_id == external_id)
        .order_by(attempts.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()


def replace_body(conn: Connection, attempt_id: int, body: Rendered) -> None:
    """Put another text in the place of what was sent: an edit on a channel whose page reads the tries."""
    conn.execute(attempts.update().where(attempts.c.id == attempt_id).values(body=body.to_json()))


def unknown_before(conn: Connection, outbox_id: int) -> int:
    """Return of how many tries of a message a copy may have arrived: their outcome is unknown, and likely enough."""
    return _unknown(conn, outbox_id, or_(attempts.c.reason.is_(None), attempts.c.reason.not_in(UNLIKELY_COPIES)))


def may_have_arrived() -> ColumnElement[bool]:
    """Return which rows of the outbox may have arrived though nobody knows, whatever has become of them since."""
    likely = or_(attempts.c.reason.is_(None), attempts.c.reason.not_in(UNLIKELY_COPIES))
    unknown = attempts.c.result == ResultKind.OUTCOME_UNKNOWN.value
    return exists().where(attempts.c.outbox_id == outbox.c.id, unknown, likely)


def deaths_before(conn: Connection, outbox_id: int) -> int:
    """Return how many tries of a message were cut short by the death of their process."""
    return _unknown(conn, outbox_id, attempts.c.reason == PROCESS_ENDED)


def without_failure(conn: Connection, outbox_id: int) -> int:
    """Return how many tries of a message say nothing of it: their process ended before the channel was called, or the
    platform only told us to wait.
    """
    never = and_(attempts.c.called_at.is_(None), attempts.c.reason == PROCESS_ENDED)
    told = attempts.c.result == ResultKind.THROTTLED.value
    query = select(func.count()).select_from(attempts).where(attempts.c.outbox_id == outbox_id, or_(never, told))
    return int(conn.execute(query).scalar_one())


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


def later_one(conn: Connection, message: Message, now: datetime) -> int | None:
    """Return a younger message that says the same to the same address, and has gone, is being tried, or may go now.

    Only alarms of one case and reminders of one question say the same again.
    """
    about = {Kind.ALARM: outbox.c.case_id == message.case_id, Kind.REMINDER: outbox.c.prompt_id == message.prompt_id}
    if message.kind not in about or (message.kind is Kind.ALARM and message.case_id is None):
        return None
    tried_or_free = or_(outbox.c.tries > 0, outbox.c.next_try_at <= now)  # else it waits for somebody's morning
    query = select(outbox.c.id).where(
        about[message.kind],
        outbox.c.kind == message.kind.value,
        outbox.c.address_id == message.address_id,
        outbox.c.id > message.id,
        or_(
            outbox.c.state.in_([OutboxState.SENDING.value, OutboxState.ACCEPTED.value]),
            and_(outbox.c.state == OutboxState.WAITING.value, tried_or_free),
        ),
    )
    return conn.execute(query.order_by(outbox.c.id.desc()).limit(1)).scalar()


def takes_its_turn(conn: Connection, outbox_id: int, now: datetime) -> None:
    """Let a waiting message go now: an older one that says the same has given it its turn."""
    waiting = outbox.c.state == OutboxState.WAITING.value
    conn.execute(
        outbox.update().where(outbox.c.id == outbox_id, waiting, outbox.c.next_try_at > now).values(next_try_at=now)
    )


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
