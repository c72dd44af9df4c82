"""What a message or event of WeCom says in our own words; the webhook and the processing of the inbox call it.

It reads what `read_xml` made of the decrypted XML, trusts no shape in it and never raises.
"""

from typing import Any

from bot.channels.weixin.reading import FILES, command, event_name, external_id, files_of, kind_of, position_of, text_of
from bot.inbox.model import Incoming, Said
from bot.inbox.rules import without_position

__all__ = ["cleaned", "external_id", "heard", "is_known", "understand"]
EVENTS = frozenset({"subscribe", "unsubscribe", "enter_agent", "click", "view", "template_card_event", "location"})
_PLACED = frozenset({"location", "location_select"})
_LONGEST = 64


def is_known(raw: dict[str, Any]) -> bool:
    """Tell whether this is of a kind that we expect."""
    kind = kind_of(raw)
    return event_name(raw) in EVENTS if kind == "event" else kind in FILES | {"text", "location"}


def cleaned(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the raw message without a position that she did not send: the app reports where she is when it opens."""
    unasked = kind_of(raw) == "event" and event_name(raw) in _PLACED
    return dict(without_position(raw)) if unasked else raw


def understand(raw: dict[str, Any]) -> Incoming:
    """Return who says what; whatever is odd is `OTHER`."""
    sender = text_of(raw, "FromUserName")
    kind = kind_of(raw)
    if not sender or len(sender) > _LONGEST:
        return Incoming(Said.OTHER, sender="")
    if kind == "event":
        return _event_of(raw, sender)
    if kind == "text" and (text := command(text_of(raw, "Content"))):
        return Incoming(Said.TEXT, sender, text=text)
    if kind in FILES:
        return Incoming(Said.FILE, sender, files=files_of(raw))
    if kind == "location" and (place := position_of(raw)) is not None:
        return Incoming(Said.POSITION, sender, latitude=place[0], longitude=place[1])
    return Incoming(Said.OTHER, sender)


def heard(incoming: Incoming) -> str:
    """Return what is checked for a cry for help: what she wrote, or the data of the button that she pressed."""
    return incoming.data if incoming.said is Said.PRESS else incoming.text


def _event_of(raw: dict[str, Any], sender: str) -> Incoming:
    key = text_of(raw, "EventKey")
    match event_name(raw):
        case "subscribe":
            return Incoming(Said.UNBLOCKED, sender)
        case "unsubscribe":
            return Incoming(Said.BLOCKED, sender)
        case "enter_agent":
            return Incoming(Said.ENTERED, sender)
        case "click" if key.startswith("/"):  # the menu's keys are commands
            return Incoming(Said.TEXT, sender, text=command(key))
        case "template_card_event" if key:
            return _press(raw, sender, key)
    return Incoming(Said.OTHER, sender)


def _press(raw: dict[str, Any], sender: str, key: str) -> Incoming:
    task, code = text_of(raw, "TaskId"), text_of(raw, "ResponseCode")
    press_ref = f"{sender}|{task}|{code}" if code else None
    return Incoming(Said.PRESS, sender, data=key, message_ref=task or None, press_ref=press_ref)
