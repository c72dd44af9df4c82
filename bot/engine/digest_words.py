"""The messages of a digest: first to the reader's chat, and by mail too; and the gaps of duty that it tells of.

What is said of students was gathered before by `bot.views.digest`. Of a branch nothing is said here but that there is
a page: a message may be given to another channel later, and branch matters may not travel on all of them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.addresses.model import MAIL, Address
from bot.digests.model import Digest
from bot.engine.duty_gaps import gaps_ahead
from bot.engine.duty_shown import gap_shown
from bot.engine.telling import message
from bot.engine.who_helps import areas_of, load_helpers
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.people.model import Person, RoleKind

TEMPLATE = "digest/letter"
WORTH = timedelta(days=2)
"""How long a digest is worth sending that could not go out at once."""
AHEAD = timedelta(days=7)
MOST_GAPS = 4
OFF_FOR = timedelta(days=90)
"""How long the link in a mail ends digests."""


def messages(
    digest: Digest,
    person: Person,
    addresses: Sequence[Address],
    data: dict[str, Any],
    now: datetime,
    off_link: Callable[[], str],
) -> list[dict[str, Any]]:
    """Return the rows for the outbox: one to the first chat that works, one to the mail address.

    `off_link` makes the link with which whoever reads the mail ends it.
    """
    chats = [one for one in addresses if one.channel != MAIL]
    mails = [one for one in addresses if one.channel == MAIL]
    return [
        message(
            ways,
            person.id,
            Kind.DIGEST,
            TEMPLATE,
            key=f"digest:{digest.id}:{name}",
            priority=Priority.BULK,
            now=now,
            data=data if name == "chat" else data | {"unsubscribe": off_link()},
            expires_at=now + WORTH,
        )
        for name, ways in (("chat", chats), ("mail", mails))
        if ways
    ]


def off_link(conn: Connection, base_url: str, person_id: int, real_now: datetime) -> str:
    """Return a new link to the page that ends somebody's digests."""
    until = real_now + OFF_FOR
    token = links.make(conn, LinkPurpose.DIGEST, person_id, real_now=real_now, expires_at=until)
    return f"{base_url}/digest/off/{token}"


def gaps_for(conn: Connection, person: Person, now: datetime) -> dict[str, Any]:
    """Return the hours of the next week in which nobody is on duty, for whom an office looks after; plain JSON."""
    only = None
    if areas_of(person):
        students = people_store.by_ids(conn, people_store.ids_with_role(conn, RoleKind.STUDENT)).values()
        helpers = load_helpers(conn, students)
        only = [student.id for student in students if person.id in helpers.office_of(student)]
    gaps = gaps_ahead(conn, now, now + AHEAD, only)
    return {"shown": [gap_shown(gap) for gap in gaps[:MOST_GAPS]], "more": max(len(gaps) - MOST_GAPS, 0)}
