import pytest

from bot.roster.columns import SHEETS, column_of, folded, sheet_of

SPELLINGS = [
    ("people", "number", ["number", "Number ", "学号", "工号", "学号/工号", "学号／工号"]),
    ("people", "name", ["NAME", "姓名", " 姓 名"]),
    ("people", "scope", ["scope", "负责范围"]),
    ("people", "counsellor", ["counsellor", "辅导员"]),
    ("people", "supervisor", ["supervisor", "导师"]),
    ("trips", "host_supervisor", ["host_supervisor", "Host Supervisor", "外方导师"]),
    ("trips", "emergency_contact", ["emergency-contact", "紧急联系人"]),
    ("trips", "departs", ["Departs", "出发日期"]),
    ("branches", "branch", ["branch", "支部"]),
    ("branches", "secretary", ["secretary", "书记"]),
    ("branch_members", "number", ["number", "学号"]),
]


@pytest.mark.parametrize(("sheet", "column", "spellings"), SPELLINGS)
def test_a_header_may_be_english_or_chinese_in_any_case(sheet: str, column: str, spellings: list[str]) -> None:
    assert {column_of(sheet, spelling) for spelling in spellings} == {column}


@pytest.mark.parametrize("title", ["branch_members", "Branch Members", "支部成员"])
def test_a_sheet_may_be_english_or_chinese(title: str) -> None:
    assert sheet_of(title) == "branch_members"


def test_what_is_no_header_names_no_column() -> None:
    assert column_of("people", "生日") is None
    assert sheet_of("Sheet1") is None


def test_no_name_means_two_columns_or_two_codes() -> None:
    for sheet in SHEETS.values():
        names = [{folded(name) for name in (column.name, column.zh, *column.also)} for column in sheet.columns]
        assert sum(map(len, names)) == len(set().union(*names)), sheet.name
        for column in sheet.columns:
            words = [{folded(name) for name in (code, *also)} for code, also in (column.codes or {}).items()]
            assert sum(map(len, words)) == len(set().union(*words)), column.name
