"""Cuts a long text into messages at line ends, else at blanks, else anywhere. Each channel says how it counts."""

from collections.abc import Callable

Measure = Callable[[str], int]


def utf16(text: str) -> int:
    """Count as Telegram does: a character beyond the first plane is two."""
    return len(text) + sum(character > "\uffff" for character in text)


def utf8(text: str) -> int:
    """Count bytes, as WeCom and WeChat do: a Chinese character is three."""
    return len(text.encode())


def split(text: str, limit: int, measure: Measure = len) -> list[str]:
    """Cut a text into parts of at most `limit` by the channel's own measure; at least one part, no blank ones."""
    parts: list[str] = []
    rest = text.strip("\n")
    while measure(rest) > limit:
        most = _most(rest, limit, measure)
        # An end that stands right behind the last letter that fits is as good as one before it.
        cut = max(rest.rfind("\n", 0, most + 1), 0) or max(rest.rfind(" ", 0, most + 1), 0) or most
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*(part for part in parts if part), rest] if rest or not parts else parts


def _most(text: str, limit: int, measure: Measure) -> int:
    """Return how many characters from the start fit: at least one, or nothing would ever be sent."""
    used = 0
    for index, character in enumerate(text):
        used += measure(character)
        if used > limit:
            return max(index, 1)
    return len(text)
