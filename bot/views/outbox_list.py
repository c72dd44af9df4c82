"""The outbox as the operator sees it: what waits, was sent or failed, and why. Never a body, a template or a subject.

Called by the command `outbox`.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from bot.outbox.model import OutboxState, Priority
from bot.outbox.store import outbox
from bot.people.store import people
from bot.views.scope import Scope

COLUMNS = (
    "id",
    "number",
    "kind",
    "priority",
    "channel",
    "state",
    "reason",
    "tries",
    "created_at",
    "next_try_at",
    "expires_at",
    "accepted_at",
)


def messages(conn: Connection, scope: Scope, state: OutboxState | None) -> Iterator[dict[str, str]]:
    """Yield a row of `COLUMNS` per message, the oldest first; only the operator's scope sees them at all."""
    if scope != Scope.everything():
        return
    names = ("id", "kind", "priority", "channel", "state", "reason", "tries", *COLUMNS[-4:])
    query = (
        select(*(outbox.c[name] for name in names), people.c.number)
        .join(people, people.c.id == outbox.c.person_id)
        .order_by(outbox.c.id)
    )
    if state is not None:
        query = query.where(outbox.c.state == state.value)
    for found in conn.execute(query):
        row = {name: _text(found._mapping[name]) for name in COLUMNS}  # noqa: SLF001 - the documented way
        yield row | {"priority": Priority(found.priority).name.lower()}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
