"""What a message or event of WeCom says in our own words; the webhook and the processing of the inbox call it.

It reads what `read_xml` made of the decrypted XML, trusts no shape in it and never raises.
"""

import hashlib
from typing import Any

from bot.inbox.model import Incoming, Said
from bot.inbox.rules import without_position

FILES = frozenset({"image", "voice", "video", "shortvideo", "file", "link"})
EVENTS = frozenset({"subscribe", "unsubscribe", "enter_agent", "click", "view", "template_card_event", "location"})
_PLACED = frozenset({"location", "location_select"})
_LONGEST = 64
HALF_TURN = 180.0


def external_id(raw: dict[str, Any]) -> str | None:
    """Return the id of a message, or one made of what tells an event from all others; None for neither."""
    number = _text(raw, "MsgId")
    if number and len(number) <= _LONGEST and number.isascii():
        return number
    parts = [_text(raw, name) for name in ("FromUserName", "CreateTime", "Event", "EventKey", "TaskId")]
    if not parts[2] or not parts[1]:
        return None
    return "event:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def is_known(raw: dict[str, Any]) -> bool:
    """Tell whether this is of a kind that we expect."""
    kind = _kind(raw)
    return _event(raw) in EVENTS if kind == "event" else kind in FILES | {"text", "location"}


def cleaned(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the raw message without a position that she did not send: the app reports where she is when it opens."""
    unasked = _kind(raw) == "event" and _event(raw) in _PLACED
    return dict(without_position(raw)) if unasked else raw


def understand(raw: dict[str, Any]) -> Incoming:
    """Return who says what; whatever is odd is `OTHER`."""
    sender = _text(raw, "FromUserName")
    kind = _kind(raw)
    if not sender or len(sender) > _LONGEST:
        return Incoming(Said.OTHER, sender="")
    if kind == "event":
        return _event_of(raw, sender)
    if kind == "text" and (text := _command(_text(raw, "Content"))):
        return Incoming(Said.TEXT, sender, text=text)
    if kind in FILES:
        return Incoming(Said.FILE, sender)
    latitude, longitude = _degrees(raw, "Location_X"), _degrees(raw, "Location_Y")
    if kind == "location" and latitude is not None and longitude is not None:
        return Incoming(Said.POSITION, sender, latitude=latitude, longitude=longitude)
    return Incoming(Said.OTHER, sender)


def heard(incoming: Incoming) -> str:
    """Return what is checked for a cry for help: what she wrote, or the data of the button that she pressed."""
    return incoming.data if incoming.said is Said.PRESS else incoming.text


def _event_of(raw: dict[str, Any], sender: str) -> Incoming:
    key = _text(raw, "EventKey")
    match _event(raw):
        case "subscribe":
            return Incoming(Said.UNBLOCKED, sender)
        case "unsubscribe":
            return Incoming(Said.BLOCKED, sender)
        case "enter_agent":
            return Incoming(Said.ENTERED, sender)
        case "click" if key.startswith("/"):  # the menu's keys are commands
            return Incoming(Said.TEXT, sender, text=_command(key))
        case "template_card_event" if key:
            return _press(raw, sender, key)
    return Incoming(Said.OTHER, sender)


def _press(raw: dict[str, Any], sender: str, key: str) -> Incoming:
    task, code = _text(raw, "TaskId"), _text(raw, "ResponseCode")
    press_ref = f"{sender}|{task}|{code}" if code else None
    return Incoming(Said.PRESS, sender, data=key, message_ref=task or None, press_ref=press_ref)


def _command(text: str) -> str:
    """Return a command in small letters; any other text without blanks around it."""
    text = text.strip()
    if not text.startswith("/"):
        return text
    head, *rest = text.split(maxsplit=1)
    return " ".join([head.lower(), *rest])


def _kind(raw: dict[str, Any]) -> str:
    return _text(raw, "MsgType").lower()


def _event(raw: dict[str, Any]) -> str:
    return _text(raw, "Event").lower()


def _degrees(raw: dict[str, Any], name: str) -> float | None:
    try:
        value = float(_text(raw, name))
    except ValueError:
        return None
    return value if abs(value) <= HALF_TURN else None


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    return value.strip("\x00") if isinstance(value, str) else ""
