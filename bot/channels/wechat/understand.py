"""What a message or event of WeChat says in our own words; the webhook and the processing of the inbox call it.

It reads what `read_xml` made of the decrypted XML, trusts no shape in it and never raises.
"""

from typing import Any

from bot.channels.weixin.reading import FILES, command, event_name, external_id, files_of, kind_of, position_of, text_of
from bot.inbox.model import Incoming, Said
from bot.inbox.rules import without_position

__all__ = ["EVENTS", "LEAVES", "cleaned", "external_id", "heard", "is_known", "understand"]
LEAVES = frozenset({"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"})
EVENTS = LEAVES | {
    "subscribe", "unsubscribe", "scan", "click", "view", "location", "templatesendjobfinish",
    "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "location_select",
}  # fmt: skip
_PLACED = frozenset({"location", "location_select"})
_SCENE = "qrscene_"
_LONGEST = 64
WROTE, TAPPED = "wrote", "tapped"
"""What lets us send for a while, as `bot.allowances.model.Opening` has it."""


def is_known(raw: dict[str, Any]) -> bool:
    """Tell whether this is of a kind that we expect."""
    kind = kind_of(raw)
    return event_name(raw) in EVENTS if kind == "event" else kind in FILES | {"text", "location"}


def cleaned(raw: dict[str, Any]) -> dict[str, Any]:
    """Return the raw message without a position that she did not send: the account may be told when she opens it."""
    unasked = kind_of(raw) == "event" and event_name(raw) in _PLACED
    return dict(without_position(raw)) if unasked else raw


def understand(raw: dict[str, Any]) -> Incoming:
    """Return who says what; whatever is odd is `OTHER`."""
    sender, kind = text_of(raw, "FromUserName"), kind_of(raw)
    if not sender or len(sender) > _LONGEST:
        return Incoming(Said.OTHER, sender="")
    if kind == "event":
        return _event_of(raw, sender)
    if kind == "text" and (text := command(text_of(raw, "Content"))):
        return Incoming(Said.TEXT, sender, text=text, opens=WROTE)
    if kind in FILES:
        return Incoming(Said.FILE, sender, opens=WROTE, files=files_of(raw))
    if kind == "location" and (place := position_of(raw)) is not None:
        return Incoming(Said.POSITION, sender, latitude=place[0], longitude=place[1], opens=WROTE)
    return Incoming(Said.OTHER, sender)


def heard(incoming: Incoming) -> str:
    """Return what is checked for a cry for help: what she wrote."""
    return incoming.text


def _event_of(raw: dict[str, Any], sender: str) -> Incoming:
    key, event = text_of(raw, "EventKey"), event_name(raw)
    if event in LEAVES:
        return Incoming(Said.ALLOWED, sender, leaves=_leaves(raw, event))
    match event:
        case "subscribe" | "scan":
            scene = key.removeprefix(_SCENE)
            return Incoming(Said.START if scene else Said.UNBLOCKED, sender, data=scene, opens=TAPPED)
        case "unsubscribe":
            return Incoming(Said.BLOCKED, sender)
        case "click" if key.startswith("/"):  # the menu's keys are commands
            return Incoming(Said.TEXT, sender, text=command(key), opens=TAPPED)
    return Incoming(Said.OTHER, sender)


def _leaves(raw: dict[str, Any], event: str) -> tuple[tuple[str, int], ...]:
    """Return for which templates she allows one message more (1), or none any more (0); what was sent changes nothing.

    Several stand as `List` beside each other, which `read_xml` gives as a list.
    """
    if event == "subscribe_msg_sent_event":
        return ()
    outer = raw.get({"subscribe_msg_popup_event": "SubscribeMsgPopupEvent"}.get(event, "SubscribeMsgChangeEvent"))
    listed = outer.get("List") if isinstance(outer, dict) else None
    found = []
    for one in listed if isinstance(listed, list) else [listed]:
        if not isinstance(one, dict):
            continue
        name, status = text_of(one, "TemplateId"), text_of(one, "SubscribeStatusString")
        if name and len(name) <= _LONGEST and status in {"accept", "reject"}:
            more = 1 if status == "accept" else 0
            if more == 0 or event == "subscribe_msg_popup_event":
                found.append((name, more))
    return tuple(found)
