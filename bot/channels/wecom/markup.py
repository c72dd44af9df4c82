"""Turns a rendered message into what one or several calls of message/send take; the channel sends them in order.

Plain text with signs to reply with is what everybody can read, personal WeChat included. Where a school turns cards on,
buttons stand on a card. Each carries a mark of its outbox row: WeCom drops the same bytes within four hours, which is
what a second try is and what a second message with the same words must not be.
"""

import hashlib
from typing import Any

from bot.channels.plain import pieces
from bot.channels.splitting import split, utf8
from bot.outbox.model import Button, Rendered

AGAIN_SECONDS = 4 * 3600
"""How long WeCom knows a message again; its longest."""
MARK_BITS = 16
MARK_BYTES = MARK_BITS * 3
_ZERO, _ONE = "\u200b", "\u200c"
CARD_BUTTONS = 6
CARD_TITLE = 26
CARD_TEXT = 112
"""Characters: WeCom cuts what is longer."""
_CHOOSE = {"zh": "请选择：", "en": "Please choose:"}
_OURS = {"zh": "雁信", "en": "Yanxin"}
"""What stands on top of a card whose one line is too long for a title."""
_DONE = {"zh": "已收到 ✓", "en": "Received ✓"}

Call = dict[str, Any]


def calls(message: Rendered, limit: int, key: str, *, cards: bool) -> list[Call]:
    """Return the bodies of the calls, always the same for the same message and key; texts of at most `limit` bytes."""
    buttons = [button for row in message.buttons for button in row if button.data is not None]
    if cards and 1 <= len(buttons) <= CARD_BUTTONS:
        found = _with_card(message, buttons, limit, key)
    else:
        found = [_text(part, key, number) for number, part in enumerate(pieces(message, limit - MARK_BYTES, utf8))]
    again = {"enable_duplicate_check": 1, "duplicate_check_interval": AGAIN_SECONDS}
    return [call | again for call in found]


def done(language: str) -> str:
    """Return what stands on a card in the place of its buttons once one was pressed."""
    return _DONE.get(language, _DONE["zh"])


def language_of(task: str) -> str:
    """Return the language of a card by its task id."""
    return task.partition("-")[0]


def _with_card(message: Rendered, buttons: list[Button], limit: int, key: str) -> list[Call]:
    links = [f"{button.label}\n{button.url}" for row in message.buttons for button in row if button.url is not None]
    title, _, rest = message.text.strip().partition("\n")
    rest = rest.strip()
    if not links and len(title) <= CARD_TITLE and len(rest) <= CARD_TEXT:
        return [_card(title, rest, message.language, buttons, key)]
    if not links and not rest and len(title) <= CARD_TEXT:
        return [_card("", title, message.language, buttons, key)]
    whole = "\n\n".join([message.text.rstrip(), *links])
    texts = [_text(part, key, number) for number, part in enumerate(split(whole, limit - MARK_BYTES, utf8))]
    choose = _CHOOSE.get(message.language, _CHOOSE["zh"])
    return [*texts, _card(choose, "", message.language, buttons, key)]


def _card(title: str, text: str, language: str, buttons: list[Button], key: str) -> Call:
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": title or _OURS.get(language, _OURS["zh"])},
        "task_id": f"{language}-{hashlib.sha256(key.encode()).hexdigest()[:32]}",
        "button_list": [{"text": button.label, "style": 1, "key": button.data} for button in buttons],
    }
    if text:
        card["sub_title_text"] = text
    return {"msgtype": "template_card", "template_card": card}


def _text(part: str, key: str, number: int) -> Call:
    # In front, because an app would take it for a part of a link that the text ends with.
    return {"msgtype": "text", "text": {"content": mark(key, number) + part}}


def mark(key: str, number: int) -> str:
    """Return signs that nobody sees and that differ from one message to the next."""
    digest = int.from_bytes(hashlib.sha256(f"{key}:{number}".encode()).digest()[: MARK_BITS // 8])
    return "".join(_ONE if digest >> bit & 1 else _ZERO for bit in range(MARK_BITS))
