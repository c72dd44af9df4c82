"""The messages of a roll-call, queued for many at once, and taken back when nobody wants them any more."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, text

from bot.engine.reaching import Way
from bot.listed import listed
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.rollcalls.model import KIND
from bot.schema import UtcDateTime

# Each batch is read as JSON: whoever asked has just looked up where, and the database need not do so again per row.
ROWS = {"sqlite": "json_each(:rows)", "postgresql": "json_array_elements(CAST(:rows AS json))"}
"""What a statement selects `value` from, one for each row that `rows` gives it."""
_QUEUE = (
    "INSERT INTO outbox (key, kind, person_id, prompt_id, template, priority, address_id, channel, account, state, "
    "tries, created_at, next_try_at) SELECT 'p:' || (value ->> 0) || :ending, :kind, CAST(value ->> 1 AS bigint), "
    "CAST(value ->> 0 AS bigint), :template, :priority, CAST(value ->> 2 AS bigint), value ->> 3, value ->> 4, "
    ":state, 0, :now, :now FROM {rows} WHERE true ON CONFLICT (key) DO NOTHING"
)
_TELL = (
    "INSERT INTO journal (at, person_id, action, prompt_id) "
    "SELECT :now, CAST(value ->> 1 AS bigint), :action, CAST(value ->> 0 AS bigint) FROM {rows}"
)
_ASKING = (Kind.QUESTION, Kind.REMINDER)
_NOW = bindparam("now", type_=UtcDateTime)
_QUEUEING = {name: text(_QUEUE.format(rows=rows)).bindparams(_NOW) for name, rows in ROWS.items()}
_TELLING = {name: text(_TELL.format(rows=rows)).bindparams(_NOW) for name, rows in ROWS.items()}


def send(
    conn: Connection,
    name: str,
    asked: Sequence[tuple[int, int]],
    ways: Mapping[int, Way],
    now: datetime,
    *,
    again: bool = False,
    second: bool = False,
) -> None:
    """Queue the question, or a reminder (`again`), for whoever has a way; `name` ends the keys of these messages.

    `asked` are the ids of prompts, each with that of its person; `second` takes the second address.
    """
    rows = []
    for prompt_id, person_id in asked:
        if (way := ways.get(person_id)) is not None:
            where = way.second if second else way.first
            rows.append((prompt_id, person_id, where.address_id, where.channel, where.account))
    if not rows:
        return
    same = {
        "rows": json.dumps(rows),
        "ending": f":{name}",
        "kind": (Kind.REMINDER if again else Kind.QUESTION).value,
        "template": f"{KIND}/{'reminder' if again else 'question'}",
        "priority": int(Priority.ROLLCALL),
        "state": OutboxState.WAITING.value,
        "now": now,
    }
    conn.execute(_QUEUEING[conn.dialect.name], same)
    told = {"rows": same["rows"], "action": "prompt.remind" if again else "prompt.ask", "now": now}
    conn.execute(_TELLING[conn.dialect.name], told)


def withdraw_waiting(
    conn: Connection, prompt_ids: Sequence[int], *, kinds: Sequence[Kind] = _ASKING, why: str = "rollcall_closed"
) -> None:
    """Take back what has not gone out yet: it is no longer asked, or what comes behind it says the same."""
    conn.execute(
        outbox.update()
        .where(
            listed(outbox.c.prompt_id, prompt_ids),
            outbox.c.kind.in_([kind.value for kind in kinds]),
            outbox.c.state == OutboxState.WAITING.value,
        )
        .values(state=OutboxState.WITHDRAWN.value, reason=why)
    )
