"""Turns a rendered message into what WeChat's calls take: texts with signs to reply with, and fields of a template."""

import re
from datetime import datetime, timedelta
from typing import Any

from bot.channels.plain import as_text, labelled, signs
from bot.outbox.model import Rendered
from bot.settings_wechat import Template

_LONGEST = {"thing": 20, "short_thing": 5, "phrase": 5, "const": 20, "character_string": 32, "letter": 32, "name": 10}
"""Characters that a field may have, by the name before its number; WeChat refuses what is longer."""
_OTHER = 200
_FILL = re.compile(r"\{([a-z]+)\}")
_REPLY = {"zh": "回复 ", "en": "Reply "}
_BEIJING = timedelta(hours=8)


def fields(template: Template, message: Rendered, real_now: datetime) -> dict[str, Any]:
    """Return the fields of a template, filled with as much of a message as each takes."""
    lines = [line.strip() for line in message.text.splitlines() if line.strip()]
    choices = " ".join(labelled(sign, button) for sign, button in signs(message).items())
    there = real_now + _BEIJING
    fills = {
        "title": lines[0] if lines else "",
        "text": " ".join(lines),
        "reply": _REPLY.get(message.language, _REPLY["zh"]) + choices if choices else "",
        "time": f"{there:%Y-%m-%d %H:%M}",
    }

    def filled(text: str) -> str:
        return _FILL.sub(lambda found: fills.get(found[1], ""), text)

    return {name: {"value": _cut(filled(text), name)} for name, text in template.fields.items()}


def joined(messages: list[Rendered], limit: int) -> tuple[str, int]:
    """Return one text of the first messages that fit together into so many bytes, and how many those are.

    Signs to reply with stand in one of them at most: two lists of letters in one text could not be told apart.
    """
    text, signed = "", False
    for number, message in enumerate(messages):
        longer = "\n\n".join(part for part in (text, as_text(message)) if part)
        if len(longer.encode()) > limit or (signed and signs(message)):
            return text, number
        text, signed = longer, signed or bool(signs(message))
    return text, len(messages)


def _cut(text: str, name: str) -> str:
    most = _LONGEST.get(name.rstrip("0123456789"), _OTHER)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
