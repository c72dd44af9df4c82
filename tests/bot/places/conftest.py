"""What the IANA database itself says, for the tests that hold the shipped tables against it."""

from importlib.resources import files

import pytest

_TABLES = files("tzdata").joinpath("zoneinfo")


def _lines(name: str) -> list[list[str]]:
    text = _TABLES.joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="session")
def iso_codes() -> frozenset[str]:
    """Every ISO 3166-1 alpha-2 code."""
    return frozenset(line[0] for line in _lines("iso3166.tab"))


@pytest.fixture(scope="session")
def zones_by_country() -> dict[str, frozenset[str]]:
    """All zones of each country, also those that keep the same time."""
    found: dict[str, set[str]] = {}
    for code, _, zone, *_ in _lines("zone.tab"):
        found.setdefault(code, set()).add(zone)
    return {code: frozenset(zones) for code, zones in found.items()}
