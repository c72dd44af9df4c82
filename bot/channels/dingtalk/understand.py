"""What a message or a press in DingTalk says in our own words; the connection loop and the processing of the inbox
call it. It trusts no shape and never raises.
"""

from typing import Any

from bot.inbox.model import FileKind, Incoming, Said, SentFile
from bot.inbox.rules import cry_in

FILES = frozenset({"picture", "audio", "video", "file"})
_LONGEST = 64
_LONGEST_REF = 1000
_MOST_PICTURES = 10
OUTSIDE = "outside:"
"""In front of the id of somebody whom the organisation does not know; the platform takes no message for her."""
NOBODY = Incoming(Said.OTHER, sender="")


def external_id(raw: dict[str, Any]) -> str | None:
    """Return the id of a message or press, the same whenever it comes again; None when it has none."""
    number = _text(_dict(raw.get("data")), "msgId")
    if number and len(number) <= _LONGEST and number.isascii() and number.isprintable():
        return number
    frame = _text(raw, "message_id")
    return f"frame:{frame}"[:_LONGEST] if frame else None


def is_known(raw: dict[str, Any]) -> bool:
    """Tell whether this is of a kind that we expect."""
    if _is_press(raw):
        return True
    return "data" in raw and _text(_dict(raw.get("data")), "msgtype") in FILES | {"text", "richText"}


def understand(raw: dict[str, Any]) -> Incoming:
    """Return who says what; whatever is odd is `OTHER`."""
    data = _dict(raw.get("data"))
    if not data:
        return NOBODY
    return _press(data) if _is_press(raw) else _message(data)


def heard(incoming: Incoming) -> str:
    """Return what is checked for a cry for help: what she wrote, or the data of the button that she pressed."""
    return incoming.data if incoming.said is Said.PRESS else incoming.text


def _message(data: dict[str, Any]) -> Incoming:
    from bot.channels.dingtalk.frames import robot_message  # noqa: PLC0415 - its library, only where it is used

    message = robot_message(data)
    sender = "" if message is None else _who(message)
    if message is None or not sender:
        return NOBODY
    kind = message.message_type if isinstance(message.message_type, str) else ""
    if kind in {"text", "richText"}:
        text = _command(_joined(message))
        files = _pictures(data) if kind == "richText" else ()
        if text:
            return Incoming(Said.TEXT, sender, text=text, files=files)
        return Incoming(Said.FILE if kind == "richText" else Said.OTHER, sender, files=files)
    if kind == "audio":
        # What a machine made of her voice is good enough to hear a cry for help in, and for nothing else.
        spoken = _text(_dict(data.get("content")), "recognition")
        if cry_in(spoken) is not None:
            return Incoming(Said.TEXT, sender, text=spoken.strip())
    return Incoming(Said.FILE if kind in FILES else Said.OTHER, sender, files=_file(kind, _dict(data.get("content"))))


def _file(kind: str, content: dict[str, Any]) -> tuple[SentFile, ...]:
    """Return the picture or document of a message."""
    ref, what = _text(content, "downloadCode"), {"picture": FileKind.PHOTO, "file": FileKind.DOCUMENT}.get(kind)
    if what is None or not 0 < len(ref) <= _LONGEST_REF:
        return ()
    return (SentFile(what, ref, _text(content, "fileName")),)


def _pictures(data: dict[str, Any]) -> tuple[SentFile, ...]:
    """Return the pictures that stand between words."""
    pieces = _dict(data.get("content")).get("richText")
    mixed = [_dict(one) for one in pieces] if isinstance(pieces, list) else []
    return tuple(file for one in mixed for file in _file(_text(one, "type"), one))[:_MOST_PICTURES]


def _press(data: dict[str, Any]) -> Incoming:
    from bot.channels.dingtalk.frames import card_press  # noqa: PLC0415 - as above

    press = card_press(data)
    sender = "" if press is None else _sender(press.user_id)
    if press is None or not sender:
        return NOBODY
    pressed = _dict(_dict(press.content).get("cardPrivateData")).get("actionIds")
    action = pressed[0] if isinstance(pressed, list) and pressed and isinstance(pressed[0], str) else ""
    card = press.card_instance_id if isinstance(press.card_instance_id, str) else ""
    return Incoming(Said.PRESS if action else Said.OTHER, sender, data=action, message_ref=card[:_LONGEST] or None)


def _who(message: Any) -> str:
    """Return the sender's number, or for somebody from outside the organisation an id that nobody can write to.

    So a cry for help is heard whoever sends it.
    """
    stranger = _sender(message.sender_id)
    return _sender(message.sender_staff_id) or (f"{OUTSIDE}{stranger}"[:_LONGEST] if stranger else "")


def _is_press(raw: dict[str, Any]) -> bool:
    return _text(raw, "topic") == "/v1.0/card/instances/callback"


def _joined(message: Any) -> str:
    try:
        pieces = message.get_text_list()
    except (TypeError, AttributeError, KeyError):
        return ""
    return "".join(piece for piece in pieces or [] if isinstance(piece, str))


def _command(text: str) -> str:
    """Return a command in small letters; any other text without blanks around it."""
    text = text.replace("\x00", "").strip()
    if not text.startswith("/"):
        return text
    head, *rest = text.split(maxsplit=1)
    return " ".join([head.lower(), *rest])


def _sender(value: Any) -> str:
    good = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable()
    return value if good else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""
