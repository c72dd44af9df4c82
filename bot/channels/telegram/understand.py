"""What an update of Telegram says in our own words; webhook, polling and the processing of the inbox call it.

It reads the raw JSON, trusts no shape in it and never raises, so that one odd update cannot stop its neighbours.
"""

import re
from dataclasses import replace
from typing import Any

from bot.inbox.model import FileKind, Incoming, Said, SentFile
from bot.inbox.rules import cry_in

ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
"""The kinds of update that we ask Telegram for."""

_FILES = (
    "photo",
    "document",
    "voice",
    "audio",
    "video",
    "video_note",
    "animation",
    "sticker",
    "contact",
    "poll",
    "dice",
)
HALF_TURN = 180.0
_SURROGATE = re.compile("[\ud800-\udfff]")
_MOST = 2**63  # ids are 64-bit integers; anything larger is not Telegram's


def update_id(raw: Any) -> int | None:
    """Return the id of an update, None when it has none that could be Telegram's."""
    value = raw.get("update_id") if isinstance(raw, dict) else None
    return value if isinstance(value, int) and _is_id(value) and value >= 0 else None


def is_known(raw: dict[str, Any]) -> bool:
    """Tell whether an update is of a kind that we ask for."""
    return any(isinstance(raw.get(kind), dict) for kind in ALLOWED_UPDATES)


def cleaned(value: Any) -> Any:
    """Return JSON in which each half of a surrogate pair is U+FFFD, because UTF-8 cannot store one."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() if _has_surrogate(value) else value
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    return value


def understand(raw: dict[str, Any]) -> Incoming:
    """Return who says what. Only private chats are for us: groups and channels are `OTHER`.

    So is an edited message, unless a cry for help has been written into it.
    """
    if isinstance(press := raw.get("callback_query"), dict):
        return _press(press)
    if isinstance(message := raw.get("message"), dict):
        return _message(message)
    if isinstance(change := raw.get("my_chat_member"), dict):
        return _membership(change)
    edited = _message(_dict(raw.get("edited_message")))
    return edited if edited.said is Said.TEXT and cry_in(edited.text) else replace(edited, said=Said.OTHER)


def heard(incoming: Incoming) -> str:
    """Return what is checked for a cry for help: what she wrote, or the data of the button that she pressed."""
    return incoming.data if incoming.said is Said.PRESS else incoming.text


def _press(press: dict[str, Any]) -> Incoming:
    message = _dict(press.get("message"))
    private = _is_private(message)
    data = _text(press.get("data"))
    name, language = _who(press)
    return Incoming(
        Said.PRESS if private and data else Said.OTHER,
        sender=_chat_id(message),
        data=data,
        message_ref=_id(message.get("message_id")),
        press_ref=_text(press.get("id")) or None,
        name=name,
        language=language,
    )


def _message(message: dict[str, Any]) -> Incoming:
    sender = _chat_id(message)
    moved = _id(message.get("migrate_to_chat_id"))
    if moved is not None:
        return Incoming(Said.MIGRATED, sender=sender, data=moved)
    if not _is_private(message):
        return Incoming(Said.OTHER, sender=sender)
    name, language = _who(message)
    said, text, data = _said(message)
    place = _dict(message.get("location")) if said is Said.POSITION else {}
    return Incoming(
        said,
        sender=sender,
        text=text,
        data=data,
        latitude=_degrees(place.get("latitude")),
        longitude=_degrees(place.get("longitude")),
        message_ref=_id(message.get("message_id")),
        reply_ref=_id(_dict(message.get("reply_to_message")).get("message_id")),
        name=name,
        language=language,
        files=_files(message) if said is Said.FILE else (),
    )


def _files(message: dict[str, Any]) -> tuple[SentFile, ...]:
    """Return the photo, at its largest, or the document of a message; an animation is a document only by its name."""
    photo, document = message.get("photo"), _dict(message.get("document"))
    sizes = [one for one in photo if isinstance(one, dict)] if isinstance(photo, list) else []
    largest = max(sizes, key=lambda one: (_count(one.get("width")), _count(one.get("file_size"))), default={})
    if ref := _text(largest.get("file_id")):
        return (SentFile(FileKind.PHOTO, ref, "", _count(largest.get("file_size"))),)
    ref = "" if "animation" in message else _text(document.get("file_id"))
    name, size = _text(document.get("file_name")), _count(document.get("file_size"))
    return (SentFile(FileKind.DOCUMENT, ref, name, size),) if ref else ()


def _count(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value < _MOST else 0


def _said(message: dict[str, Any]) -> tuple[Said, str, str]:
    """Return kind, text and data of a private message."""
    text = _command(_text(message.get("text")))
    if text.startswith("/start ") and (token := text.removeprefix("/start ").strip()):
        return Said.START, text, token
    if text:
        return Said.TEXT, text, ""
    place = _dict(message.get("location"))
    if _degrees(place.get("latitude")) is not None and _degrees(place.get("longitude")) is not None:
        return Said.POSITION, "", ""
    if any(kind in message for kind in _FILES):
        return Said.FILE, _text(message.get("caption")), ""
    return Said.OTHER, "", ""


def _membership(change: dict[str, Any]) -> Incoming:
    status = _text(_dict(change.get("new_chat_member")).get("status"))
    said = Said.OTHER
    if _is_private(change) and status in {"kicked", "left"}:
        said = Said.BLOCKED
    elif _is_private(change) and status == "member":
        said = Said.UNBLOCKED
    name, language = _who(change)
    return Incoming(said, sender=_chat_id(change), name=name, language=language)


def _command(text: str) -> str:
    """Return `/start@OurBot abc` as `/start abc`, the command in small letters; any other text as it is."""
    text = text.strip()
    if not text.startswith("/"):
        return text
    head, *rest = text.split(maxsplit=1)
    command = head.partition("@")[0].lower()
    return " ".join([command, *rest])


def _who(part: dict[str, Any]) -> tuple[str, str | None]:
    """Return what Telegram calls her and the language of her app."""
    person = _dict(part.get("from"))
    names = [_text(person.get("first_name")), _text(person.get("last_name"))]
    name = " ".join(name for name in names if name) or _text(person.get("username"))
    return name, _text(person.get("language_code")) or None


def _is_private(message: dict[str, Any]) -> bool:
    return bool(_dict(message.get("chat")).get("type") == "private" and _chat_id(message))


def _chat_id(message: dict[str, Any]) -> str:
    return _id(_dict(message.get("chat")).get("id")) or ""


def _id(value: Any) -> str | None:
    return str(value) if _is_id(value) else None


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MOST


def _degrees(value: Any) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and abs(value) <= HALF_TURN else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and _SURROGATE.search(text) is not None
