"""A message for channels without buttons: what a button would do is a sign to reply with, links stand as they are.

Answers to a question have numbers, everything else has letters: so 1, 2 and 3 mean the newest question whatever was
said since, and a letter means the newest message that offered letters. WeCom (by default), WeChat and DingTalk send
this; `handlers/chat/numbered.py` takes the sign that comes back.
"""

from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from bot.channels.splitting import Measure, split
from bot.outbox.model import Button, Rendered

_ANSWERS = ("answer:", "volunteer:", "roll:", "rsvp:")
_REPLY = {"zh": ("回复数字：", "回复字母："), "en": ("Reply with a number:", "Reply with a letter:")}


def signs(message: Rendered) -> dict[str, Button]:
    """Return what stands for each button that does something: "1", "2" … for answers, "A", "B" … for the rest."""
    buttons = [button for row in message.buttons for button in row if button.data is not None]
    answers = [button for button in buttons if (button.data or "").startswith(_ANSWERS)]
    others = [button for button in buttons if button not in answers]
    return dict(zip(_numbers(), answers, strict=False)) | dict(zip(ascii_uppercase, others, strict=False))


def labelled(sign: str, button: Button) -> str:
    """Return a sign with what it stands for; a label may have its number already, where buttons show it too."""
    return f"{sign} {button.label.removeprefix(f'{sign} ')}"


def as_text(message: Rendered) -> str:
    """Return a message as one text with its signs and plain links."""
    numbers, letters = _REPLY.get(message.language, _REPLY["zh"])
    found = signs(message)
    numbered = [labelled(sign, button) for sign, button in found.items() if sign.isdecimal()]
    lettered = [labelled(sign, button) for sign, button in found.items() if not sign.isdecimal()]
    links = [f"{button.label}\n{button.url}" for row in message.buttons for button in row if button.url is not None]
    parts = [message.text.rstrip(), _list(numbers, numbered), _list(letters, lettered), "\n".join(links)]
    return "\n\n".join(part for part in parts if part)


def pieces(message: Rendered, limit: int, measure: Measure = len) -> list[str]:
    """Return the same in parts of at most `limit` by the channel's measure."""
    return split(as_text(message), limit, measure)


def _numbers() -> Iterator[str]:
    return (str(number) for number in range(1, 100))


def _list(head: str, lines: Iterable[str]) -> str:
    found = list(lines)
    return "\n".join([head, *found]) if found else ""
