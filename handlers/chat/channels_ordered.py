"""She sees where we write to her, in plain words, and says where first: in chat, and on her page (`handlers.web`)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import PULL_ONLY, AddressState
from bot.addresses.rules import Way, moved
from bot.engine.second_channel import to_add
from bot.journal import store as journal
from bot.ledger import live_of, ways_of
from handlers.context import Chat

ENOUGH = 2
"""So many proven channels are enough: none is offered beside them."""
KNOWN = frozenset({AddressState.WORKING, AddressState.GONE, AddressState.WRONG})
"""States of which she is told: what she took back or never finished is nothing that we write to."""


def asked(chat: Chat) -> None:
    """Show her channels in her order, with a button for each that could come first."""
    live = live_of(chat.services.settings)
    ways = hers(ways_of(chat.conn, [chat.person.id], chat.now, live).get(chat.person.id, []))
    settings, person_id = chat.services.settings, chat.person.id
    few = sum(way.address.is_proven for way in ways) < ENOUGH
    more = to_add(chat.conn, settings, person_id, [way.address for way in ways], chat.real_now) if few else {}
    shown_ways = [shown(way, number) for number, way in enumerate(ways, start=1)]
    chat.say("channels/shown", **{"ways": shown_ways, "could_add": []} | more)


def pressed(chat: Chat, value: str) -> bool:
    """Put one of her channels first; False when the button names none."""
    what, _, number = value.partition(":")
    if what != "first" or not (number.isascii() and number.isdecimal() and len(number) < 16):  # noqa: PLR2004 - sane ids
        return False
    if not put_first(chat.conn, chat.person.id, int(number), chat.now):
        return False
    asked(chat)
    return True


def put_first(conn: Connection, person_id: int, address_id: int, now: datetime) -> bool:
    """Let an address of hers be tried before the others; False when it is not hers."""
    order = order_of(conn, person_id)
    if address_id not in order:
        return False
    _keep(conn, person_id, [address_id, *(one for one in order if one != address_id)], now)
    return True


def move(conn: Connection, person_id: int, address_id: int, now: datetime, *, up: bool) -> None:
    """Move an address of hers one place; one that is not hers moves nothing."""
    order = order_of(conn, person_id)
    changed = moved(order, address_id, up=up)
    if changed != order:
        _keep(conn, person_id, changed, now)


def _keep(conn: Connection, person_id: int, order: list[int], now: datetime) -> None:
    addresses.put_in_order(conn, person_id, order)
    journal.write(conn, [journal.line(now, "person.channels_ordered", person_id=person_id)])


def order_of(conn: Connection, person_id: int) -> list[int]:
    """Return the ids of her addresses that she is told of, in her order."""
    mine = addresses.all_of(conn, [person_id]).get(person_id, [])
    return [one.id for one in _in_order(mine) if one.state in KNOWN]


def hers(ways: list[Way]) -> list[Way]:
    """Return the ways that she is told of, as they are tried: a page that waits for her comes after what pushes."""
    known = [way for way in ways if way.address.state in KNOWN]
    return sorted(known, key=lambda way: way.address.channel in PULL_ONLY)


def shown(way: Way, number: int) -> dict[str, Any]:
    """Return a way as plain values for a template."""
    address = way.address
    return {
        "id": address.id,
        "number": number,
        "channel": address.channel,
        "can": way.can.value,
        "why": way.why,
        "until": way.until,
        "left": way.left,
        "proven": address.is_proven,
        "ok_at": address.last_ok_at,
        "heard_at": address.heard_at,
        "failed_at": address.last_failed_at,
        "pushes": address.channel not in PULL_ONLY,
    }


def _in_order(mine: list[Any]) -> list[Any]:
    return sorted(mine, key=lambda one: one.channel in PULL_ONLY)
