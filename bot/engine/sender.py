"""Who wrote: the address, whose it is, and whether anything waits for her words, by one look for each message."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam

from bot.addresses.model import Address
from bot.addresses.store import IN_JOIN, addresses, from_join
from bot.dialogues.store import dialogues
from bot.people.model import Person
from bot.people.store import WITH_ROLES, from_rows, people


@dataclass(frozen=True)
class Sender:
    """An address that a message came from, and its person; `is_idle`: no step of a dialogue waits for her."""

    address: Address
    person: Person
    is_idle: bool


# Kept, because every message needs it: building a statement costs twice as much as running it.
_KNOWN = (
    WITH_ROLES.add_columns(*IN_JOIN, dialogues.c.step.label("waits_in"))
    .join(addresses, addresses.c.person_id == people.c.id)
    .outerjoin(dialogues, dialogues.c.person_id == people.c.id)
    .where(
        addresses.c.channel == bindparam("channel"),
        addresses.c.account == bindparam("account"),
        addresses.c.external_id == bindparam("external_id"),
    )
)


def known(conn: Connection, channel: str, account: str, external_id: str) -> Sender | None:
    """Return whom a platform's sender is, linked or not; None for a stranger."""
    sent_by = {"channel": channel, "account": account, "external_id": external_id}
    rows = conn.execute(_KNOWN, sent_by).all()
    return Sender(from_join(rows[0]), from_rows(rows), rows[0].waits_in is None) if rows else None
