"""What she did on her page, in our own words: the chat page writes the raw form, the chat handlers read the result."""

from typing import Any

from bot.inbox.model import Incoming, Said

MAX_TEXT = 20_000
"""Characters of one message; a longer one is cut by the page before it is stored."""


def raw_of(
    sender: str,
    *,
    text: str = "",
    press: str = "",
    label: str = "",
    start: str = "",
    position: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Return what is kept of a posted form: only what it carries; `label` is what the pressed button read."""
    values: dict[str, Any] = {"sender": sender}
    if start:
        values["start"] = start
    elif position is not None:
        values["latitude"], values["longitude"] = position
    elif press:
        values |= {"press": press, "label": label}
    else:
        values["text"] = text[:MAX_TEXT]
    return values


def understand(raw: dict[str, Any]) -> Incoming:
    """Return a form of the page as a message; anything odd is OTHER and never an error."""
    sender = str(raw.get("sender", ""))
    if start := _text(raw, "start"):
        return Incoming(Said.START, sender, data=start)
    if press := _text(raw, "press"):
        return Incoming(Said.PRESS, sender, data=press)
    latitude, longitude = raw.get("latitude"), raw.get("longitude")
    if isinstance(latitude, float) and isinstance(longitude, float):
        return Incoming(Said.POSITION, sender, latitude=latitude, longitude=longitude)
    if text := _text(raw, "text"):
        return Incoming(Said.TEXT, sender, text=text)
    return Incoming(Said.OTHER, sender)


def _text(raw: dict[str, Any], name: str) -> str:
    value = raw.get(name)
    return value if isinstance(value, str) else ""
