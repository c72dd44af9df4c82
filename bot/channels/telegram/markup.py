"""Turns a rendered message into what one or several calls of sendMessage take; the channel sends the pieces in order.

Telegram allows one kind of keyboard per message. Buttons stand on the last piece; where a message brings the standing
keyboard too, its text is cut at its last line end, so that each piece carries one of them.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.channels.splitting import split, utf16
from bot.outbox.model import Button, Rendered

DATA_BYTES = 64
"""What a button may carry."""

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove


@dataclass(frozen=True)
class Piece:
    """One call of sendMessage."""

    text: str
    markup: Markup | None = None


def pieces(message: Rendered, limit: int) -> list[Piece]:
    """Cut a message into calls of at most `limit` UTF-16 units each; ValueError when a button's data is too long."""
    text = _with_plain_links(message)
    inline, standing = inline_keyboard(message.buttons), _standing(message)
    texts = split(text, limit, utf16)
    if inline is not None and standing is not None and len(texts) == 1:
        head, _, tail = text.rstrip().rpartition("\n")
        if head.strip() and tail.strip():
            texts = [head.rstrip(), tail]
    if inline is not None and standing is not None and len(texts) == 1:
        standing = None  # the buttons are what she was asked to press; the keyboard comes with another message
    result = [Piece(part) for part in texts]
    if standing is not None:
        result[0 if inline is not None else -1] = Piece(texts[0 if inline is not None else -1], standing)
    if inline is not None:
        result[-1] = Piece(texts[-1], inline)
    return result


def edited(message: Rendered, limit: int) -> Piece:
    """Return what a message that was sent shall read now; only its last piece had buttons and can change."""
    return Piece(split(_with_plain_links(message), limit, utf16)[-1], inline_keyboard(message.buttons))


def inline_keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Return the buttons under a message, None when it has none; ValueError when a button's data is too long."""
    keyboard = [[_button(button) for button in row if button.url is None or _is_linkable(button.url)] for row in rows]
    keyboard = [row for row in keyboard if row]
    return InlineKeyboardMarkup(keyboard) if keyboard else None


def _button(button: Button) -> InlineKeyboardButton:
    if button.url is not None:
        return InlineKeyboardButton(button.label, url=button.url)
    data = button.data or ""
    if not 1 <= len(data.encode()) <= DATA_BYTES:
        raise ValueError("the data of a button is 1 to 64 bytes")
    return InlineKeyboardButton(button.label, callback_data=data)


def _standing(message: Rendered) -> Markup | None:
    if message.keyboard is None and message.ask_position is None:
        return None
    rows = [[KeyboardButton(label) for label in row] for row in message.keyboard or ()]
    if message.ask_position is not None:
        rows.insert(0, [KeyboardButton(message.ask_position, request_location=True)])
    if not rows:
        return ReplyKeyboardRemove()
    stays = message.keyboard is not None
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, is_persistent=stays, one_time_keyboard=not stays)


def _is_linkable(url: str) -> bool:
    """Tell whether Telegram takes a link on a button: it refuses hosts that are no public name, like `localhost`."""
    host = urlsplit(url).hostname or ""
    return "." in host or ":" in host


def _with_plain_links(message: Rendered) -> str:
    links = [
        f"{button.label}: {button.url}"
        for row in message.buttons
        for button in row
        if button.url is not None and not _is_linkable(button.url)
    ]
    return "\n".join([message.text, *links])
