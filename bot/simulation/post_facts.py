"""What delivery's rules must know of a batch of messages, loaded at once; `bot.simulation.post` calls it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, func, select

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.cases.model import Case
from bot.cases.store import cases
from bot.cases.store import from_row as case_from_row
from bot.outbox.model import Message, Sent
from bot.outbox.store import attempts, outbox
from bot.prompts.model import Prompt
from bot.prompts.store import from_row as prompt_from_row
from bot.prompts.store import prompts


@dataclass(frozen=True)
class Known:
    """By id: prompts, cases, states of addresses, the tries that edits change, and which edits are the latest."""

    prompts: dict[int, Prompt]
    cases: dict[int, Case]
    addresses: dict[int, AddressState]
    originals: dict[int, Sent]
    latest_edits: frozenset[int]


def load(conn: Connection, messages: Sequence[Message]) -> Known:
    """Load what up to some hundred messages are about."""
    edited = {message.edits_attempt_id for message in messages}
    last = select(func.max(outbox.c.id)).group_by(outbox.c.edits_attempt_id)
    tries = select(attempts.c.id, attempts.c.result, attempts.c.external_id)
    states = select(addresses.c.id, addresses.c.state)
    return Known(
        prompts={
            row.id: prompt_from_row(row)
            for row in _rows(conn, select(prompts), prompts.c.id, {message.prompt_id for message in messages})
        },
        cases={
            row.id: case_from_row(row)
            for row in _rows(conn, select(cases), cases.c.id, {message.case_id for message in messages})
        },
        addresses={
            row.id: AddressState(row.state)
            for row in _rows(conn, states, addresses.c.id, {message.address_id for message in messages})
        },
        originals={row.id: Sent(row.result, row.external_id) for row in _rows(conn, tries, attempts.c.id, edited)},
        latest_edits=frozenset(row[0] for row in _rows(conn, last, outbox.c.edits_attempt_id, edited)),
    )


def _rows(conn: Connection, query: Select[Any], column: Column[Any], ids: set[int | None]) -> Sequence[Row[Any]]:
    wanted = sorted(found for found in ids if found is not None)
    return conn.execute(query.where(column.in_(wanted))).all() if wanted else ()
