"""The office invites students by mail: each gets one mail that asks whether it is she and whether to begin.

Nothing else goes to her address before she agrees on the page behind its link. Called by the command.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.addresses.model import AddressState
from bot.engine import mail_addresses
from bot.errors import YanxinError
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Priority
from bot.people import store as people
from bot.people.model import Person, RoleKind
from bot.settings import Settings
from handlers.chat.enrolled import masked

GOOD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Invited:
    """What became of an invitation: `sent` (it is queued), `today` (it was, before), `already`, `no_mail`,
    `no_student` or `not_usable`.
    """

    number: str
    outcome: str


def invite_by_mail(conn: Connection, settings: Settings, numbers: Sequence[str], now: datetime) -> list[Invited]:
    """Queue an invitation for each of these students; YanxinError names every unknown number, nothing is queued then.

    Asked twice on one day it is sent once.
    """
    section = settings.channels.mail
    if not section.enabled:
        raise YanxinError("mail is not enabled; switch it on under [channels.mail] in the settings")
    found = {number: people.by_number(conn, number) for number in numbers}
    unknown = [number for number, person in found.items() if person is None or person.absent_at is not None]
    if unknown:
        raise YanxinError("\n".join(f"{number}: nobody on the roster has this number" for number in unknown))
    present = {number: person for number, person in found.items() if person is not None}
    mail_addresses.sync(conn, section.account, now, [person.id for person in present.values()])
    units = people.unit_paths(conn)
    return [Invited(number, _invite(conn, settings, person, units, now)) for number, person in present.items()]


def students_to_invite(conn: Connection) -> list[str]:
    """Return the numbers of all students with a mail address on the roster, by number."""
    found = people.by_ids(conn, people.ids_with_role(conn, RoleKind.STUDENT))
    return sorted(one.number for one in found.values() if one.email and one.absent_at is None and one.left_at is None)


def _invite(conn: Connection, settings: Settings, person: Person, units: dict[int, str], now: datetime) -> str:
    if not person.has_role(RoleKind.STUDENT):
        return "no_student"
    if not person.email:
        return "no_mail"
    address = mail_addresses.address_of(conn, person.id, settings.channels.mail.account)
    if address is None:
        return "not_usable"
    if address.state is not AddressState.PENDING:
        return "already" if address.state is AddressState.WORKING else "not_usable"
    data = {"masked": masked(person), "unit": units.get(person.unit_id or 0, ""), "link": 0, "vouched": True}
    key = f"mail-invite:{address.id}:{now.date().isoformat()}"
    if outbox.has_key(conn, key):
        return "today"
    row = outbox.row(
        key,
        Kind.REPLY,  # the only kind that a pending address may get
        person.id,
        "enrol/consent",
        priority=Priority.BULK,
        now=now,
        address_id=address.id,
        channel=address.channel,
        account=address.account,
        data=data,
        expires_at=now + GOOD_FOR,
    )
    outbox.put(conn, [row])
    return "sent"
