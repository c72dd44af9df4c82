"""When anything falls due next: for clocks that are moved by hand, in stories and in the demo's history."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.cases.store import cases
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT
from bot.dialogues.store import dialogues
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.prompts.store import prompts


def next_due(conn: Connection, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which a prompt, case, message or cry is due; None when nothing is."""
    cry = select(func.min(dialogues.c.updated_at)).where(
        dialogues.c.step == CRY_ASKED, dialogues.c.updated_at > now - CRY_WAIT
    )
    asked = conn.execute(cry).scalar()
    found = [
        conn.execute(
            select(func.min(prompts.c.next_at)).where(prompts.c.next_at > now, prompts.c.error.is_(None))
        ).scalar(),
        conn.execute(select(func.min(cases.c.next_at)).where(cases.c.next_at > now)).scalar(),
        conn.execute(
            select(func.min(outbox.c.next_try_at)).where(
                outbox.c.next_try_at > now, outbox.c.state == OutboxState.WAITING.value
            )
        ).scalar(),
        None if asked is None else asked + CRY_WAIT,
    ]
    return min((at for at in found if at is not None), default=None)
