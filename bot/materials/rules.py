"""Whether something can be shared as it is typed: pure."""

from urllib.parse import urlsplit

from bot.materials.model import Fault

LONGEST_TITLE = 120
LONGEST_LINK = 1000


def fault_in(title: str, link: str, *, has_file: bool) -> Fault | None:
    """Return what is wrong with a title and a link, both without white space at their ends; None when nothing is."""
    if not title:
        return Fault.NO_TITLE
    if len(title) > LONGEST_TITLE or len(link) > LONGEST_LINK:
        return Fault.LONG
    if link and not _is_link(link):
        return Fault.LINK
    return None if link or has_file else Fault.NOTHING


def _is_link(link: str) -> bool:
    try:
        parts = urlsplit(link)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
    return usable and all(character.isprintable() and not character.isspace() for character in link)
