"""Whom to dial in an emergency abroad: a reviewed table, and the one line of it that a person in need reads.

Called by whatever answers a cry for help. A country that could not be reviewed with certainty is not in the table.
"""

from dataclasses import dataclass
from functools import cache

from bot.places.countries import country_name
from bot.places.tables import rows

CONSULAR_HOTLINE = "+86-10-12308"
"""China's consular protection hotline, day and night, from anywhere."""


@dataclass(frozen=True, slots=True)
class _Words:
    services: tuple[str, str, str]
    joiner: str
    between: str
    colon: str
    all_one: str
    also: str
    unsure: str
    unknown: str


_WORDS = {
    "zh": _Words(
        services=("报警", "急救", "火警"),
        joiner="、",
        between="，",
        colon="：",
        all_one="报警、急救、火警都拨 {number}",
        also="；{number} 也可以",
        unsure="；不知道拨哪个就拨 {number}",
        unknown="请拨打当地报警电话（多数国家 112 可用）",
    ),
    "en": _Words(
        services=("police", "ambulance", "fire"),
        joiner=" and ",
        between=", ",
        colon=": ",
        all_one="dial {number} for police, ambulance or fire",
        also="; {number} works too",
        unsure="; if unsure which, dial {number}",
        unknown="Please dial the local emergency number (112 works in most countries)",
    ),
}


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """What to dial within one country: short numbers, as text."""

    country: str
    police: str
    ambulance: str
    fire: str
    general: str
    """One number that brings any of them; empty where there is none that can be relied on."""


def emergency_numbers(country: str) -> EmergencyNumbers | None:
    """Give what to dial in a country (ISO 3166-1 alpha-2, capitals); None when the table does not know it."""
    return _table().get(country)


def line_to_dial(country: str | None, language: str) -> str:
    """Tell a person in one short line what to dial where she is.

    Args:
        country: ISO 3166-1 alpha-2 code; None or one not in the table gives the advice that holds nearly everywhere.
        language: `"zh"` or `"en"`.

    Raises:
        ValueError: There is no such language here.
    """
    if language not in _WORDS:
        raise ValueError(f"what to dial is said in zh and en, not in {language!r}")
    words = _WORDS[language]
    numbers = emergency_numbers(country) if country else None
    if numbers is None:
        return words.unknown
    return _line(country_name(numbers.country, language), numbers, words)


def _line(name: str, numbers: EmergencyNumbers, words: _Words) -> str:
    whom: dict[str, list[str]] = {}
    for service, number in zip(words.services, (numbers.police, numbers.ambulance, numbers.fire), strict=True):
        whom.setdefault(number, []).append(service)
    if len(whom) == 1:
        line = words.all_one.format(number=numbers.police)
        hint = words.also if numbers.general not in {"", numbers.police} else ""
    else:
        line = words.between.join(f"{words.joiner.join(names)} {number}" for number, names in whom.items())
        hint = words.unsure if numbers.general else ""
    return f"{name}{words.colon}{line}{hint.format(number=numbers.general)}"


@cache
def _table() -> dict[str, EmergencyNumbers]:
    return {row["country"]: EmergencyNumbers(**row) for row in rows("emergency.csv")}
