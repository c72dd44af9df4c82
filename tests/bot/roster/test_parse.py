from datetime import date
from typing import Any

import pytest

from bot.roster.columns import SHEETS, column_of
from bot.roster.model import Record, Sheet, Sheets
from bot.roster.parse import parse
from bot.roster.understand import Places


def sheet(name: str, headers: str, *rows: list[Any]) -> Sheets:
    titles = headers.split(",")
    columns = [column_of(name, title) or "" for title in titles]
    cells = tuple((line, dict(zip(columns, row, strict=True))) for line, row in enumerate(rows, 2))
    return Sheets({name: Sheet(name, name, dict(zip(columns, titles, strict=True)), cells)})


def one(sheets: Sheets, places: Places) -> Record:
    records, faults = parse(sheets, places)
    assert faults == []
    [record] = records
    return record


def faults_of(sheets: Sheets, places: Places) -> list[str]:
    return [str(sheets.mistake(fault)) for fault in parse(sheets, places)[1]]


SCOPE_EN = "U/V;region:EU;de;matter:support"
SCOPE_ZH = "U/V；区域：欧洲；国家:德国；matter:support"
TRIP = "trip,number,host,city,country,zone,departs,returns,type"


def trip(**changed: Any) -> list[Any]:
    row = dict(
        zip(TRIP.split(","), ["T1", "1", "TU", "Berlin", "DE", "", "2026-09-01", "2027-01-31", "exchange"], strict=True)
    )
    return list((row | changed).values())


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        (
            "number,name,unit,role,scope,zone,level,party,language,email,phone,counsellor,supervisor",
            [
                1.0,
                "A",
                "U/V",
                "counsellor;office",
                "U/V;region:EU;de;matter:support",
                "",
                "master",
                "league",
                "en",
                "a@b.cn",
                13800138000.0,
                2,
                "",
            ],
        ),
        (
            "学号/工号,姓名,单位,角色,负责范围,时区,培养层次,政治面貌,语言,邮箱,电话,辅导员,导师",
            [
                "1",
                "A",
                "U／V",
                "专项岗；辅导员",
                "U/V；区域：欧洲；国家:德国；matter:support",
                None,
                "硕士",
                "共青团员",
                "英文",
                "a@b.cn",
                "13800138000",
                "2",
                None,
            ],
        ),
    ],
    ids=["English", "Chinese"],
)
def test_a_person_is_the_same_in_both_languages(places: Places, headers: str, row: list[Any]) -> None:
    record = one(sheet("people", headers, row), places)
    assert record.key == ("1",)
    assert record.values == {
        "number": "1",
        "name": "A",
        "unit": "U/V",
        "role": ("counsellor", "office"),
        "scope": ("country:DE", "matter:support", "region:EU", "unit:U/V"),
        "zone": "Asia/Shanghai",
        "level": "master",
        "party": "league",
        "language": "en",
        "email": "a@b.cn",
        "phone": "13800138000",
        "counsellor": "2",
        "supervisor": None,
    }


def test_only_the_columns_that_are_there_are_in_a_record(places: Places) -> None:
    assert one(sheet("people", "number,name", ["1", "A"]), places).values == {"number": "1", "name": "A"}


def test_an_empty_role_is_a_student(places: Places) -> None:
    assert one(sheet("people", "number,name,role", ["1", "A", None]), places).values["role"] == ("student",)


def test_every_code_is_read_in_both_languages(places: Places) -> None:
    for kind in SHEETS.values():
        key = {name: next(iter(kind.column(name).codes or {"2026": ()})) for name in kind.key}
        for column in kind.columns:
            for code, names in (column.codes or {}).items():
                for word in (code, code.upper(), *names):
                    records, _ = parse(
                        Sheets({kind.name: Sheet(kind.name, kind.name, {}, ((2, key | {column.name: word}),))}),
                        places,
                    )
                    assert records[0].values[column.name] in (code, (code,)), word


