"""A server reports that a mail of ours did not arrive: the message goes on to her next address, and staff see it.

Only an address that is wrong for certain is marked so. A full mailbox or a refusal of our mail is not her fault; that
message goes elsewhere all the same.
"""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.addresses.model import AddressState
from bot.engine.rerouting import address_failed, reroute
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.outbox import store as outbox
from bot.outbox.model import OutboxState

log = structlog.get_logger()
_KEEPS_ADDRESS = ("5.2.2", "5.2.3", "5.3.", "5.7.", "5.4.3", "5.4.6", "5.6.")
"""Statuses that say nothing about the address: full, too large, the server's or our own trouble, unwelcome mail."""


def bounced(conn: Connection, data: str, now: datetime) -> None:
    """Take a report (the reference of our mail, and a status) that a server gave for good."""
    reference, _, status = data.partition("|")
    link = links.find(conn, reference, LinkPurpose.REPLY)
    message = outbox.by_id(conn, link.outbox_id) if link is not None and link.outbox_id is not None else None
    if link is None or message is None:
        log.warning("mail.bounce_of_nothing_of_ours")
        return
    journal.write(
        conn,
        [journal.line(now, "mail.bounced", person_id=link.person_id, outbox_id=message.id, status=status or "none")],
    )
    if message.address_id != link.address_id:
        return  # it has gone to another address since
    if not status.startswith(_KEEPS_ADDRESS):
        address_failed(conn, message, AddressState.WRONG, "bounced", now)
    if message.state in {OutboxState.ACCEPTED, OutboxState.UNKNOWN} and not reroute(conn, message, now):
        values = {"state": OutboxState.FAILED.value, "reason": "bounced"}
        outbox.update(conn, message.id, **values)
        log.info("mail.bounced_for_good", outbox_id=message.id)
