"""How messages and events of WeCom and WeChat are read, where both say the same. It trusts no shape."""

import hashlib
from typing import Any

from bot.inbox.model import FileKind, SentFile

FILES = frozenset({"image", "voice", "video", "shortvideo", "file", "link"})
_KINDS = {"image": FileKind.PHOTO, "file": FileKind.DOCUMENT, "voice": FileKind.VOICE}
HALF_TURN = 180.0
_LONGEST = 64
_LONGEST_REF = 300


def external_id(raw: dict[str, Any]) -> str | None:
    """Return the id of a message, or one made of what tells an event from all others; None for neither."""
    number = text_of(raw, "MsgId")
    if number and len(number) <= _LONGEST and number.isascii():
        return number
    parts = [text_of(raw, name) for name in ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")]
    if not parts[2] or not parts[1]:
        return None
    return "event:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def command(text: str) -> str:
    """Return a command in small letters; any other text without blanks around it."""
    text = text.strip()
    if not text.startswith("/"):
        return text
    head, *rest = text.split(maxsplit=1)
    return " ".join([head.lower(), *rest])


def kind_of(raw: dict[str, Any]) -> str:
    """Return of what kind a message is."""
    return text_of(raw, "MsgType").lower()


def event_name(raw: dict[str, Any]) -> str:
    """Return which event this is; empty for a message."""
    return text_of(raw, "Event").lower()


def position_of(raw: dict[str, Any]) -> tuple[float, float] | None:
    """Return the degrees of a position that she sent."""
    latitude, longitude = degrees(raw, "Location_X"), degrees(raw, "Location_Y")
    return None if latitude is None or longitude is None else (latitude, longitude)


def degrees(raw: dict[str, Any], name: str) -> float | None:
    """Return an angle, None for what is none."""
    try:
        value = float(text_of(raw, name))
    except ValueError:
        return None
    return value if abs(value) <= HALF_TURN else None


def files_of(raw: dict[str, Any]) -> tuple[SentFile, ...]:
    """Return the photo, document or voice note that a message brings, where the platform gives it out."""
    ref, kind = text_of(raw, "MediaId"), _KINDS.get(kind_of(raw))
    if kind is None or not ref or len(ref) > _LONGEST_REF:
        return ()
    return (SentFile(kind, ref, text_of(raw, "FileName") or text_of(raw, "Title")),)


def text_of(raw: dict[str, Any], name: str) -> str:
    """Return the text of an element, empty for what is missing or no text."""
    value = raw.get(name)
    return value.strip("\x00") if isinstance(value, str) else ""