@pytest.mark.parametrize(
    ("city", "country", "zone"),
    [
        ("Berlin", "Germany", "Europe/Berlin"),
        ("圣保罗", "巴西", "America/Sao_Paulo"),
        ("New York", "us", "America/New_York"),
        ("加德满都", "NP", "Asia/Kathmandu"),
        ("a village", "尼泊尔", "Asia/Kathmandu"),
    ],
)
def test_the_zone_of_a_trip_comes_from_its_city(places: Places, city: str, country: str, zone: str) -> None:
    record = one(sheet("trips", TRIP, trip(city=city, country=country)), places)
    assert record.values["zone"] == zone
    assert record.values["departs"] == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("city", "zones"), [("a village", "America/New_York, America/Chicago"), ("Urumqi", "Asia/Shanghai, Asia/Urumqi")]
)
def test_a_city_that_can_be_in_several_zones_is_asked_for(places: Places, city: str, zones: str) -> None:
    country = "CN" if city == "Urumqi" else "US"
    [fault] = faults_of(sheet("trips", TRIP, trip(city=city, country=country)), places)
    assert fault.startswith(
        f"trips!2 zone: “{city}” in {country} can be in several time zones; expected one of {zones}"
    )


def test_a_zone_that_is_given_wins(places: Places) -> None:
    record = one(sheet("trips", TRIP, trip(city="乌鲁木齐", country="中国", zone="Asia/Urumqi")), places)
    assert (record.values["zone"], record.values["country"]) == ("Asia/Urumqi", "CN")


def test_a_sheet_without_the_column_zone_takes_it_from_the_city_too(places: Places) -> None:
    row = trip()
    del row[5]
    assert one(sheet("trips", TRIP.replace("zone,", ""), row), places).values["zone"] == "Europe/Berlin"


def test_every_fault_of_every_row_is_reported_at_once(places: Places) -> None:
    sheets = sheet(
        "people",
        "学号,姓名,单位,角色,负责范围,时区,培养层次,政治面貌,语言,邮箱,电话",
        [None, "A", "", "", "", "", "", "", "", "", ""],
        ["2", "", "a//b", "专员", "region:XX;QQ", "Beijing", "小学", "x", "fr", "a@b", "12"],
        ["3", "C" * 201, "", "boss", "matter:money", "", "", "", "", "", ""],
    )
    faults = faults_of(sheets, places)
    assert [fault.split(";")[0] for fault in faults] == [
        "people!2 学号: is empty",
        "people!3 姓名: is empty",
        "people!3 单位: “a//b” has an empty part",
        "people!3 角色: “专员” can mean several roles",
        "people!3 负责范围: there is no region “XX”",
        "people!3 时区: “Beijing” is not a time zone",
        "people!3 培养层次: there is no “小学”",
        "people!3 政治面貌: there is no “x”",
        "people!3 语言: there is no “fr”",
        "people!3 邮箱: “a@b” is not a mail address",
        "people!3 电话: “12” is not a phone number",
        "people!4 姓名: has 201 characters",
        "people!4 角色: there is no “boss”",
        "people!4 负责范围: “matter:money” is no scope",
    ]
    assert "专项岗 (office)" in faults[3]
    assert faults[6].endswith("expected one of bachelor 本科, master 硕士, doctor 博士")


def test_every_fault_of_a_trip_is_reported_at_once(places: Places) -> None:
    sheets = sheet("trips", TRIP, trip(country="Nowhere", departs="x", returns=None, type="holiday", zone="Nowhere/X"))
    assert [fault.split(":")[0] for fault in faults_of(sheets, places)] == [
        "trips!2 country",
        "trips!2 zone",
        "trips!2 departs",
        "trips!2 returns",
        "trips!2 type",
    ]


def test_a_bad_date_does_not_hide_an_uncertain_zone(places: Places) -> None:
    faults = faults_of(sheet("trips", TRIP, trip(city="a village", country="US", departs="x")), places)
    assert [fault.split(":")[0] for fault in faults] == ["trips!2 departs", "trips!2 zone"]


def test_a_faulty_row_is_still_there_for_what_refers_to_it(places: Places) -> None:
    [record] = parse(sheet("people", "number,name,role", ["1", "A", "专员"]), places)[0]
    assert (record.key, record.faulty) == (("1",), frozenset({"role"}))
