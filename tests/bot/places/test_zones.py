"""Zones: what is one, and what people call it in both languages."""

import pytest

from bot.places.cities import find_cities
from bot.places.countries import zones_of
from bot.places.tables import rows
from bot.places.zones import is_zone, zone_name

CITY_ZONES = sorted({row["zone"] for row in rows("cities.csv")})


def _is_chinese(name: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in name)


@pytest.mark.parametrize(
    "text",
    [
        *("Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Asia/Calcutta", "UTC", "Etc/GMT+5"),
        *("America/Argentina/Buenos_Aires", "Europe/Kyiv", "Asia/Urumqi", "Pacific/Chatham"),
    ],
)
def test_iana_keys_are_zones(text: str) -> None:
    assert is_zone(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "posixrules", "localtime", "Factory", "tzdata.zi", "zone.tab", "Asia", "Asia/", "asia/shanghai"),
        *("/Asia/Shanghai", "../Asia/Shanghai", "Asia/../Asia/Shanghai", "Asia\\Shanghai", "/etc/localtime"),
        *("posix/Asia/Shanghai", "right/UTC", "Asia/Shanghai ", "Asia/Shanghai\n", "Asia/Beijing"),
        *("北京", "UTC+8", "+08:00", "\0"),
    ],
)
def test_everything_else_is_not(text: str) -> None:
    assert not is_zone(text)


@pytest.mark.parametrize("zone", CITY_ZONES)
def test_the_zone_of_every_city_has_a_name_in_both_languages(zone: str) -> None:
    assert _is_chinese(zone_name(zone, "zh"))
    name = zone_name(zone, "en")
    assert name
    assert not _is_chinese(name)
    assert not set(name) & set("/_")


def test_every_zone_of_every_country_has_a_name_in_both_languages(
    zones_by_country: dict[str, frozenset[str]],
) -> None:
    for zone in sorted(frozenset().union(*zones_by_country.values())):
        assert _is_chinese(zone_name(zone, "zh")), zone
        assert not set(zone_name(zone, "en")) & set("/_"), zone


def test_zones_of_one_country_have_different_names() -> None:
    for code in ("US", "CA", "BR", "RU", "AU", "MX", "CN", "ID"):
        for language in ("zh", "en"):
            names = [zone_name(zone, language) for zone in zones_of(code)]
            assert len(names) == len(set(names)), code


@pytest.mark.parametrize(
    ("zone", "zh", "en"),
    [
        ("America/New_York", "纽约", "New York"),
        ("Asia/Kolkata", "加尔各答", "Kolkata"),
        ("Asia/Calcutta", "加尔各答", "Kolkata"),
        ("Asia/Kathmandu", "加德满都", "Kathmandu"),
        ("Asia/Ho_Chi_Minh", "胡志明市", "Ho Chi Minh City"),
        ("Asia/Yangon", "仰光", "Yangon"),
        ("Europe/Kyiv", "基辅", "Kyiv"),
        ("Europe/Kiev", "基辅", "Kyiv"),
        ("America/Nuuk", "努克", "Nuuk"),
        ("Atlantic/Faroe", "法罗群岛", "Faroe Islands"),
        ("Africa/Asmara", "阿斯马拉", "Asmara"),
        ("America/Indiana/Indianapolis", "印第安纳波利斯", "Indianapolis"),
        ("US/East-Indiana", "印第安纳波利斯", "Indianapolis"),
        ("America/Kentucky/Louisville", "路易斯维尔", "Louisville"),
        ("America/Argentina/Buenos_Aires", "布宜诺斯艾利斯", "Buenos Aires"),
        ("PRC", "上海", "Shanghai"),
        ("Etc/GMT+5", "UTC-5", "UTC-5"),
        ("Etc/GMT-14", "UTC+14", "UTC+14"),
        ("Etc/UTC", "UTC", "UTC"),
        ("UTC", "UTC", "UTC"),
    ],
)
def test_names(zone: str, zh: str, en: str) -> None:
    assert (zone_name(zone, "zh"), zone_name(zone, "en")) == (zh, en)


def test_our_own_table_holds_zones_once_each_and_agrees_with_the_cities() -> None:
    table = rows("zone_names.csv")
    assert len({row["zone"] for row in table}) == len(table)
    for row in table:
        assert is_zone(row["zone"])
        for city in find_cities(row["en"]):
            if city.zone == row["zone"]:
                assert city.name_zh == row["zh"]


def test_what_is_no_zone_or_no_language_has_no_name() -> None:
    with pytest.raises(ValueError, match="Asia/Beijing"):
        zone_name("Asia/Beijing", "zh")
    with pytest.raises(ValueError, match="'fr'"):
        zone_name("Europe/Paris", "fr")
