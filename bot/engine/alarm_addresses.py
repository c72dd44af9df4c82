"""Gives those members of staff an address that wakes them for whom the settings name alarm URLs. The URLs themselves
stay in the settings: the address only says that there are some. Called at the start and from time to time.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.engine.duty_rotas import staff_of
from bot.journal import store as journal
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox

CHANNEL = "apprise"
ACCOUNT = "apprise"


def sync(conn: Connection, numbers: Collection[str], now: datetime) -> int:
    """Make addresses say who has alarm URLs, with a line in the journal for each change; return how many changed.

    A number that is nobody's yet has none until the roster knows it.
    """
    staff = staff_of(conn, sorted(numbers))
    query = select(addresses.c.id, addresses.c.external_id, addresses.c.person_id, addresses.c.state)
    known = {row.external_id: row for row in conn.execute(query.where(addresses.c.channel == CHANNEL))}
    lines = []
    for number, person in staff.items():
        row = known.get(number)
        if row is None or row.person_id != person.id or row.state != AddressState.WORKING.value:
            addresses_store.put(conn, person.id, CHANNEL, ACCOUNT, number, AddressState.WORKING, now)
            lines.append(journal.line(now, "alarm.address_added", person_id=person.id))
    for number, row in known.items():
        if number not in staff and row.state == AddressState.WORKING.value:
            addresses_store.set_state(conn, row.id, AddressState.REVOKED)
            # Nobody may be left who sends for this channel, and then what waits there would wait for ever.
            waiting = outbox.update().where(outbox.c.address_id == row.id, outbox.c.state == OutboxState.WAITING.value)
            conn.execute(waiting.values(state=OutboxState.WITHDRAWN.value, reason="address_removed"))
            lines.append(journal.line(now, "alarm.address_removed", person_id=row.person_id))
    journal.write(conn, lines)
    return len(lines)
