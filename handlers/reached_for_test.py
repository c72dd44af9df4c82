"""One test message to a named person: where it may go, and that it went. `yanxin doctor` sends it, outside the outbox,
so that a service that does not run yet can be tried.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import PULL_ONLY, Address
from bot.errors import UsageError, YanxinError
from bot.journal import store as journal
from bot.outbox.model import Result
from bot.people import store as people


@dataclass(frozen=True)
class Ways:
    """Who is to get it, in which language, and where."""

    number: str
    language: str
    addresses: tuple[Address, ...]


def ways_for_test(conn: Connection, number: str) -> Ways:
    """Return the working addresses of a person that can be written to; errors for a reader when there are none."""
    person = people.by_number(conn, number)
    if person is None:
        raise UsageError(f"{number}: nobody on the roster has this number")
    if person.left_at is not None:
        raise YanxinError(f"{number} has left the service, and nothing may be sent there")
    working = addresses.working_of(conn, [person.id]).get(person.id, [])
    pushing = tuple(address for address in working if address.channel not in PULL_ONLY)
    if not pushing:
        raise YanxinError(
            f"{number} has no account that can be written to; hand over `yanxin invite-link {number}` first"
        )
    return Ways(number, person.language, pushing)


def told(conn: Connection, address: Address, result: Result, now: datetime) -> None:
    """Note in the journal that a test message was sent, and what became of it."""
    line = journal.line(
        now, "doctor.sent", person_id=address.person_id, channel=address.channel, result=result.kind.value
    )
    journal.write(conn, [line])
