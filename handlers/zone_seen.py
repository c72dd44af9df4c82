"""Her phone's clock goes by another zone than ours does: she is asked once whether she has moved.

The chat page says so when the zone of its browser has changed. Nothing of it is kept but that she was asked.
"""

from sqlalchemy import Connection

from bot.addresses.model import Address, AddressState
from bot.cases import store as cases
from bot.cases.model import Reason
from bot.engine.moving import ask_if_moved
from bot.moves.model import Place
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Priority
from bot.places.zones import is_zone
from handlers.chat.spots import code_of
from handlers.services import Services


def zone_seen(conn: Connection, address: Address, zone: str, services: Services) -> bool:
    """Ask on the page that she is looking at; False where there is nothing to ask, or it was asked lately."""
    if not is_zone(zone) or address.state is not AddressState.WORKING:
        return False
    unresolved = cases.going_on(conn, address.person_id)
    if any(case.reason is Reason.URGENT for case in unresolved):
        return False  # there is something else to speak about
    now = services.clock.now()
    if not ask_if_moved(conn, address.person_id, zone, now):
        return False
    row = outbox.row(
        f"zone:{address.id}:{int(now.timestamp())}",
        Kind.NOTICE,
        address.person_id,
        "zone/elsewhere",
        priority=Priority.REPLY,
        now=now,
        address_id=address.id,
        channel=address.channel,
        account=address.account,
        data={"new_zone": zone, "country": "", "code": code_of(Place("", "", zone))},
    )
    outbox.put(conn, [row])
    return True
