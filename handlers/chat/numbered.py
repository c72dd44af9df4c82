"""On channels without buttons a number, a letter or a label stands for a button of a message that we sent."""

import re
import unicodedata
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import bindparam, select

from bot.addresses.model import WITHOUT_BUTTONS
from bot.channels.plain import signs
from bot.inbox.model import Incoming, Said
from bot.inbox.rules import cry_in
from bot.listed import among
from bot.outbox.model import Rendered, ResultKind
from bot.outbox.store import attempts, outbox
from bot.prompts import store as prompts
from handlers.chat.asking import unanswered
from handlers.chat.words import whole
from handlers.context import Chat

LASTS = timedelta(days=14)
"""How long the signs of a message can be replied with."""
_ANSWER = re.compile(r"answer:(\d{1,15}):(\w+)", re.ASCII)
_ALIKE = frozenset({"checkin", "landing"})
"""Kinds of questions whose numbers mean the same."""
LOOKS_BACK = 12
"""How many messages back a sign may lie: further back nobody remembers it."""
# Kept, because every text on such a channel needs it: building a statement costs twice as much as running it.
_SAID = (
    select(attempts.c.body)
    .join(outbox, outbox.c.id == attempts.c.outbox_id)
    .where(attempts.c.address_id == bindparam("where"), attempts.c.started_at > bindparam("since"))
    .where(among(attempts.c.result, [ResultKind.ACCEPTED.value, ResultKind.OUTCOME_UNKNOWN.value]))
    .order_by(attempts.c.id.desc())
    .limit(LOOKS_BACK)
)


def meant(chat: Chat, incoming: Incoming) -> Incoming:
    """Return a text as the press that it stands for, anything else as it is; a cry for help stays what it is."""
    if incoming.said is not Said.TEXT or cry_in(incoming.text) is not None:
        return incoming
    data = press_of(chat, incoming.text)
    return incoming if data is None else replace(incoming, said=Said.PRESS, text="", data=_of_now(chat, data))


def _of_now(chat: Chat, data: str) -> str:
    """Return an answer to an older question as one to the newest that waits, which may lie in another of her apps.

    A number is no button of a certain message: who writes "1" answers what she was asked last, wherever that was.
    """
    found = _ANSWER.fullmatch(data)
    if found is None:
        return data
    meant, waits = prompts.by_id(chat.conn, int(found[1])), unanswered(chat)
    if meant is None or waits is None or not {meant.kind, waits.kind} <= _ALIKE:
        return data
    return f"answer:{waits.id}:{found[2]}" if waits.opens_at > meant.opens_at else data


def press_of(chat: Chat, text: str) -> str | None:
    """Return the data of the button that a whole text stands for; None when it is just a text.

    The newest message that has such a sign counts, so that "2" is an answer also after something else was said; a label
    counts on the newest message that has any.
    """
    if chat.address is None or chat.address.channel not in WITHOUT_BUTTONS:
        return None
    said = whole(text)
    if not said:
        return None
    sign = unicodedata.normalize("NFKC", said).upper()
    offered = [found for message in _messages(chat, chat.address.id) if (found := signs(message))]
    if (meaning := next((found[sign].data for found in offered if sign in found), None)) is not None:
        return meaning
    labels = {whole(button.label): button.data for button in offered[0].values()} if offered else {}
    return labels.get(said)


def _messages(chat: Chat, address_id: int) -> list[Rendered]:
    found = chat.conn.execute(_SAID, {"where": address_id, "since": chat.now - LASTS})
    return [Rendered.from_json(body) for body in found.scalars()]
