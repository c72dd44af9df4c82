"""She answers on the answer page: the chat handlers do what they do in a chat, for this one question and no other.

Whoever holds the link can say something to its question and call for help, and nothing else: the link may have been
forwarded. What was replied is kept with the inbox row, so that the same press shows the same page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.engine.compose import compose_reply
from bot.engine.life import sign_of_life
from bot.inbox import store as inbox
from bot.inbox.model import InboxState, Incoming, Said
from bot.inbox.rules import cry_in, without_position
from bot.inbox.store import inbox as rows
from bot.outbox.model import Rendered
from bot.people.model import Person
from bot.prompts.model import Choice, Prompt, ShareWith
from bot.rollcalls.model import KIND as ROLLCALL
from bot.sessions.model import KIND as SESSION
from handlers import mydata_mailed
from handlers.chat import (
    answered,
    cried,
    left_out,
    noted,
    positioned,
    rollcall_answered,
    session_answered,
    shared,
    undone,
)
from handlers.context import Chat
from handlers.process import in_turn
from handlers.services import Services

CHANNEL = "web"
ACCOUNT = "answer"
"""Keeps these rows apart from those of the chat page."""


@dataclass(frozen=True)
class Page:
    """Whose answer page it is and which question stands on it."""

    link_id: int
    person: Person
    prompt: Prompt


def said(
    conn: Connection, page: Page, raw: dict[str, Any], incoming: Incoming, key: str, services: Services, now: datetime
) -> list[Rendered]:
    """Do what she pressed or wrote, once per key, and return the replies; a repeated key has the same replies.

    ValueError when the press is none that this page offers; nothing is stored then.
    """
    in_turn(conn, page.person.id)
    external_id = f"a:{page.link_id}:{key}"
    text = incoming.text or incoming.data
    inbox_id = inbox.add(
        conn,
        CHANNEL,
        ACCOUNT,
        external_id,
        sender=f"answer:{page.link_id}",
        raw=raw,
        urgent=cry_in(text) is not None,
        now=now,
        state=InboxState.DONE,
    )
    if inbox_id is None:
        return _kept(conn, external_id)
    chat = Chat(
        conn=conn,
        now=now,
        real_now=services.clock.real(),
        person=page.person,
        address=None,
        channel=CHANNEL,
        services=services,
        key=external_id,
    )
    mailbox = mydata_mailed.mailbox_of(chat) if mydata_mailed.is_asked(chat, incoming) else None
    if mailbox is not None:
        mydata_mailed.mailed(chat, mailbox, inbox_id, incoming)
    else:
        _dispatch(chat, page.prompt, incoming)
    if chat.counts_as_alive:
        sign_of_life(conn, page.person.id, now, cleared=chat.is_cleared)
    replies = [
        compose_reply(
            conn,
            page.person,
            reply.template,
            reply.data,
            reply.prompt_id,
            renderer=services.renderer,
            settings=services.settings,
            now=now,
        )
        for reply in chat.replies
    ]
    stored = without_position(raw) | {"replies": [reply.to_json() for reply in replies]}
    conn.execute(rows.update().where(rows.c.id == inbox_id).values(raw=stored, processed_at=now))
    return replies


def _kept(conn: Connection, external_id: str) -> list[Rendered]:
    """Return what was replied to this very press before; nothing once it has been purged."""
    query = select(rows.c.raw).where(
        rows.c.channel == CHANNEL, rows.c.account == ACCOUNT, rows.c.external_id == external_id
    )
    raw = conn.execute(query).scalar() or {}
    return [Rendered.from_json(reply) for reply in raw.get("replies", [])]


def _dispatch(chat: Chat, prompt: Prompt, incoming: Incoming) -> None:
    if incoming.said is Said.TEXT:
        _written(chat, prompt, incoming.text)
    elif incoming.said is Said.POSITION and incoming.latitude is not None and incoming.longitude is not None:
        positioned.sent(chat, incoming.latitude, incoming.longitude)
    elif incoming.said is not Said.PRESS or not _pressed(chat, prompt, incoming.data):
        raise ValueError("this page has no such button")


def _written(chat: Chat, prompt: Prompt, words: str) -> None:
    cry = cry_in(words)
    if cry is not None:
        cried.cried(chat, cry, words)
    elif prompt.kind == SESSION:
        session_answered.written_here(chat, prompt.id, words)
    elif prompt.kind != ROLLCALL or not rollcall_answered.written(chat, words):
        noted.written(chat, prompt.id, words)


def _pressed(chat: Chat, prompt: Prompt, data: str) -> bool:
    """Do what a button says; False for one that this page does not offer."""
    what, _, rest = data.partition(":")
    if what == "sos":
        return cried.pressed(chat, rest)
    if data == "note:off":
        return noted.pressed(chat, "off")
    if what == "volunteer" and rest in set(Choice):
        return _on_prompt(chat, prompt, "answer", rest)
    number, _, choice = rest.partition(":")
    return number == str(prompt.id) and _on_prompt(chat, prompt, what, choice)


def _on_prompt(chat: Chat, prompt: Prompt, what: str, choice: str) -> bool:
    if what == "answer" and choice in set(Choice):
        answered.pressed(chat, prompt.id, Choice(choice))
    elif what == "roll":
        return rollcall_answered.pressed(chat, prompt.id, choice)
    elif what in {"meet", "rsvp"}:
        return session_answered.pressed(chat, prompt.id, choice)
    elif what == "share" and choice in set(ShareWith):
        shared.pressed(chat, prompt.id, ShareWith(choice))
    elif what == "share" and choice == left_out.CHOICE:
        left_out.pressed_below(chat, prompt.id)
    elif what == "undo":
        undone.pressed(chat, prompt.id)
    elif what == "note":
        return noted.pressed(chat, str(prompt.id))
    elif what == "position":
        positioned.asked(chat)
    else:
        return False
    return True
