"""Study cities: found however they are written, and the zones that a city and a country can mean."""

import pytest

from bot.places.cities import City, find_cities, zone_candidates
from bot.places.countries import zones_of
from bot.places.tables import parts, rows
from bot.places.zones import is_zone

ROWS = rows("cities.csv")
EXPECTED = """
New York|Boston|Cambridge|London|Kathmandu|Sydney|São Paulo|Urumqi|Berlin|Munich|Paris|Tokyo|Kyoto|Seoul|Singapore
Moscow|Toronto|Vancouver|Auckland|Cairo|Nairobi|Johannesburg|Delhi|Mumbai|Bangkok|Kuala Lumpur|Hong Kong|Macau|Taipei
Beijing|Shanghai|Dubai|Tehran|Tashkent|Almaty|St. John's|Adelaide|Darwin|Phoenix|Honolulu|Buenos Aires|Santiago
Mexico City|Reykjavik|Lisbon|Madrid|Barcelona|Rome|Milan|Zurich|Geneva|Vienna|Warsaw|Prague|Budapest|Stockholm|Helsinki
Oslo|Copenhagen|Dublin|Edinburgh|Manchester|Oxford|Ann Arbor|Champaign|Madison|Ithaca|West Lafayette|College Station
""".replace("\n", "|").strip("|")


def test_the_table_is_complete_and_nothing_is_there_twice() -> None:
    assert len(ROWS) >= 320
    keys = [(row["en"], row["country"], row["zone"]) for row in ROWS]
    assert len(keys) == len(set(keys))
    assert set(EXPECTED.split("|")) <= {row["en"] for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['en']}, {row['country']}, {row['zone']}")
def test_a_city_is_found_by_each_of_its_names_in_its_own_zone(
    row: dict[str, str], zones_by_country: dict[str, frozenset[str]]
) -> None:
    city = City(name_en=row["en"], name_zh=row["zh"], country=row["country"], zone=row["zone"])
    for name in (city.name_en, city.name_zh, *parts(row["aliases"])):
        assert city in find_cities(name)
        assert city in find_cities(name.upper(), city.country)
    assert is_zone(city.zone)
    assert city.zone in zones_by_country[city.country]
    assert all("一" <= letter <= "鿿" or letter == "-" for letter in city.name_zh), city.name_zh


def test_within_a_country_only_these_names_leave_the_zone_open() -> None:
    named: dict[str, set[str]] = {}
    for row in ROWS:
        for name in (row["en"], row["zh"]):
            if len(zone_candidates(name, row["country"])) > 1:
                named.setdefault(row["country"], set()).add(name)
    assert named == {
        "US": {"Columbia", "哥伦比亚"},
        "CN": {"Urumqi", "乌鲁木齐", "Kashgar", "喀什"},
    }


@pytest.mark.parametrize("text", ["São Paulo", "Sao Paulo", "sao paulo", "SAO-PAULO", "圣保罗", "圣保罗市"])
def test_sao_paulo_however_it_is_written(text: str) -> None:
    assert find_cities(text) == (City(name_en="São Paulo", name_zh="圣保罗", country="BR", zone="America/Sao_Paulo"),)


@pytest.mark.parametrize(
    ("text", "country", "zones"),
    [
        ("NYC", None, ["America/New_York"]),
        ("纽约市", "US", ["America/New_York"]),
        ("NEW YORK CITY", "us", ["America/New_York"]),
        ("washington d.c.", "US", ["America/New_York"]),
        ("München", "DE", ["Europe/Berlin"]),
        ("Muenchen", "DE", ["Europe/Berlin"]),
        ("加德满都", "NP", ["Asia/Kathmandu"]),
        ("saint johns", "CA", ["America/St_Johns"]),
        ("胡志明市", "VN", ["Asia/Ho_Chi_Minh"]),
        ("胡志明", "VN", ["Asia/Ho_Chi_Minh"]),
        ("凤凰城", "US", ["America/Phoenix"]),
        ("Cambridge", "GB", ["Europe/London"]),
        ("Cambridge", "US", ["America/New_York"]),
        ("Cambridge MA", None, ["America/New_York"]),
        ("Cambridge", None, ["America/New_York", "Europe/London"]),
        ("London", None, ["Europe/London", "America/Toronto"]),
        ("圣地亚哥", None, ["America/Los_Angeles", "America/Santiago"]),
        ("圣地亚哥", "CL", ["America/Santiago"]),
        ("Columbia", "US", ["America/New_York", "America/Chicago"]),
        ("Urumqi", "CN", ["Asia/Shanghai", "Asia/Urumqi"]),
        ("乌鲁木齐", None, ["Asia/Shanghai", "Asia/Urumqi"]),
    ],
)
def test_a_known_city_gives_its_zones(text: str, country: str | None, zones: list[str]) -> None:
    assert list(zone_candidates(text, country)) == zones


def test_an_unknown_city_in_a_country_with_one_zone_is_certain() -> None:
    assert zone_candidates("Schmallenberg", "DE") == ("Europe/Berlin",)
    assert zone_candidates("", "JP") == ("Asia/Tokyo",)


def test_an_unknown_city_in_a_country_with_many_zones_leaves_them_all_open() -> None:
    assert zone_candidates("Springfield", "US") == zones_of("US")
    assert len(zones_of("US")) > 1


def test_a_city_of_another_country_is_not_meant() -> None:
    assert find_cities("Tokyo", "FR") == ()
    assert zone_candidates("Tokyo", "FR") == ("Europe/Paris",)


@pytest.mark.parametrize(("city", "country"), [("Nowhere", None), ("", None), ("Nowhere", "XX"), ("?", "")])
def test_nothing_known_gives_nothing(city: str, country: str | None) -> None:
    assert zone_candidates(city, country) == ()


@pytest.mark.parametrize("text", ["", " ", "...", "New", "York New", "市"])
def test_a_part_of_a_name_is_no_city(text: str) -> None:
    assert find_cities(text) == ()


def test_namesakes_come_all_and_each_with_its_country() -> None:
    assert [(city.name_en, city.country) for city in find_cities("剑桥")] == [("Cambridge", "US"), ("Cambridge", "GB")]
