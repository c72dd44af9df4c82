"""She presses or writes something on the page of a mail: the same as in a chat, with the replies shown at once.

A press must stand on the mail or in a reply to it. What is kept of a person is never shown here: a mail lies in many
places and may have been passed on. It goes to her address in a mail of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses import store as addresses
from bot.addresses.model import Address
from bot.engine.compose import compose_reply
from bot.inbox import store as inbox
from bot.inbox.model import InboxState, Incoming, Said
from bot.inbox.rules import cry_in, without_position
from bot.inbox.store import inbox as rows
from bot.outbox.model import Rendered
from bot.people.model import Person
from handlers import mydata_mailed
from handlers.chat.turn import take_turn
from handlers.context import Chat
from handlers.process import in_turn
from handlers.services import Services

CRIES = frozenset({"sos:yes", "sos:no", "sos:false"})


@dataclass(frozen=True)
class Page:
    """Whose page it is and which mail stands on it."""

    link_id: int
    person: Person
    address: Address
    body: Rendered


def said(
    conn: Connection, page: Page, raw: dict[str, Any], incoming: Incoming, key: str, services: Services, now: datetime
) -> list[Rendered]:
    """Do what she pressed or wrote, once per key, and return the replies; a repeated key has the same replies.

    ValueError when the press is none that this page offers; nothing is stored then.
    """
    in_turn(conn, page.person.id)
    if incoming.said is Said.PRESS and incoming.data not in CRIES | set(_offered(conn, page)):
        raise ValueError("this page has no such button")
    external_id, text = f"m:{page.link_id}:{key}", incoming.text or incoming.data
    inbox_id = inbox.add(
        conn,
        page.address.channel,
        page.address.account,
        external_id,
        sender=page.address.external_id,
        raw=raw,
        urgent=cry_in(text) is not None or incoming.data == "sos:yes",
        now=now,
        state=InboxState.DONE,
    )
    if inbox_id is None:
        return _kept(conn, page, external_id)
    addresses.heard(conn, page.address.id, now)
    chat = Chat(
        conn=conn,
        now=now,
        real_now=services.clock.real(),
        person=page.person,
        address=page.address,
        channel=page.address.channel,
        services=services,
        key=external_id,
    )
    if mydata_mailed.is_asked(chat, incoming):
        mydata_mailed.mailed(chat, page.address, inbox_id, incoming)
    else:
        take_turn(chat, incoming)
    replies = [_written(conn, chat, place, now) for place in range(len(chat.replies))]
    stored = without_position(raw) | {"replies": [reply.to_json() for reply in replies]}
    conn.execute(rows.update().where(rows.c.id == inbox_id).values(raw=stored, processed_at=now))
    return replies


def _written(conn: Connection, chat: Chat, place: int, now: datetime) -> Rendered:
    reply, services = chat.replies[place], chat.services
    return compose_reply(
        conn,
        chat.person,
        reply.template,
        reply.data,
        reply.prompt_id,
        renderer=services.renderer,
        settings=services.settings,
        now=now,
    )


def _offered(conn: Connection, page: Page) -> Iterator[str]:
    """Yield what the buttons of the mail, and of all replies on its page, carry."""
    query = select(rows.c.raw).where(
        rows.c.channel == page.address.channel,
        rows.c.account == page.address.account,
        rows.c.sender == page.address.external_id,
        rows.c.external_id.startswith(f"m:{page.link_id}:", autoescape=True),
        rows.c.raw.is_not(None),
    )
    bodies = [page.body]
    for raw in conn.execute(query).scalars():
        bodies += [Rendered.from_json(reply) for reply in raw.get("replies", [])]
    for body in bodies:
        yield from (button.data for row in body.buttons for button in row if button.data is not None)


def _kept(conn: Connection, page: Page, external_id: str) -> list[Rendered]:
    """Return what was replied to this very press before; nothing once it has been purged."""
    query = select(rows.c.raw).where(
        rows.c.channel == page.address.channel,
        rows.c.account == page.address.account,
        rows.c.external_id == external_id,
    )
    raw = conn.execute(query).scalar() or {}
    return [Rendered.from_json(reply) for reply in raw.get("replies", [])]
