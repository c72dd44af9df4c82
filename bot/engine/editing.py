"""Old messages of an answered prompt: each is edited so that nobody presses its buttons in vain."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Priority, ResultKind
from bot.outbox.store import attempts, outbox
from bot.prompts.model import Prompt

_ARRIVED = (
    select(attempts.c.id, attempts.c.address_id, outbox.c.channel, outbox.c.account)
    .join(outbox, outbox.c.id == attempts.c.outbox_id)
    .where(
        outbox.c.prompt_id == bindparam("prompt_id"),
        outbox.c.kind.in_([Kind.QUESTION.value, Kind.REMINDER.value]),
        attempts.c.result == ResultKind.ACCEPTED.value,
        attempts.c.address_id.is_not(None),
    )
)


def mark_answered(conn: Connection, prompt: Prompt, answer_id: int, now: datetime) -> None:
    """Queue an edit for every message of a prompt that has arrived, whichever channel carried it.

    Delivery drops it where the channel cannot edit: there the old button explains itself.
    """
    outbox_store.put(
        conn,
        [
            outbox_store.row(
                f"edit:{row.id}:{answer_id}",
                Kind.EDIT,
                prompt.person_id,
                "edit/answered",
                priority=Priority.EDIT,
                now=now,
                address_id=row.address_id,
                channel=row.channel,
                account=row.account,
                prompt_id=prompt.id,
                edits_attempt_id=row.id,
            )
            for row in conn.execute(_ARRIVED, {"prompt_id": prompt.id})
        ],
    )
