"""Delivery to a platform that accepts everything at once: what `scheduler.deliver` does, without a channel to call.

The usual messages are decided by delivery's own rules and stored for a whole batch with a handful of statements; what
is not wanted any more, or fails, goes through delivery's own transactions one by one. `bot.simulation.run` calls it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses.model import WINDOWED
from bot.allowances.model import Means
from bot.engine.delivery import Account, Room, Tools, claim, record, recover
from bot.engine.delivery_parts import Parcel
from bot.engine.delivery_rules import before_edit, before_try
from bot.engine.pushing import give_back
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Message, OutboxState, Rendered, Result, ResultKind
from bot.outbox.store import attempts, outbox
from bot.simulation.post_facts import Known, load
from bot.storage import state

BATCH = 500
HOLDER = "simulation"
NOTHING = Rendered("")
"""What every message says: counting needs no words."""
Accepted = Callable[[Connection, Account, Sequence[Message], datetime, Mapping[int, int]], None]
"""Hears last, by message, for how many its address had room until she writes again, where that is counted."""


@dataclass
class Post:
    """Sends for one account; `accepted` hears of every batch of messages that the platform took."""

    account: Account
    tools: Tools
    accepted: Accepted
    _epoch: int = 0

    def begin(self, conn: Connection, now: datetime, end: datetime) -> None:
        """Take the account over until the end; what a copied service left in the middle has an unknown outcome."""
        self._epoch = state.take_lease(conn, self.account.lease, HOLDER, now, end - now) or 0
        recover(conn, self.account, self.tools, now)

    @property
    def name(self) -> tuple[str, str]:
        """Return channel and account."""
        return self.account.channel, self.account.account

    def work_off(self, conn: Connection, now: datetime) -> int:
        """Send everything that may go now; return how many messages were dealt with."""
        total = 0
        while ready := outbox_store.ready(conn, *self.name, now, BATCH):
            usual = self._usual(conn, ready, now)
            if usual:
                self._accept(conn, usual, now)
            total += len(usual)
            if len(usual) < len(ready):
                total += self._one_by_one(conn, now)
            elif len(ready) < BATCH:
                break
        return total

    def _usual(self, conn: Connection, ready: Sequence[Message], now: datetime) -> list[Message]:
        """Return the messages that are to be sent; those that are not wanted, or not yet, are for delivery itself."""
        if self.account.channel in WINDOWED:  # whether it may go is for delivery to look up
            return []
        known = load(conn, ready)
        return [
            message
            for message in ready
            if before_try(
                message,
                now,
                prompt=known.prompts.get(message.prompt_id or 0),
                case=known.cases.get(message.case_id or 0),
                address=known.addresses.get(message.address_id or 0),
            )
            is None
            and (message.edits_attempt_id is None or self._can_edit(message, known, now))
        ]

    def _can_edit(self, message: Message, known: Known, now: datetime) -> bool:
        original = known.originals.get(message.edits_attempt_id or 0)
        latest = message.id in known.latest_edits
        return before_edit(original, now, can_edit=self.account.can_edit, is_latest=latest) is None

    def _accept(self, conn: Connection, messages: Sequence[Message], now: datetime) -> None:
        ids = [message.id for message in messages]
        conn.execute(
            outbox.update()
            .where(outbox.c.id.in_(ids))
            .values(state=OutboxState.ACCEPTED.value, tries=outbox.c.tries + 1, reason=None, accepted_at=now)
        )
        conn.execute(
            attempts.insert(),
            [
                {
                    "outbox_id": message.id,
                    "address_id": message.address_id,
                    "body": NOTHING.to_json(),
                    "epoch": self._epoch,
                    "started_at": now,
                    "finished_at": now,
                    "result": ResultKind.ACCEPTED.value,
                    "external_id": message.key,
                }
                for message in messages
            ],
        )
        if self.account.can_push:
            asking = {Kind.QUESTION, Kind.REMINDER}
            self.tools.asked(conn, [m.prompt_id for m in messages if m.prompt_id and m.kind in asking], now)
        self.accepted(conn, self.account, messages, now, {})

    def _one_by_one(self, conn: Connection, now: datetime) -> int:
        taken, parcels = claim(conn, self.account, self.tools, self._epoch, now, Room(BATCH, BATCH))
        for parcel in parcels:
            result = Result(ResultKind.ACCEPTED, external_id=parcel.message_ref or parcel.message.key)
            record(conn, self.account, self.tools, parcel, result, now, 0.0)
            if _is_passive(parcel):
                give_back(conn, parcel, now)
        left = {parcel.message.id: parcel.push.left for parcel in parcels if not _is_passive(parcel)}
        counted = {message_id: room for message_id, room in left.items() if room}
        self.accepted(conn, self.account, [parcel.message for parcel in parcels], now, counted)
        return taken


def _is_passive(parcel: Parcel) -> bool:
    """Tell whether a message goes inside the platform's own call: a reply, which takes no place there."""
    return parcel.message.kind is Kind.REPLY and parcel.push.means is Means.MESSAGE
