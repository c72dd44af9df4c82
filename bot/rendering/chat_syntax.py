"""How a chat template says what is pressed: the rows of buttons, the standing keyboard and the request for a position.

A chat template is text, and below a line of `---` there may be lines of `[Label](data)` (several on a line are one
row; data that begins with http opens a link), `keyboard`, and `position: Label`. The renderer calls this.
"""

import re
from dataclasses import dataclass

from bot.outbox.model import Button

MARK = re.compile(r"^---[ \t]*\n", re.MULTILINE)
DATA_BYTES = 64
"""The most that the strictest platform carries on a button."""
_BUTTON = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Controls:
    """What stands below a text."""

    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: bool = False
    ask_position: str | None = None


def split_source(source: str) -> tuple[str, str]:
    """Cut a template's source into text and controls, before anything that a person wrote is filled in."""
    parts = MARK.split(source, maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def parse_controls(text: str) -> Controls:
    """Read the rendered lines below the mark; ValueError for a line that says nothing we know."""
    rows: list[tuple[Button, ...]] = []
    keyboard = False
    ask_position: str | None = None
    for line in filter(None, map(str.strip, text.splitlines())):
        if line == "keyboard":
            keyboard = True
        elif line.startswith("position:"):
            ask_position = line.removeprefix("position:").strip()
        elif _BUTTON.search(line) and not _BUTTON.sub("", line).strip():
            rows.append(tuple(_button(label, target) for label, target in _BUTTON.findall(line)))
        else:
            raise ValueError(f"a chat template has a line that is no button: {line!r}")
    return Controls(tuple(rows), keyboard, ask_position)


def _button(label: str, target: str) -> Button:
    if target.startswith(("https://", "http://")):
        return Button(label.strip(), url=target)
    if len(target.encode()) > DATA_BYTES:
        raise ValueError(f"a button carries more than {DATA_BYTES} bytes: {target!r}")
    return Button(label.strip(), data=target)
