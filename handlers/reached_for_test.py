"""One test message to a named person: where it may go, and that it went. `yanxin doctor` sends it, outside the outbox,
so that a service that does not run yet can be tried. Where a platform counts what may go to her, it is counted.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import PULL_ONLY, WINDOWED, Address
from bot.allowances import store as allowances
from bot.allowances.model import Means, Push, Why
from bot.allowances.rules import can_push, refused, spent
from bot.engine.delivery_parts import NOTHING_COUNTS
from bot.errors import UsageError, YanxinError
from bot.journal import store as journal
from bot.outbox.model import Result, ResultKind
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


def place_for_test(conn: Connection, address: Address, now: datetime) -> Push:
    """Return how a test message may go to an address now, and count it there.

    The last message that may reach her is left for what matters: then `left` is 1 and it does not go.
    """
    if address.channel not in WINDOWED:
        return NOTHING_COUNTS
    known = allowances.of_address(conn, address.id)
    push = can_push(address.state.value, known, now, windowed=True)
    if push.left == 1:
        return Push(None, why=Why.COUNT_USED, left=1)
    if push.means is not None:
        allowances.keep(conn, address.id, spent(known, push, now))
    return push


def told(conn: Connection, address: Address, push: Push, result: Result, now: datetime) -> None:
    """Note in the journal that a test message was sent and what became of it, and correct the count by that."""
    line = journal.line(
        now, "doctor.sent", person_id=address.person_id, channel=address.channel, result=result.kind.value
    )
    journal.write(conn, [line])
    if push.means is not Means.MESSAGE or address.channel not in WINDOWED:
        return
    known = allowances.of_address(conn, address.id)
    if result.kind is ResultKind.ACCEPTED:
        known = spent(known, push, now, result.used - 1)
    elif result.kind is ResultKind.NOT_NOW:
        known = refused(known, push, result.reason, now)
    elif result.kind is not ResultKind.OUTCOME_UNKNOWN:
        known = spent(known, push, now, -1)
    allowances.keep(conn, address.id, known)
