"""Somebody whom we do not know cries for help: the office hears at once what is known, and what follows.

Chat handlers call it. Who it is nobody knows, so there is no case; the office decides what to do.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.engine.telling import message, wake
from bot.engine.who_helps import areas_of, only_support
from bot.inbox.model import InboxRow
from bot.inbox.store import inbox
from bot.journal import store as journal
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Priority
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.people.model import RoleKind

ONCE_IN = timedelta(minutes=10)
"""How often the office is alarmed about the same stranger."""
LISTENS = timedelta(hours=1)
"""How long after an alarm the office is told what else that person writes."""
MOST_WORDS = 20
"""How many messages of one stranger it is told at most in that time."""
LONGEST = 1000
ALARM = "staff/stranger_cried"
WORDS = "staff/stranger_wrote"


def alarm(conn: Connection, row: InboxRow, name: str, words: str, now: datetime, *, sure: bool) -> bool:
    """Alarm the office about a stranger's cry, once in ten minutes; False when nobody of it can be reached.

    `sure`: an SOS, which wakes people. Urgent words inside a longer text are told at once too and wake nobody.
    """
    staff = _office(conn)
    kind = "sos" if sure else "ask"
    if _told(conn, row, staff, f"stranger:{kind}:", now - ONCE_IN):
        return True
    key = f"stranger:{kind}:{row.id}"
    reached = _queue(conn, row, staff, ALARM, key, name, words, now)
    if sure:
        for person_id in staff:
            reached = wake(conn, person_id, "staff/stranger_wake", key=f"{key}:{person_id}:wake", now=now) or reached
    lines = [
        journal.line(now, "stranger.alarmed", person_id=None, actor_id=person_id, channel=row.channel, sure=sure)
        for person_id in staff
    ]
    journal.write(conn, lines)
    return reached


def wrote(conn: Connection, row: InboxRow, name: str, words: str, now: datetime) -> bool:
    """Tell the office what a stranger writes within the hour after an alarm; False when there was none."""
    staff = _office(conn)
    if not words or not _told(conn, row, staff, "stranger:", now - LISTENS, ALARM):
        return False
    if _told(conn, row, staff, "stranger:words:", now - LISTENS) < MOST_WORDS * len(staff):
        _queue(conn, row, staff, WORDS, f"stranger:words:{row.id}", name, words, now)
    return True


def _office(conn: Connection) -> list[int]:
    """Return who of the office looks after everybody; where each has an area of her own, all of them."""
    found = people_store.by_ids(conn, people_store.ids_with_role(conn, RoleKind.OFFICE))
    here = [one for one in found.values() if one.left_at is None and not only_support(one)]
    return [one.id for one in here if not areas_of(one)] or [one.id for one in here]


def _queue(
    conn: Connection,
    row: InboxRow,
    staff: Sequence[int],
    template: str,
    key: str,
    name: str,
    words: str,
    now: datetime,
) -> bool:
    addresses = addresses_store.working_of(conn, staff)
    rows = [
        message(
            addresses.get(person_id, []),
            person_id,
            Kind.ALARM,
            template,
            key=f"{key}:{person_id}",
            priority=Priority.ALARM,
            now=now,
            data={"channel": row.channel, "who": name[:100], "words": words[:LONGEST], "cried_at": now.isoformat()},
            inbox_id=row.id,
        )
        for person_id in staff
    ]
    outbox_store.put(conn, rows)
    return any(one["address_id"] is not None for one in rows)


def _told(conn: Connection, row: InboxRow, staff: Sequence[int], key: str, since: datetime, template: str = "") -> int:
    """Return how many messages about this very stranger went to the office since an instant."""
    query = (
        select(outbox.c.id)
        .join(inbox, inbox.c.id == outbox.c.inbox_id)
        .where(
            outbox.c.person_id.in_(staff),
            outbox.c.key.startswith(key, autoescape=True),
            outbox.c.created_at > since,
            inbox.c.channel == row.channel,
            inbox.c.account == row.account,
            inbox.c.sender == row.sender,
        )
    )
    if template:
        query = query.where(outbox.c.template == template)
    return len(conn.execute(query).all())
