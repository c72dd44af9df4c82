"""Asks a batch of people, and asks again: members, prompts, messages and journal in one transaction.

`bot.engine.rollcall_steps` calls these with the next people in the order of their ids.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select, text, update

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.engine.reaching import Way, can_be_asked, ways_of
from bot.engine.rollcall_people import Meant
from bot.engine.rollcall_telling import ROWS, send, withdraw_waiting
from bot.listed import listed
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.prompts.model import RUNNING, State
from bot.prompts.store import prompts
from bot.rollcalls.model import KIND, MemberState, Rollcall
from bot.rollcalls.rules import AFTER, REMIND_AGAIN, TIME_TO_ANSWER
from bot.rollcalls.store import move
from bot.schema import UtcDateTime

# One statement for a batch that reads it as JSON: a statement for each takes four times as long, and a look into the
# members just written, of which PostgreSQL knows nothing yet, grows with every batch.
_INTO_MEMBERS = (
    "INSERT INTO rollcall_members (person_id, country, city, zone, state, rollcall_id, at) "
    "SELECT CAST(value ->> 0 AS bigint), value ->> 1, value ->> 2, value ->> 3, value ->> 4, :rollcall, :now FROM "
)
_INTO_PROMPTS = (
    "INSERT INTO prompts (person_id, zone, item, kind, occasion, version_id, state, opens_at, due_at, step, "
    "late_by_seconds) SELECT CAST(value ->> 0 AS bigint), value ->> 3, :kind, :kind, :occasion, :version, :state, "
    ":opened, :due, 0, 0 FROM "
)
_INSTANTS = [bindparam(name, type_=UtcDateTime) for name in ("now", "opened", "due")]
_MEMBERS = {name: text(_INTO_MEMBERS + rows).bindparams(_INSTANTS[0]) for name, rows in ROWS.items()}
_PROMPTS = {
    name: text(f"{_INTO_PROMPTS}{rows} RETURNING id, person_id").bindparams(*_INSTANTS[1:])
    for name, rows in ROWS.items()
}
_UNDER_WAY = (OutboxState.WAITING.value, OutboxState.SENDING.value, OutboxState.ACCEPTED.value)


def ask(conn: Connection, rollcall: Rollcall, found: Sequence[Meant], version_id: int, now: datetime) -> None:
    """Make members of people who are not in it yet, and ask them."""
    if not found:
        return
    ids = [one.person_id for one in found]
    ways = ways_of(conn, ids)
    asks, cannot = MemberState.NOT_ASKED.value, MemberState.UNREACHED.value
    rows = json.dumps(
        [
            [one.person_id, one.country, one.city, one.zone, asks if can_be_asked(ways.get(one.person_id)) else cannot]
            for one in found
        ]
    )
    conn.execute(_MEMBERS[conn.dialect.name], {"rows": rows, "rollcall": rollcall.id, "now": now})
    opened = rollcall.opened_at or now
    same = {
        "kind": KIND,
        "occasion": rollcall.occasion,
        "version": version_id,
        "state": State.OPEN.value,
        "opened": opened,
        "due": opened + AFTER[-1],
    }
    mine = [(row.id, row.person_id) for row in conn.execute(_PROMPTS[conn.dialect.name], same | {"rows": rows})]
    send(conn, "roll:0", mine, ways, now)


def prompts_of(conn: Connection, rollcall: Rollcall, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """Return id, person_id, state and asked_at of the prompts of people in a roll-call, locked.

    Whoever locks both locks prompts before members: as delivery and signs of life do.
    """
    query: Select[Any] = select(prompts.c.id, prompts.c.person_id, prompts.c.state, prompts.c.asked_at).where(
        listed(prompts.c.person_id, ids), prompts.c.item == KIND, prompts.c.occasion == rollcall.occasion
    )
    return conn.execute(query.order_by(prompts.c.id).with_for_update(key_share=True)).all()


def ask_again(conn: Connection, rollcall: Rollcall, ids: Sequence[int], now: datetime) -> None:
    """Remind those of these people who have had the question and said nothing, and ask whom it never got to."""
    running = [row for row in prompts_of(conn, rollcall, ids) if row.state in RUNNING]
    ways = ways_of(conn, [row.person_id for row in running])
    lost = [row.person_id for row in running if row.asked_at is None and not can_be_asked(ways.get(row.person_id))]
    move(conn, rollcall.id, lost, [MemberState.NOT_ASKED], MemberState.UNREACHED, now)
    _remind(conn, rollcall, [row for row in running if _has_had_it(row, now)], ways, now)
    waiting = [row for row in running if row.asked_at is None and row.person_id in ways]
    under_way = _under_way(conn, [row.id for row in waiting])
    anew = [row for row in waiting if row.id not in under_way]
    if anew:
        withdraw_waiting(conn, [row.id for row in anew])
        send(conn, f"roll:{rollcall.step}", [(row.id, row.person_id) for row in anew], ways, now)
        can = [row.person_id for row in anew if can_be_asked(ways[row.person_id])]
        move(conn, rollcall.id, can, [MemberState.UNREACHED], MemberState.NOT_ASKED, now)


def _under_way(conn: Connection, prompt_ids: Sequence[int]) -> set[int]:
    """Return the prompts whose question lies somewhere, or waits for an address that works."""
    query = (
        select(outbox.c.prompt_id)
        .join(addresses, addresses.c.id == outbox.c.address_id)
        .where(
            listed(outbox.c.prompt_id, prompt_ids),
            outbox.c.state.in_(_UNDER_WAY),
            addresses.c.state == AddressState.WORKING.value,
        )
    )
    return set(conn.execute(query).scalars())


def _has_had_it(row: Row[Any], now: datetime) -> bool:
    return row.asked_at is not None and row.asked_at <= now - TIME_TO_ANSWER


def _remind(
    conn: Connection, rollcall: Rollcall, rows: Sequence[Row[Any]], ways: dict[int, Way], now: datetime
) -> None:
    there = [row for row in rows if row.person_id in ways]
    if not there:
        return
    ids = [row.id for row in there]
    conn.execute(update(prompts).where(listed(prompts.c.id, ids)).values(state=State.LATE.value, reminded_at=now))
    mine = [(row.id, row.person_id) for row in there]
    # What an outage still holds back says the same: her page has shown it to her meanwhile.
    withdraw_waiting(conn, ids, kinds=[Kind.QUESTION], why="later_one")
    second = rollcall.step == REMIND_AGAIN
    send(conn, f"roll:{rollcall.step}", mine, ways, now, again=True, second=second)
