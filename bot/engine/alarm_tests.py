"""Test alarms: do alarms reach a member of staff? One goes to the chat and to the alarm URLs, and waits for a press.

The command, the console and the chat start one; a button in the chat or the link in the other confirms it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.duty import store as duty_store
from bot.duty.store import BY_LINK, AlarmTest
from bot.engine.telling import pick, tell, wake
from bot.journal import store as journal
from bot.links.model import new_token, token_hash
from bot.outbox.model import Kind, Priority
from bot.people.model import Person

TEST_FOR = timedelta(days=7)
"""How long a test alarm can be confirmed."""


@dataclass(frozen=True)
class Started:
    """A test alarm that is on its way: the channel of the chat (None: there is none), and whether URLs ring too."""

    id: int
    chat: str | None
    rings: bool


def start_test(conn: Connection, person: Person, author_id: int | None, now: datetime) -> Started | None:
    """Send a test alarm to everything by which an alarm reaches a person; None when nothing does."""
    chat = pick(addresses_store.working_of(conn, [person.id]).get(person.id, []))
    if chat is None and not addresses_store.waking_of(conn, person.id):
        return None
    token = new_token()
    test_id = duty_store.add_test(conn, person.id, token_hash(token), author_id, now)
    key = f"alarm-test:{test_id}"
    if chat is not None:
        data = {"test": test_id}
        until = now + TEST_FOR
        tell(
            conn,
            person.id,
            Kind.ALARM,
            "alarm/test",
            key=key,
            priority=Priority.ALARM,
            now=now,
            data=data,
            expires_at=until,
        )
    rings = wake(conn, person.id, "alarm/test_rings", key=f"{key}:wake", now=now, data={"token": token})
    journal.write(conn, [journal.line(now, "alarm.tested", person_id=person.id, actor_id=author_id, test=test_id)])
    return Started(test_id, chat.channel if chat else None, rings)


def find_by_token(conn: Connection, token: str) -> AlarmTest | None:
    """Return the test alarm to whose link a token belongs."""
    return duty_store.find_test_of(conn, token_hash(token))


def is_over(test: AlarmTest, now: datetime) -> bool:
    """Tell whether a test alarm is too old to say anything about today."""
    return now >= test.made_at + TEST_FOR


def confirm(conn: Connection, test: AlarmTest, by: str, now: datetime) -> bool:
    """Note that a test alarm arrived; False when that was known, or it is too old."""
    if is_over(test, now) or not duty_store.confirm_test(conn, test.id, by, now):
        return False
    line = journal.line(now, "alarm.confirmed", person_id=test.person_id, actor_id=test.person_id, test=test.id, by=by)
    journal.write(conn, [line])
    return True


def unproven(conn: Connection, people: Iterable[Person], waking: Iterable[int]) -> list[Person]:
    """Return who of some people never confirmed a test alarm; whoever has alarm URLs (`waking`) by their link."""
    people, rung = list(people), set(waking)
    proofs = duty_store.proofs(conn, [person.id for person in people])
    return [
        person
        for person in people
        if not (seen := proofs.get(person.id)) or (person.id in rung and BY_LINK not in seen)
    ]
