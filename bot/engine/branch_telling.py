"""A member is told of a branch matter: by what may carry it before what may only carry a neutral line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.addresses.model import PULL_ONLY
from bot.engine.telling import message
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Priority


def tell_member(  # noqa: PLR0913 - what a message has
    conn: Connection,
    person_id: int,
    template: str,
    channels: Sequence[str],
    *,
    key: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Queue a notice to a member; `channels` are those that the school allows. False when nothing reaches her."""
    addresses = addresses_store.working_of(conn, [person_id]).get(person_id, [])
    if not addresses:
        return False
    allowed = [
        one for one in addresses if one.channel in channels and one.channel not in PULL_ONLY and one.shut is None
    ]
    row = message(
        allowed or addresses,
        person_id,
        Kind.NOTICE,
        template,
        key=key,
        priority=Priority.PROMPT,
        now=now,
        data=data,
        not_before=not_before,
        expires_at=expires_at,
    )
    outbox_store.put(conn, [row])
    return True
