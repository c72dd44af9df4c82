"""A message arrives: it becomes a row of the inbox, committed before the platform is told that we have it.

Every channel calls this, from its poll or its webhook; nothing is decided here but whether it is a cry for help.
"""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from bot.inbox import store as inbox
from bot.inbox.model import InboxState
from bot.inbox.rules import cry_in


class Nudge(Protocol):
    """Wakes whoever works off the inbox and sends; `cry`: what came is a cry for help, and waits for nothing else."""

    def __call__(self, *, cry: bool = False) -> None: ...


def receive(  # noqa: PLR0913 - what a platform says of an update
    conn: Connection,
    channel: str,
    account: str,
    external_id: str,
    sender: str,
    raw: dict[str, Any],
    *,
    text: str,
    now: datetime,
    ignored: bool = False,
) -> int | None:
    """Store a raw update and return its id; None when this very update is there already.

    `text` is what she wrote or the data of the button she pressed, so that cries for help overtake; an `ignored`
    update is only counted.
    """
    return inbox.add(
        conn,
        channel,
        account,
        external_id,
        sender=sender,
        raw=raw,
        urgent=is_urgent(text),
        now=now,
        state=InboxState.IGNORED if ignored else InboxState.NEW,
    )


def is_urgent(text: str) -> bool:
    """Tell whether a text or the data of a button is a cry for help."""
    answered = text.startswith(("answer:", "roll:")) and text.endswith(":urgent")
    pressed = answered or text in {"volunteer:urgent", "sos:yes"}
    return pressed or cry_in(text) is not None
