"""The messages of a roll-call, queued for many at once, and taken back when nobody wants them any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, literal, select

from bot.engine.asking import Ask, queue
from bot.engine.reaching import Way
from bot.journal.store import journal
from bot.listed import listed
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.rollcalls.model import KIND


def send(
    conn: Connection,
    name: str,
    prompt_ids: Sequence[int],
    ways: dict[int, Way],
    now: datetime,
    *,
    again: bool = False,
    second: bool = False,
) -> None:
    """Queue the question, or a reminder (`again`), of prompts whose people have these ways; `name` ends their keys."""
    template = "reminder" if again else "question"
    kind = Kind.REMINDER if again else Kind.QUESTION
    ask = Ask(kind, f"{KIND}/{template}", name, second, None, Priority.ROLLCALL)
    queue(conn, [(ask, prompt_ids)], now)
    line = {
        "at": literal(now, journal.c.at.type),
        "person_id": prompts.c.person_id,
        "action": literal("prompt.remind" if again else "prompt.ask"),
        "prompt_id": prompts.c.id,
    }
    told = select(*line.values()).where(listed(prompts.c.id, prompt_ids), listed(prompts.c.person_id, list(ways)))
    conn.execute(journal.insert().from_select(list(line), told))


def withdraw_waiting(conn: Connection, prompt_ids: Sequence[int]) -> None:
    """Take back what has not gone out yet: it is no longer asked."""
    conn.execute(
        outbox.update()
        .where(
            listed(outbox.c.prompt_id, prompt_ids),
            outbox.c.kind.in_([Kind.QUESTION.value, Kind.REMINDER.value]),
            outbox.c.state == OutboxState.WAITING.value,
        )
        .values(state=OutboxState.WITHDRAWN.value, reason="rollcall_closed")
    )
