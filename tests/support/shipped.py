"""The shipped programme without some of its items, for stories that are about something else."""

import re

from bot.programmes.versions import default_text

_ACROSS_LINES = re.MULTILINE | re.DOTALL


def without(*keys: str) -> str:
    """Return its text without these items; what is asked before a departure if none is named."""
    text = default_text()
    for key in keys or ("channels", "checklist", "flight"):
        item = re.search(
            rf'^\[\[item\]\]\nkey = "{key}"\n.*?(?=^# (---|Each \[\[step))', text, re.MULTILINE | re.DOTALL
        )
        assert item is not None, f"it has no item {key}"
        text = text[: item.start()] + text[item.end() :]
    return text
