"""The last message that somebody got from us without having written first; `/why` explains it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox

_UNASKED = (Kind.QUESTION, Kind.REMINDER, Kind.ALARM, Kind.CLEAR, Kind.NOTICE, Kind.DIGEST)


@dataclass(frozen=True)
class Told:
    """A message that arrived: its template, when it got out, and the prompt that it is about."""

    kind: Kind
    template: str
    at: datetime
    prompt_id: int | None


def last_told(conn: Connection, person_id: int) -> Told | None:
    """Return the last accepted message to a person that is no reply and no edit."""
    query = (
        select(outbox.c.kind, outbox.c.template, outbox.c.prompt_id, outbox.c.accepted_at)
        .where(
            outbox.c.person_id == person_id,
            outbox.c.state == OutboxState.ACCEPTED.value,
            outbox.c.accepted_at.is_not(None),
            outbox.c.kind.in_([kind.value for kind in _UNASKED]),
        )
        .order_by(outbox.c.accepted_at.desc(), outbox.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    return Told(Kind(row.kind), row.template, row.accepted_at, row.prompt_id)
