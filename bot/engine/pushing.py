"""Whether a message can be delivered at its address now, with what its platform lets us send there: looked up, spent,
given back; and what she opens again when she is heard.

Delivery calls it around each try of a channel that counts; `heard` is called for each message of hers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, or_, select, update

from bot.addresses import store as addresses_store
from bot.addresses.model import PULL_ONLY, WINDOWED, Address, AddressState
from bot.allowances import store
from bot.allowances.model import NOT_NOW, Form, Means, Opening, Push, Window
from bot.allowances.rules import can_push, opened, refused, spent, stocked
from bot.engine.asking import ask_now
from bot.engine.delivery_parts import NOTHING_COUNTS, Account, Parcel
from bot.listed import among
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Message, OutboxState, Result, ResultKind
from bot.outbox.store import outbox
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING
from bot.prompts.store import prompts

# Kept, because every message needs them: building a statement costs twice as much as running it.
_WHY = among(outbox.c.reason, sorted(NOT_NOW))
_HELD = and_(outbox.c.state == OutboxState.WAITING.value, outbox.c.next_try_at > bindparam("at"), _WHY)
_LOST = and_(outbox.c.state == OutboxState.FAILED.value, outbox.c.kind == Kind.ALARM.value, _WHY)
_LET_GO = (
    update(outbox)
    .where(outbox.c.person_id == bindparam("whose"), outbox.c.address_id == bindparam("one"), or_(_HELD, _LOST))
    .values(state=OutboxState.WAITING.value, next_try_at=bindparam("at"))
)
_LIES = (
    select(outbox.c.id)
    .where(outbox.c.prompt_id == prompts.c.id, outbox.c.state == OutboxState.ACCEPTED.value)
    .where(among(outbox.c.channel, sorted(PULL_ONLY)))
    .exists()
)
_WAITS = (
    select(outbox.c.id)
    .where(outbox.c.prompt_id == prompts.c.id, outbox.c.kind == Kind.QUESTION.value)
    .where(among(outbox.c.state, [OutboxState.WAITING.value, OutboxState.SENDING.value]))
    .exists()
)
_ASKED_NOWHERE = (
    select(prompts)
    .where(prompts.c.person_id == bindparam("whose"), prompts.c.asked_at.is_(None))
    .where(among(prompts.c.state, sorted(state.value for state in RUNNING)), _LIES, ~_WAITS)
)


def pushes_of(
    conn: Connection,
    addresses: Iterable[Address],
    now: datetime,
    *,
    forms: Mapping[str, Sequence[Form]] | None = None,
    kind: Kind = Kind.QUESTION,
) -> dict[int, Push]:
    """Return for each address whether a message of a kind could be delivered there now, and why not.

    `forms` are those of our accounts, by channel, as `bot.settings_wechat.forms_of` returns them.
    """
    addresses = list(addresses)
    counted = [one.id for one in addresses if one.channel in WINDOWED]
    known = store.of_addresses(conn, counted) if counted else {}
    return {
        one.id: can_push(
            one.state.value,
            known.get(one.id),
            now,
            windowed=one.channel in WINDOWED,
            forms=(forms or {}).get(one.channel, ()),
            kind=kind.value,
        )
        for one in addresses
    }


def take_place(conn: Connection, account: Account, message: Message, state: AddressState, now: datetime) -> Push:
    """Return how a message goes to its address now, and count it there; nothing is counted when it cannot go."""
    if account.channel not in WINDOWED or message.kind is Kind.EDIT or message.address_id is None:
        return NOTHING_COUNTS
    known = store.of_address(conn, message.address_id)
    push = can_push(state.value, known, now, windowed=True, forms=account.forms, kind=message.kind.value)
    if push.means in {Means.MESSAGE, Means.ONCE}:
        store.keep(conn, message.address_id, spent(known, push, now))
    return push


def give_back(conn: Connection, parcel: Parcel, now: datetime) -> None:
    """Give back what was counted for a message that did not go after all."""
    _change_count(conn, parcel, now, -1)


def settle(conn: Connection, account: Account, parcel: Parcel, result: Result, now: datetime) -> bool:
    """Correct the count once a platform has said what became of a message.

    True when it carries nothing now as it is, but may by one of our forms.
    """
    address_id = parcel.message.address_id
    if not _is_counted(parcel) or address_id is None:
        return False
    if result.kind is ResultKind.ACCEPTED:
        _change_count(conn, parcel, now, result.used - 1)
    elif result.kind is ResultKind.NOT_NOW:
        known = refused(store.of_address(conn, address_id), parcel.push, result.reason, now)
        store.keep(conn, address_id, known)
        kind = parcel.message.kind.value
        another = can_push(AddressState.WORKING.value, known, now, windowed=True, forms=account.forms, kind=kind)
        return another.means in {Means.FORM, Means.ONCE} and parcel.push.means is not Means.FORM
    elif result.kind is not ResultKind.OUTCOME_UNKNOWN:
        give_back(conn, parcel, now)
    return False


def heard(
    conn: Connection,
    address: Address,
    now: datetime,
    *,
    opening: tuple[Opening, Window, datetime] | None = None,
    leaves: Sequence[tuple[str, int]] = (),
) -> None:
    """Count what she lets us send from now on, and let what waits for that go.

    `opening`: what she did, what the platform allows after it, and when that was; `leaves`: forms of which she allows
    one more (+1) or none any more (0).
    """
    known = store.of_address(conn, address.id)
    if opening is not None:
        known = opened(known, *opening)
    store.keep(conn, address.id, stocked(known, leaves))
    if address.state is AddressState.WORKING and (opening is not None or any(more > 0 for _, more in leaves)):
        let_go(conn, address, now)


def let_go(conn: Connection, address: Address, now: datetime) -> None:
    """Let an address carry again: what waits for it goes, and what only lies on her page is asked there too."""
    if address.shut is not None:
        addresses_store.shut(conn, address.id, None)
    conn.execute(_LET_GO, {"whose": address.person_id, "one": address.id, "at": now})
    _ask_here(conn, replace(address, shut=None), now)


def look_again(conn: Connection, now: datetime) -> None:
    """Try again what waits for addresses that carried nothing: the service starts, perhaps with other forms."""
    conn.execute(
        update(addresses_store.addresses).where(addresses_store.addresses.c.shut.is_not(None)).values(shut=None)
    )
    waits = (outbox.c.state == OutboxState.WAITING.value, outbox.c.channel.in_(sorted(WINDOWED)))
    why = outbox.c.reason.in_(sorted(NOT_NOW))
    conn.execute(update(outbox).where(*waits, why, outbox.c.next_try_at > now).values(next_try_at=now))


def _ask_here(conn: Connection, address: Address, now: datetime) -> None:
    """Ask what waits for an answer and has reached nobody: it lies on a page that she has not looked at."""
    found = conn.execute(_ASKED_NOWHERE, {"whose": address.person_id})
    rows = [ask_now(prompts_store.from_row(row), [address], now) for row in found]
    outbox_store.put(conn, [row for row in rows if row is not None])


def _change_count(conn: Connection, parcel: Parcel, now: datetime, count: int) -> None:
    address_id = parcel.message.address_id
    if count and address_id is not None and _is_counted(parcel):
        store.keep(conn, address_id, spent(store.of_address(conn, address_id), parcel.push, now, count))


def _is_counted(parcel: Parcel) -> bool:
    return parcel.message.channel in WINDOWED and parcel.message.kind is not Kind.EDIT
