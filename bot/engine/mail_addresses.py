"""Makes mail addresses of the roster addresses of people. Called at the start, after every import and by invitations.

The school vouches for the address. A member of staff is reached there at once, after every chat: alarms must arrive. A
student is asked nothing there before she has agreed on the page of an invitation that went to it: her address is
pending until then, so that a slip in the roster never tells a stranger anything about her.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import MAIL, Address, AddressState
from bot.addresses.store import addresses
from bot.journal import store as journal
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.people.model import STAFF_ROLES, Person, RoleKind
from bot.people.store import people

LONGEST = 128
_GONE = "not_on_roster"


def sync(conn: Connection, account: str, now: datetime, only: Collection[int] | None = None) -> int:
    """Make addresses say what the roster says, a line in the journal for each change; return how many changed.

    `only`: these people and no others. Two people with one address share no mailbox: the first has it.
    """
    wanted = {_mailbox(person): person for person in reversed(_with_mail(conn, only))}
    known = _known(conn, account, only)
    lines = []
    for mailbox, person in sorted(wanted.items()):
        before = known.get(mailbox) or addresses_store.by_external(conn, MAIL, account, mailbox)
        if before is not None and before.state is not AddressState.REVOKED:
            if before.person_id == person.id or only is not None:
                continue
        elif before is not None and before.person_id == person.id and before.reason != _GONE:
            continue  # she took it back herself
        _put(conn, person, account, mailbox, now)
        lines.append(journal.line(now, "mail.address_added", person_id=person.id))
    for mailbox, address in known.items():
        if address.state is not AddressState.REVOKED and mailbox not in wanted:
            _take_back(conn, address)
            lines.append(journal.line(now, "mail.address_removed", person_id=address.person_id))
    journal.write(conn, lines)
    return len(lines)


def address_of(conn: Connection, person_id: int, account: str) -> Address | None:
    """Return the mail address that a person has, whatever its state but taken back."""
    found = addresses_store.all_of(conn, [person_id]).get(person_id, [])
    ours = (one for one in found if one.channel == MAIL and one.account == account)
    return next((one for one in ours if one.state is not AddressState.REVOKED), None)


def shared(conn: Connection, now_listed: Mapping[str, tuple[str, str]] | None = None) -> list[tuple[str, list[str]]]:
    """Return the mail addresses that more than one person has, each with who, the one who is written to there first.

    `now_listed`: what a roster says that is not stored yet, name and mail by number.
    """
    said = {one.number: (one.name, _mailbox(one)) for one in _with_mail(conn, None)}
    said |= {number: (name, mailbox.strip().lower()) for number, (name, mailbox) in (now_listed or {}).items()}
    found: dict[str, list[str]] = {}
    for number, (name, mailbox) in said.items():
        if mailbox:
            found.setdefault(mailbox, []).append(f"{number} {name}".strip())
    return [(mailbox, people) for mailbox, people in sorted(found.items()) if len(people) > 1]


def _with_mail(conn: Connection, only: Collection[int] | None) -> list[Person]:
    ids = sorted(only) if only is not None else list(conn.execute(select(people.c.id).order_by(people.c.id)).scalars())
    found: list[Person] = []
    for start in range(0, len(ids), 500):
        found += people_store.by_ids(conn, ids[start : start + 500]).values()
    present = [one for one in found if one.absent_at is None and one.left_at is None]
    return sorted((one for one in present if 0 < len(_mailbox(one)) <= LONGEST), key=lambda one: one.id)


def _known(conn: Connection, account: str, only: Collection[int] | None) -> dict[str, Address]:
    query = select(addresses.c.person_id).where(addresses.c.channel == MAIL, addresses.c.account == account)
    ids = set(conn.execute(query).scalars())
    if only is not None:
        ids &= set(only)
    hers = addresses_store.all_of(conn, ids)
    ours = (one for several in hers.values() for one in several)
    return {one.external_id: one for one in ours if one.channel == MAIL and one.account == account}


def _put(conn: Connection, person: Person, account: str, mailbox: str, now: datetime) -> None:
    is_staff = person.has_role(*STAFF_ROLES) and not person.has_role(RoleKind.STUDENT)
    state = AddressState.WORKING if is_staff else AddressState.PENDING
    addresses_store.put(conn, person.id, MAIL, account, mailbox, state, now)


def _take_back(conn: Connection, address: Address) -> None:
    addresses_store.set_state(conn, address.id, AddressState.REVOKED, _GONE)
    waiting = outbox.update().where(outbox.c.address_id == address.id, outbox.c.state == OutboxState.WAITING.value)
    conn.execute(waiting.values(state=OutboxState.FAILED.value, reason="address_removed"))


def _mailbox(person: Person) -> str:
    return (person.email or "").strip().lower()
