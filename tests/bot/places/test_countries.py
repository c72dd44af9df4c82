"""Countries: every code, every usual name, one region each, and the zones to choose from."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

from bot.places.countries import REGIONS, country_name, find_country, region_of, zones_of
from bot.places.folding import fold
from bot.places.tables import parts, rows
from bot.places.zones import is_zone

UNINHABITED = {"BV", "HM"}
# Hamlets whose time no other zone of Canada keeps; a list of choices is better without them.
NOT_OFFERED = {"America/Resolute", "America/Rankin_Inlet", "America/Cambridge_Bay", "America/Blanc-Sablon"}
CODES = [row["code"] for row in rows("countries.csv")]


def test_every_iso_code_is_there_once(iso_codes: frozenset[str]) -> None:
    assert len(CODES) == len(set(CODES))
    assert set(CODES) == iso_codes


def test_no_name_means_two_countries() -> None:
    named: dict[str, str] = {}
    for row in rows("countries.csv"):
        for name in (row["code"], row["alpha3"], row["name_en"], row["name_zh"], *parts(row["aliases"])):
            if name:
                assert named.setdefault(fold(name), row["code"]) == row["code"], name


@pytest.mark.parametrize("code", CODES)
def test_a_country_is_found_by_codes_and_by_its_names(code: str) -> None:
    assert find_country(code) == find_country(code.lower()) == code
    for locale in ("zh_Hans_CN", "en"):
        assert find_country(Locale.parse(locale).territories[code]) == code
    for language in ("zh", "en"):
        assert find_country(country_name(code, language)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("英国", "GB"),
        ("Scotland", "GB"),
        ("USA", "US"),
        ("U.S.A.", "US"),
        ("美国", "US"),
        ("the United States of America", "US"),
        ("韩国", "KR"),
        ("南韩", "KR"),
        ("Republic of Korea", "KR"),
        ("澳洲", "AU"),
        ("Hong Kong", "HK"),
        ("香港", "HK"),
        ("中国香港", "HK"),
        ("澳门", "MO"),
        ("Macau", "MO"),
        ("台湾", "TW"),
        ("中国台湾", "TW"),
        ("Czech Republic", "CZ"),
        ("The Netherlands", "NL"),
        ("Holland", "NL"),
        ("Turkey", "TR"),
        ("Turkiye", "TR"),
        ("Viet Nam", "VN"),
        ("Russian Federation", "RU"),
        ("阿联酋", "AE"),
        ("deu", "DE"),
        ("JPN", "JP"),
        ("Cote d'Ivoire", "CI"),
        ("刚果金", "CD"),
        (" 日本 ", "JP"),
        ("Thailand", "TH"),
    ],
)
def test_usual_names_are_understood(text: str, code: str) -> None:
    assert find_country(text) == code


@pytest.mark.parametrize("text", ["", "  ", "?!", "the", "Atlantis", "XX", "火星", "Europe"])
def test_what_is_no_country_is_not_guessed(text: str) -> None:
    assert find_country(text) is None


def test_alpha_3_codes_are_the_ones_in_force() -> None:
    codes = {row["code"]: row["alpha3"] for row in rows("countries.csv")}
    assert len(set(codes.values())) == len(codes)
    assert all(len(alpha3) == 3 and alpha3.isupper() for alpha3 in codes.values())
    # The countries whose older codes are still about (DDR, FXX, BUR, ZAR, ROM, TMP, YMD, YUG ...).
    expected = {"DE": "DEU", "FR": "FRA", "MM": "MMR", "CD": "COD", "RO": "ROU", "TL": "TLS", "YE": "YEM"}
    expected |= {"RS": "SRB", "ME": "MNE", "RU": "RUS", "BY": "BLR", "VN": "VNM", "CZ": "CZE", "SK": "SVK"}
    assert {code: codes[code] for code in expected} == expected


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("US", "美国", "United States"),
        ("GB", "英国", "United Kingdom"),
        ("HK", "中国香港", "Hong Kong, China"),
        ("MO", "中国澳门", "Macao, China"),
        ("TW", "中国台湾", "Taiwan, China"),
    ],
)
def test_names_for_people(code: str, zh: str, en: str) -> None:
    assert (country_name(code, "zh"), country_name(code, "en")) == (zh, en)


def test_an_unknown_code_or_language_is_refused() -> None:
    with pytest.raises(KeyError):
        country_name("XX", "zh")
    with pytest.raises(ValueError, match="'de'"):
        country_name("DE", "de")
    with pytest.raises(KeyError):
        region_of("XX")


def test_every_country_lies_in_one_region_with_a_name() -> None:
    assert {region_of(code) for code in CODES} == set(REGIONS)
    assert all(names["zh"] and names["en"] for names in REGIONS.values())


@pytest.mark.parametrize(
    ("code", "region"),
    [
        *(("DE", "EU"), ("RU", "EU"), ("CY", "EU"), ("TR", "AS"), ("CN", "AS"), ("MX", "NA")),
        *(("CU", "NA"), ("PA", "NA"), ("BR", "SA"), ("EG", "AF"), ("AU", "OC"), ("AQ", "AN")),
    ],
)
def test_regions(code: str, region: str) -> None:
    assert region_of(code) == region


@pytest.mark.parametrize("code", CODES)
def test_zones_exist_and_belong_to_the_country(code: str, zones_by_country: dict[str, frozenset[str]]) -> None:
    zones = zones_of(code)
    assert len(zones) == len(set(zones))
    assert all(is_zone(zone) for zone in zones)
    assert set(zones) <= zones_by_country.get(code, frozenset())
    assert bool(zones) == (code not in UNINHABITED)


def test_every_time_that_is_kept_in_a_country_can_be_chosen(zones_by_country: dict[str, frozenset[str]]) -> None:
    missing = []
    for code, zones in zones_by_country.items():
        offered = {_times(zone) for zone in zones_of(code)}
        # Simferopol is listed for both Russia and Ukraine; Ukraine keeps the time of Kyiv.
        left_out = NOT_OFFERED | ({"Europe/Simferopol"} if code == "UA" else set())
        missing += [(code, zone) for zone in zones - left_out if _times(zone) not in offered]
    assert missing == []


def test_the_zone_with_most_people_comes_first() -> None:
    firsts = {code: zones_of(code)[0] for code in ("US", "CA", "BR", "RU", "AU", "CN", "MX", "ID", "CL", "ES")}
    assert firsts == {
        "US": "America/New_York",
        "CA": "America/Toronto",
        "BR": "America/Sao_Paulo",
        "RU": "Europe/Moscow",
        "AU": "Australia/Sydney",
        "CN": "Asia/Shanghai",
        "MX": "America/Mexico_City",
        "ID": "Asia/Jakarta",
        "CL": "America/Santiago",
        "ES": "Europe/Madrid",
    }
    assert zones_of("XX") == ()


def _times(zone: str) -> tuple[timedelta | None, ...]:
    """Offsets through 2027, by the locked tzdata package: the machine's own copy may be years older."""
    with files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as file:
        known = ZoneInfo.from_file(file, key=zone)
    start = datetime(2027, 1, 1, tzinfo=UTC)
    return tuple((start + timedelta(days=10 * step)).astimezone(known).utcoffset() for step in range(37))
