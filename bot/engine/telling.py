"""Queues a message to a person: which of her addresses carries it, and what it is called.

Called by everything that has something to say; delivery renders and sends it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.addresses.model import MAIL, PULL_ONLY, Address
from bot.addresses.rules import SWITCHED_OFF
from bot.engine.deciding import Reach
from bot.engine.facts import load_facts
from bot.local_time import Quiet, after_quiet
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Priority

NIGHT = Quiet()
"""The hours in which nobody hears of what is not urgent and belongs to no programme with hours of its own."""
WAKES_FOR = timedelta(hours=1)
"""How long an alarm that could not be handed over is still worth waking somebody for; the ladder goes on meanwhile."""

SPEAKS = timedelta(hours=1)
"""How long after her last words in one app what belongs to her case goes there: that is where she looks."""


def not_before_her_morning(conn: Connection, person_id: int, now: datetime, quiet: Quiet = NIGHT) -> datetime:
    """Return when somebody may be told what is not urgent: now, or the end of the night where she is.

    Where she is follows from `PersonFacts.place_now`; for staff it is the zone that they named.
    """
    known = load_facts(conn, [person_id]).get(person_id)
    return now if known is None else after_quiet(now, known.zone_now(now), quiet)


def reach_of(addresses: Sequence[Address]) -> Reach:
    """Return how a person with these working addresses can be reached."""
    carrying = [address for address in addresses if address.shut is None]
    if not carrying:
        return Reach.NONE
    return Reach.PULL if all(address.channel in PULL_ONLY for address in carrying) else Reach.PUSH


def in_turn(addresses: Sequence[Address]) -> list[Address]:
    """Return working addresses in the order in which they are tried: hers, but pushing ones first, shut ones last.

    Behind all of them stand those of channels that are switched off.
    """

    def place(address: Address) -> tuple[object, ...]:
        is_off = address.shut == SWITCHED_OFF
        return is_off, address.shut is not None, address.channel in PULL_ONLY, address.position, address.id

    return sorted(addresses, key=place)


def pick(addresses: Sequence[Address], *, second: bool = False) -> Address | None:
    """Return the address that carries a message: the first, or for `second` the one after it where there is one.

    A channel that is switched off is no second one: nobody sends there, so that her question would only wait.
    """
    turn = in_turn(addresses)
    if not turn:
        return None
    others = [one for one in turn[1:] if one.shut != SWITCHED_OFF] if second else []
    return others[0] if others else turn[0]


def where_she_speaks(addresses: Sequence[Address], now: datetime) -> Address | None:
    """Return the chat in which somebody wrote last, a moment ago; None when there is none that carries something."""
    chats = [one for one in addresses if one.shut is None and one.channel not in PULL_ONLY | {MAIL}]
    heard = [(one.heard_at, one.id, one) for one in chats if one.heard_at is not None and now - one.heard_at <= SPEAKS]
    return max(heard)[2] if heard else None


def message(
    addresses: Sequence[Address], person_id: int, kind: Kind, template: str, *, second: bool = False, **columns: Any
) -> dict[str, Any]:
    """Return a message as a row for `outbox.store.put`; `columns` as `outbox.store.row` takes them."""
    address = pick(addresses, second=second)
    return outbox_store.row(
        person_id=person_id,
        kind=kind,
        template=template,
        address_id=address.id if address else None,
        channel=address.channel if address else None,
        account=address.account if address else None,
        **columns,
    )


def tell(  # noqa: PLR0913 - what a message has
    conn: Connection,
    person_id: int,
    kind: Kind,
    template: str,
    *,
    key: str,
    priority: Priority,
    now: datetime,
    data: dict[str, Any] | None = None,
    about_id: int | None = None,
    prompt_id: int | None = None,
    case_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    second: bool = False,
    avoiding: Collection[str] = (),
) -> bool:
    """Queue one message to one person; False when she has no working address (it is stored as failed then).

    What belongs to a case goes to the chat in which she speaks now, be it not her first: there she waits for it.
    Where channels are named to be avoided, it goes to another or is not queued at all.
    """
    working = addresses_store.working_of(conn, [person_id]).get(person_id, [])
    addresses = [one for one in working if one.channel not in avoiding]
    if avoiding and pick(addresses) is None:
        return False
    here = where_she_speaks(addresses, now) if case_id is not None and not second else None
    row = message(
        addresses if here is None else [here],
        person_id,
        kind,
        template,
        second=second,
        key=key,
        priority=priority,
        now=now,
        data=data,
        about_id=about_id,
        prompt_id=prompt_id,
        case_id=case_id,
        not_before=not_before,
        expires_at=expires_at,
    )
    outbox_store.put(conn, [row])
    return pick(addresses) is not None


def wake(
    conn: Connection,
    person_id: int,
    template: str,
    *,
    key: str,
    now: datetime,
    about_id: int | None = None,
    case_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> bool:
    """Queue an alarm to everything that wakes a member of staff, beside her chat; False when she has nothing of it.

    It leaves through services that are not ours, so the template names no student and says nothing of safety.
    """
    addresses = addresses_store.waking_of(conn, person_id)
    rows = [
        message(
            [address],
            person_id,
            Kind.ALARM,
            template,
            key=key if number == 0 else f"{key}:{number}",
            priority=Priority.ALARM,
            now=now,
            about_id=about_id,
            case_id=case_id,
            data=data,
            expires_at=now + WAKES_FOR,
        )
        for number, address in enumerate(addresses)
    ]
    outbox_store.put(conn, rows)
    return bool(rows)
