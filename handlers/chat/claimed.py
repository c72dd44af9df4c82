"""A second account claims somebody's invitation: the office hears of it, and so do the addresses linked before."""

from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.engine.telling import not_before_her_morning
from bot.engine.telling import tell as queue
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Priority
from bot.people import store as people


def tell(conn: Connection, person_id: int, channel: str, key: str, now: datetime) -> None:
    """Tell the office, and her on every address that works already; nothing when none does."""
    person = people.by_id(conn, person_id)
    older = addresses.working_of(conn, [person_id]).get(person_id, [])
    if person is None or not older:
        return
    journal.write(conn, [journal.line(now, "enrol.second_claim", person_id=person_id, channel=channel)])
    data = {"claimed_on": channel}
    morning = not_before_her_morning(conn, person_id, now)
    rows = [
        outbox.row(
            f"{key}:claim:{address.id}",
            Kind.NOTICE,
            person_id,
            "enrol/second_claim",
            priority=Priority.REPLY,
            now=now,
            address_id=address.id,
            channel=address.channel,
            account=address.account,
            data=data,
            not_before=morning,
        )
        for address in older
    ]
    outbox.put(conn, rows)
    for staff_id in load_helpers(conn, [person]).office_of(person):
        queue(
            conn,
            staff_id,
            Kind.NOTICE,
            "staff/second_claim",
            key=f"{key}:claim:office:{staff_id}",
            priority=Priority.REPLY,
            now=now,
            data=data,
            about_id=person_id,
            not_before=not_before_her_morning(conn, staff_id, now),
        )
