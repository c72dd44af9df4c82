"""Would anything leave this machine? A rehearsal starts only when nothing can. Pure; `bot.cli.rehearse` calls it.

It reads whatever sections the settings have, by the names of their keys, so that a channel that is added later is
looked at without anybody remembering it.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.errors import UsageError
from bot.settings import DutySection, Settings

OURS = frozenset({"service.bind", "service.base_url", "database.url"})
"""Places that are this service itself: where people reach it, and where it keeps things."""
_ENDINGS = ("url", "host", "proxy", "webhook", "smtp", "server")
_PLAIN_ALARMS = frozenset({"form", "forms", "json", "jsons", "ntfy", "ntfys", "xml", "xmls"})
_REACHED_BY = ("url", "host", "webhook", "smtp", "server")


def refuse_outside(settings: Settings) -> None:
    """Refuse settings under which a rehearsal could reach anybody; UsageError with one sentence for each channel."""
    found = list(outside(settings))
    if found:
        raise UsageError("\n".join(found))


def outside(settings: Settings) -> Iterator[str]:
    """Yield a sentence for each section that leads out of this machine; nothing when none does."""
    for path, section in _sections(settings, ""):
        if getattr(section, "enabled", True) is not True:
            continue
        if isinstance(section, DutySection):
            yield from _alarm_urls(section)
        places = {name: str(value) for name, value in _places(path, section) if value}
        away = next(((name, place) for name, place in places.items() if not is_near(place)), None)
        mend = "name a loopback address such as 127.0.0.1" + (
            ", or switch the channel off" if hasattr(section, "enabled") else ", or leave it empty"
        )
        if away is not None:
            yield f"[{path}] {away[0]} leads to {_host(away[1])}, and a rehearsal stays on this machine: {mend}."
        elif _is_channel(path) and not any(name.endswith(_REACHED_BY) for name in places):
            yield f"[{path}] says not where it leads, and a rehearsal stays on this machine: switch the channel off."


def _alarm_urls(section: DutySection) -> Iterator[str]:
    """Yield a sentence for each person with an alarm URL that may leave this machine; it never says the URL."""
    for number, urls in sorted(section.alarm_urls.items()):
        if not all(_rings_near(url.get_secret_value()) for url in urls):
            mend = "use json://127.0.0.1:PORT/… or leave them out"
            yield f"[duty] alarm_urls of {number} lead elsewhere, and a rehearsal stays on this machine: {mend}."


def _rings_near(url: str) -> bool:
    """Tell whether an alarm URL stays here for certain: a plain one of a service whose host is in its place.

    Elsewhere the host may be a key, or a parameter may replace it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_plain = parts.scheme in _PLAIN_ALARMS and not parts.query and parts.path.strip("/") != ""
    return is_plain and is_near(url)


def is_near(place: str) -> bool:
    """Tell whether a URL, or a host with or without its port, is a loopback address; names are not looked up."""
    host = _host(place).rstrip(".")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _sections(section: BaseModel, path: str) -> Iterator[tuple[str, BaseModel]]:
    for name in type(section).model_fields:
        value, below = getattr(section, name), f"{path}.{name}".removeprefix(".")
        for number, one in enumerate(value if isinstance(value, list | tuple) else [value]):
            if isinstance(one, BaseModel):
                where = f"{below}.{number}" if isinstance(value, list | tuple) else below
                yield where, one
                if getattr(one, "enabled", True) is True:  # what lies below a channel that is off is off too
                    yield from _sections(one, where)


def _places(path: str, section: BaseModel) -> Iterator[tuple[str, object]]:
    for name in type(section).model_fields:
        if name.endswith(_ENDINGS) and f"{path}.{name}" not in OURS:
            value = getattr(section, name)
            if isinstance(value, str):
                yield name, value


def _is_channel(path: str) -> bool:
    """Tell whether a section is a channel, which must say where it leads; what lies in one need not."""
    return path.startswith("channels.") and path.count(".") == 1 and path != "channels.web"


def _host(place: str) -> str:
    try:
        parts = urlsplit(place if "://" in place else f"//{place}")
        return parts.hostname or "nowhere"  # never the whole text: a proxy may have a password in it
    except ValueError:  # say, a bracket that is not closed
        return "nowhere"
