"""Names of time zones as people say them, and whether a text is a zone at all.

Called by the importer and the settings (to check a zone) and by everything that tells a person which zone is meant.
"""

import re
from functools import cache
from importlib.resources import files

from babel.core import get_global
from babel.dates import get_timezone_location

from bot.places.languages import locale_of
from bot.places.tables import rows

# Etc/GMT+5 is five hours *behind* Greenwich: POSIX counts the other way round.
_FIXED = re.compile(r"Etc/GMT(?P<sign>[+-])(?P<hours>[1-9]\d?)")
_AT_GREENWICH = frozenset({"GMT", "GMT+0", "GMT-0", "GMT0", "Greenwich", "UCT", "UTC", "Universal", "Zulu"})


def is_zone(text: str) -> bool:
    """Say whether `text` is exactly a key of the IANA database; `posixrules`, `localtime` and paths are not."""
    return text in _known()


def zone_name(zone: str, language: str) -> str:
    """Name a zone to a person by its city, e.g. 纽约 or New York; fixed offsets are named like UTC-5.

    Args:
        zone: An IANA key.
        language: `"zh"` or `"en"`.

    Raises:
        ValueError: There is no such zone, or no such language here.
    """
    locale = locale_of(language)
    if not is_zone(zone):
        raise ValueError(f"not an IANA time zone: {zone!r}")
    if fixed := _FIXED.fullmatch(zone):
        return f"UTC{'-' if fixed['sign'] == '+' else '+'}{fixed['hours']}"
    if zone.removeprefix("Etc/") in _AT_GREENWICH:
        return "UTC"
    canonical: str = get_global("zone_aliases").get(zone, zone)
    ours = _names().get(canonical)
    return ours[language] if ours else get_timezone_location(canonical, locale=locale, return_city=True)


@cache
def _known() -> frozenset[str]:
    keys = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    return frozenset(keys) - {"Factory"}


@cache
def _names() -> dict[str, dict[str, str]]:
    return {row["zone"]: {"en": row["en"], "zh": row["zh"]} for row in rows("zone_names.csv")}
