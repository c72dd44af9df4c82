"""Countries and territories by ISO 3166-1 code: found by any usual name, with their region and time zones.

Called by the importer (to read a roster's country and a scope's region), by enrolment and by everything that names
a country to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from bot.places.folding import fold
from bot.places.languages import locale_of
from bot.places.tables import parts, rows

REGIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "EU": MappingProxyType({"zh": "欧洲", "en": "Europe"}),
        "NA": MappingProxyType({"zh": "北美洲", "en": "North America"}),
        "SA": MappingProxyType({"zh": "南美洲", "en": "South America"}),
        "AS": MappingProxyType({"zh": "亚洲", "en": "Asia"}),
        "AF": MappingProxyType({"zh": "非洲", "en": "Africa"}),
        "OC": MappingProxyType({"zh": "大洋洲", "en": "Oceania"}),
        "AN": MappingProxyType({"zh": "南极洲", "en": "Antarctica"}),
    }
)
"""Region code to its name in `zh` and `en`. Central America and the Caribbean belong to North America."""


@dataclass(frozen=True, slots=True)
class _Country:
    code: str
    alpha3: str
    region: str
    zones: tuple[str, ...]
    name_en: str
    name_zh: str
    aliases: tuple[str, ...]


def find_country(text: str) -> str | None:
    """Find a country by what a person wrote: code, alpha-3 code, or a name in Chinese or English.

    Returns:
        The ISO 3166-1 alpha-2 code in capitals, or None when nothing fits.
    """
    key = fold(text)
    index = _index()
    return index.get(key) or index.get(key.removeprefix("the"))


def is_country(code: str) -> bool:
    """Tell whether this is an ISO 3166-1 alpha-2 code in capitals."""
    return code in _countries()


def country_name(code: str, language: str) -> str:
    """Name a country to a person in `"zh"` or `"en"`.

    Raises:
        KeyError: `code` is not an ISO 3166-1 alpha-2 code in capitals.
        ValueError: There is no such language here.
    """
    country = _countries()[code]
    own = {"zh": country.name_zh, "en": country.name_en}
    name: str = locale_of(language).territories[code]
    return own[language] or name


def region_of(code: str) -> str:
    """Give the region of a country, a key of `REGIONS`; KeyError when `code` is not a country."""
    return _countries()[code].region


def zones_of(code: str) -> tuple[str, ...]:
    """Give the IANA zones to choose from in a country, the one with most people first.

    Zones that keep the same time from now on are listed once. Empty for a code that is no country and for the two
    islands (BV, HM) where nobody lives.
    """
    country = _countries().get(code)
    return country.zones if country else ()


def countries_of_zone(zone: str) -> tuple[str, ...]:
    """Give the countries that list a zone among theirs, empty for one that no table knows."""
    return tuple(code for code, country in _countries().items() if zone in country.zones)


@cache
def _countries() -> dict[str, _Country]:
    found: dict[str, _Country] = {}
    for row in rows("countries.csv"):
        found[row["code"]] = _Country(
            code=row["code"],
            alpha3=row["alpha3"],
            region=row["region"],
            zones=parts(row["zones"]),
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            aliases=parts(row["aliases"]),
        )
    return found


@cache
def _index() -> dict[str, str]:
    index: dict[str, str] = {}
    for country in _countries().values():
        names = (
            country.code,
            country.alpha3,
            country.name_en,
            country.name_zh,
            locale_of("en").territories[country.code],
            locale_of("zh").territories[country.code],
            *country.aliases,
        )
        for name in filter(None, map(fold, names)):
            if index.setdefault(name, country.code) != country.code:
                raise ValueError(f"countries.csv: {name!r} names both {index[name]} and {country.code}")
    return index
