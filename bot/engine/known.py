"""What a batch of messages is about, loaded with a handful of statements: prompts, cases and addresses.

Delivery looks there before it sends, and `compose` when it writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.cases.model import Case
from bot.cases.store import cases
from bot.cases.store import from_row as case_from_row
from bot.engine.delivery_rules import is_late
from bot.engine.session_standing import is_about_one, standings
from bot.listed import listed_as
from bot.local_time import Quiet
from bot.outbox.model import Message
from bot.programmes.versions import quiet_of
from bot.prompts.model import Prompt
from bot.prompts.store import from_row as prompt_from_row
from bot.prompts.store import prompts
from bot.schema import Sealed
from bot.sessions.rules import Standing


@dataclass(frozen=True)
class Whereto:
    """What delivery must know of an address."""

    state: AddressState
    external_id: str
    person_id: int


@dataclass(frozen=True)
class Known:
    """By id; what does not exist any more is not there."""

    prompts: dict[int, Prompt] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    addresses: dict[int, Whereto] = field(default_factory=dict)
    quiet: dict[int, Quiet] = field(default_factory=dict)
    """The quiet hours of programme versions, as far as a message that is late needs them."""
    sessions: dict[int, Standing] = field(default_factory=dict)
    """How invitations stand, by their prompts."""


def load_known(conn: Connection, messages: Sequence[Message], now: datetime) -> Known:
    """Load what messages are about and where they go; nothing that is sealed."""
    asked = {row.id: prompt_from_row(row) for row in _rows(conn, prompts, (one.prompt_id for one in messages))}
    late = {asked[one.prompt_id].version_id for one in messages if one.prompt_id in asked and is_late(one, now)}
    return Known(
        asked,
        {row.id: case_from_row(row) for row in _rows(conn, cases, (one.case_id for one in messages))},
        {
            row.id: Whereto(AddressState(row.state), row.external_id, row.person_id)
            for row in _rows(conn, addresses, (one.address_id for one in messages))
        },
        {version_id: quiet_of(conn, version_id) for version_id in late},
        standings(conn, (one.prompt_id or 0 for one in messages if is_about_one(one))),
    )


def _rows(conn: Connection, table: Table, ids: Iterable[int | None]) -> Sequence[Any]:
    wanted = sorted({one for one in ids if one is not None})
    return conn.execute(_plain(table), {"ids": wanted}).all() if wanted else ()


@cache
def _plain(table: Table) -> Select[Any]:
    """Return what reads rows without their sealed columns, made once: building it costs more than running it."""
    plain = [column for column in table.c if not isinstance(column.type, Sealed)]
    return select(*plain).where(listed_as(table.c.id, "ids"))
