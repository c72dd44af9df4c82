"""What delivery works with: an account of ours, its tools, a parcel; and what it asks about each of them.

`bot.engine.delivery` and `bot.engine.delivery_together` share it; `scheduler.deliver` gets it from the former.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.allowances.model import Form, Means, Push
from bot.engine.delivery_rules import Verdict, before_try
from bot.engine.known import Known
from bot.engine.session_standing import not_wanted
from bot.outbox.model import Kind, Message, OutboxState, Priority, Rendered
from bot.storage import state

ASKING = frozenset({Kind.QUESTION, Kind.REMINDER})
NOTHING_COUNTS = Push(Means.MESSAGE)
"""How a message goes where nobody counts."""


@dataclass(frozen=True)
class Account:
    """One of our accounts, as delivery sees it, and the lease under which one process sends for it."""

    channel: str
    account: str
    can_edit: bool
    can_push: bool
    forms: tuple[Form, ...] = ()
    """What its platform has approved for what goes to somebody who has not been heard for long."""

    @property
    def lease(self) -> str:
        """Return the name of the lease."""
        return f"send:{self.channel}:{self.account}"[:96]


@dataclass(frozen=True)
class Tools:
    """What delivery needs of the rest: how a message is written, and what follows when a question got out.

    `given_up` hears of each message that expired, failed or stays unknown, inside the transaction that stores it.
    """

    compose: Callable[[Connection, Message], Rendered]
    asked: Callable[[Connection, Sequence[int], datetime], object]
    given_up: Callable[[Message, OutboxState], object] = lambda _message, _state: None
    compose_all: Callable[[Connection, Sequence[Message], Known], list[Rendered]] | None = None


@dataclass(frozen=True)
class Parcel:
    """A claimed message, written and addressed; `message_ref` is set for an edit, `push` says how it goes.

    `pieces`: how many messages of its platform it takes, as whoever sends it has counted.
    """

    message: Message
    attempt_id: int
    external_id: str
    body: Rendered
    epoch: int
    message_ref: str | None = None
    push: Push = NOTHING_COUNTS
    pieces: int = 1


@dataclass(frozen=True)
class Room:
    """How many messages may be claimed, and how many are under way by address; None: nobody counts those.

    Of `urgent` at most `ordinary` are no alarm and no reply, and `alarms` are kept for alarms.
    """

    urgent: int
    ordinary: int
    alarms: int = 0
    busy: Mapping[int, int] | None = None

    @property
    def least(self) -> Priority:
        """Return the least important that may be claimed."""
        if self.urgent <= self.alarms:
            return Priority.ALARM
        return Priority.EDIT if self.ordinary else Priority.REPLY


def wanted(message: Message, known: Known, now: datetime) -> Verdict | None:
    """Decide whether a message is still wanted: None to send it, else what becomes of it instead."""
    address = known.addresses.get(message.address_id or 0)
    if address is not None and address.person_id != message.person_id:
        address = None  # it has changed hands since this was queued
    prompt = known.prompts.get(message.prompt_id or 0)
    untrue = not_wanted(message, known.sessions.get(message.prompt_id or 0))
    return untrue or before_try(
        message,
        now,
        prompt=prompt,
        case=known.cases.get(message.case_id or 0),
        address=None if address is None else address.state,
        quiet=None if prompt is None else known.quiet.get(prompt.version_id),
    )


def is_ours(conn: Connection, account: Account, parcel: Parcel) -> bool:
    """Tell whether this process still sends for the account under whose lease a parcel was claimed."""
    return state.epoch_of(conn, account.lease) == parcel.epoch
