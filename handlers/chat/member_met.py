"""Somebody opens our app in a directory that the school itself keeps: her id there is her number on the roster.

She needs no invitation; like whoever follows one she is asked whether it is she, and nothing is hers before she agrees.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import VOUCHED, Address, AddressState
from bot.inbox.model import InboxRow, Incoming, Said
from bot.journal import store as journal
from bot.people.store import by_number

_SILENT = frozenset({Said.BLOCKED, Said.MIGRATED, Said.OTHER})


def met(
    conn: Connection, row: InboxRow, incoming: Incoming, known: Address | None, now: datetime
) -> tuple[Address | None, Incoming]:
    """Return a pending address for a member whom the roster has and we have not, and what she says.

    `known` is an address that was taken back: her own stays so, somebody else's becomes hers. Whoever just opened the
    app says as much as with an empty message, and is asked by it.
    """
    if row.channel not in VOUCHED or incoming.said in _SILENT:
        return known, incoming
    person = by_number(conn, row.sender)
    if person is None or person.absent_at is not None or person.left_at is not None:
        return known, incoming
    if known is not None and known.person_id == person.id:
        return known, incoming
    journal.write(conn, [journal.line(now, "enrol.followed", person_id=person.id, channel=row.channel)])
    address = addresses.put(conn, person.id, row.channel, row.account, row.sender, AddressState.PENDING, now)
    opened = incoming.said in {Said.ENTERED, Said.UNBLOCKED}
    return address, replace(incoming, said=Said.TEXT, text="") if opened else incoming
