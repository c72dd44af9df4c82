"""Emergency numbers: each one checked against phonenumbers, and the line that a person reads."""

import pytest
from phonenumbers import parse
from phonenumbers.shortnumberinfo import is_emergency_number

from bot.places.countries import country_name
from bot.places.emergency import CONSULAR_HOTLINE, emergency_numbers, line_to_dial
from bot.places.tables import rows

ROWS = rows("emergency.csv")

# Numbers that phonenumbers does not list as emergency numbers, and why they are in the table nevertheless.
REVIEWED = {
    ("ET", "907"): "the Red Cross ambulance of Addis Ababa",
    ("FJ", "910"): "the National Fire Authority",
    ("GH", "112"): "one number for all services since 2019, beside 191, 192 and 193",
    ("LK", "1990"): "Suwa Seriya, the free national ambulance since 2016",
    ("MM", "192"): "ambulance; phonenumbers lists the police only",
    ("MM", "191"): "fire; phonenumbers lists the police only",
    ("NG", "112"): "the national number of the emergency communication centres; 199 is older",
    ("PA", "104"): "the National Police; phonenumbers lists 911 (medical) only",
    ("PA", "103"): "the fire brigade; phonenumbers lists 911 (medical) only",
    ("PE", "106"): "SAMU, the public ambulance",
    ("RS", "192"): "phonenumbers still has 92, from before the leading 1",
    ("RS", "193"): "phonenumbers still has 93, from before the leading 1",
    ("RS", "194"): "phonenumbers still has 94, from before the leading 1",
    ("SA", "998"): "civil defence; phonenumbers lists 911, 997 and 999",
    ("SN", "1515"): "SAMU, the public ambulance",
    ("SV", "132"): "SEM, the public ambulance",
    ("TT", "811"): "ambulance; phonenumbers lists 990 and 999",
    ("UZ", "101"): "phonenumbers still has 01, from before the leading 1",
    ("UZ", "102"): "phonenumbers still has 02, from before the leading 1",
    ("UZ", "103"): "phonenumbers still has 03, from before the leading 1",
}
# Countries of our cities whose numbers could not be reviewed with certainty: the general advice is given there.
NOT_REVIEWED = {"DZ", "LA", "RW", "TM", "TZ", "UG", "ZM", "ZW"}
SERVICES = ("police", "ambulance", "fire", "general")


def test_no_country_is_there_twice_and_all_exist() -> None:
    codes = [row["country"] for row in ROWS]
    assert len(codes) == len(set(codes))
    assert len(codes) >= 90
    assert all(country_name(code, "zh") for code in codes)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["country"])
def test_every_number_is_an_emergency_number_there(row: dict[str, str]) -> None:
    assert all(row[service] for service in SERVICES[:3]), "only `general` may be empty"
    for number in {row[service] for service in SERVICES} - {""}:
        assert is_emergency_number(number, row["country"]) != ((row["country"], number) in REVIEWED), number


def test_no_exception_is_left_over() -> None:
    used = {(row["country"], row[service]) for row in ROWS for service in SERVICES}
    assert set(REVIEWED) <= used


def test_every_country_of_our_cities_has_numbers_or_is_known_to_have_none() -> None:
    ours = {row["country"] for row in rows("cities.csv")}
    assert {code for code in ours if emergency_numbers(code) is None} == NOT_REVIEWED


def test_the_consular_hotline_is_a_chinese_number_behind_beijings_area_code() -> None:
    number = parse(CONSULAR_HOTLINE)
    assert (number.country_code, number.national_number) == (86, 1012308)


@pytest.mark.parametrize(
    ("country", "zh", "en"),
    [
        (
            "US",
            "美国：报警、急救、火警都拨 911",
            "United States: dial 911 for police, ambulance or fire",
        ),
        (
            "GB",
            "英国：报警、急救、火警都拨 999；112 也可以",
            "United Kingdom: dial 999 for police, ambulance or fire; 112 works too",
        ),
        ("JP", "日本：报警 110，急救、火警 119", "Japan: police 110, ambulance and fire 119"),
        (
            "FR",
            "法国：报警 17，急救 15，火警 18；不知道拨哪个就拨 112",
            "France: police 17, ambulance 15, fire 18; if unsure which, dial 112",
        ),
        (
            "DE",
            "德国：报警 110，急救、火警 112；不知道拨哪个就拨 112",
            "Germany: police 110, ambulance and fire 112; if unsure which, dial 112",
        ),
        ("KR", "韩国：报警 112，急救、火警 119", "South Korea: police 112, ambulance and fire 119"),
        ("CN", "中国：报警 110，急救 120，火警 119", "China: police 110, ambulance 120, fire 119"),
        ("HK", "中国香港：报警、急救、火警都拨 999", "Hong Kong, China: dial 999 for police, ambulance or fire"),
        (
            "AU",
            "澳大利亚：报警、急救、火警都拨 000",
            "Australia: dial 000 for police, ambulance or fire",
        ),
        ("NP", "尼泊尔：报警 100，急救 102，火警 101", "Nepal: police 100, ambulance 102, fire 101"),
        ("BR", "巴西：报警 190，急救 192，火警 193", "Brazil: police 190, ambulance 192, fire 193"),
    ],
)
def test_the_line_that_a_person_reads(country: str, zh: str, en: str) -> None:
    assert (line_to_dial(country, "zh"), line_to_dial(country, "en")) == (zh, en)


@pytest.mark.parametrize("country", ["XX", "", None, "TZ"])
def test_without_a_reviewed_country_the_general_advice_is_given(country: str | None) -> None:
    assert line_to_dial(country, "zh") == "请拨打当地报警电话（多数国家 112 可用）"
    assert line_to_dial(country, "en") == "Please dial the local emergency number (112 works in most countries)"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["country"])
def test_every_number_is_in_the_line_and_the_line_is_short(row: dict[str, str]) -> None:
    for language in ("zh", "en"):
        line = line_to_dial(row["country"], language)
        assert all(row[service] in line for service in SERVICES)
        assert len(line) < 100


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        line_to_dial("FR", "fr")
