"""What follows when an address fails for good: it is marked, and the same message goes to her next working one. One
that only carries nothing now is left as it is: the message goes elsewhere, or waits there until she is heard.

`bot.engine.delivery` calls this inside the transaction that records the failure.
"""

from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.addresses import store as addresses
from bot.addresses.model import WAKE_ONLY, Address, AddressState
from bot.allowances.model import HERS
from bot.engine.delivery_rules import Verdict
from bot.engine.rollcall_life import lost
from bot.engine.telling import in_turn
from bot.journal import store as journal
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Message, OutboxState

log = structlog.get_logger()
_OF_THIS_ADDRESS = frozenset({"enrol/consent", "enrol/consent_staff", "mail/sign_in"})
"""What is asked of one address, or for it, and means nothing on another: whether it is hers, a link to sign in."""
SAID_ELSEWHERE = "said_elsewhere"
"""In the data of a message: her own address has the same in a message of its own."""
_USED = frozenset({AddressState.WORKING, AddressState.PENDING})


def address_failed(conn: Connection, message: Message, found: AddressState, reason: str | None, now: datetime) -> None:
    """Mark the address of a message as gone or wrong, and note it in the journal the first time."""
    address = None if message.address_id is None else addresses.by_id(conn, message.address_id)
    if address is None or address.state not in _USED or address.person_id != message.person_id:
        return  # known already, or somebody else's by now
    addresses.failed(conn, address.id, found, reason, now)
    line = journal.line(
        now,
        "address.failed",
        person_id=address.person_id,
        outbox_id=message.id,
        channel=address.channel,
        state=found.value,
    )
    journal.write(conn, [line])


def reroute(conn: Connection, message: Message, now: datetime) -> bool:
    """Give a message to the next working address of its person; False when there is none.

    What was to wake somebody stays where it is: her chat has the alarm itself.
    """
    if message.channel in WAKE_ONLY or _stays(message):
        return False
    working = addresses.working_of(conn, [message.person_id]).get(message.person_id, [])
    left = [address for address in in_turn(working) if address.id != message.address_id]
    if not left:
        lost(conn, message.person_id, now)
        return False
    _hand_over(conn, message, left[0], "address_failed", now)
    return True


def turned_away(conn: Connection, message: Message, verdict: Verdict, now: datetime) -> bool:
    """Give a message that its address does not carry now to her next one; False when there is none."""
    address = None if message.address_id is None else addresses.by_id(conn, message.address_id)
    why = verdict.reason or "not_now"
    if address is None:
        return False
    known = address.shut is not None
    if why in HERS and message.kind in {Kind.QUESTION, Kind.ALARM}:
        addresses.shut(conn, address.id, why)
    working = addresses.working_of(conn, [message.person_id]).get(message.person_id, [])
    left = [one for one in in_turn(working) if one.id != address.id and one.shut is None]
    if left:
        _hand_over(conn, message, left[0], why, now)
        return True
    lost(conn, message.person_id, now)
    if not known:
        _note(conn, message, "address.shut", now, channel=address.channel, reason=why)
    return False


def elsewhere(conn: Connection, message: Message, why: str, now: datetime) -> bool:
    """Give a message whose address nobody sends to any more to the next one that carries; False when there is none."""
    if _stays(message):
        return False
    working = addresses.working_of(conn, [message.person_id]).get(message.person_id, [])
    left = [one for one in in_turn(working) if one.id != message.address_id and one.shut is None]
    if left:
        _hand_over(conn, message, left[0], why, now)
    return bool(left)


def _stays(message: Message) -> bool:
    return message.template in _OF_THIS_ADDRESS or bool(message.data.get(SAID_ELSEWHERE))


def _hand_over(conn: Connection, message: Message, to: Address, why: str, now: datetime) -> None:
    outbox.update(
        conn,
        message.id,
        state=OutboxState.WAITING.value,
        address_id=to.id,
        channel=to.channel,
        account=to.account,
        next_try_at=now,
        tries=message.tries,
        reason=why,
    )
    _note(conn, message, "message.rerouted", now, channel=message.channel, to=to.channel, reason=why)


def _note(conn: Connection, message: Message, action: str, now: datetime, **detail: str | None) -> None:
    line = journal.line(
        now,
        action,
        person_id=message.person_id,
        actor_id=None,
        prompt_id=message.prompt_id,
        case_id=message.case_id,
        outbox_id=message.id,
        **detail,
    )
    journal.write(conn, [line])


def moved(conn: Connection, address_id: int, external_id: str) -> None:
    """Store the new id that a platform gave a chat; one that is already somebody's stays where it is."""
    try:
        with conn.begin_nested():
            addresses.rename(conn, address_id, external_id)
    except IntegrityError:
        log.warning("delivery.address_taken", address_id=address_id)
