"""Which sheets and columns a roster has, what they may be called, and what their cells mean.

The reader, the parser, the difference and the template all go by this one table.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache

from bot.roster.codes import BRANCH_KINDS, BRANCH_PLACES, LANGUAGES, LEVELS, PARTY, ROLES, TRIP_TYPES
from bot.roster.deadline_columns import DEADLINE_SHEETS, DEADLINES, EXPIRIES
from bot.roster.figure_columns import FIGURE_SHEETS, HOSTS, INTAKE, ONLINE, PAPERS, TARGETS
from bot.roster.kinds import NUMBER, Column, Kind, SheetKind, key_column
from bot.roster.opportunity_columns import OPPORTUNITIES, OPPORTUNITY_SHEETS

__all__ = [
    "DEADLINES",
    "EXPIRIES",
    "HOSTS",
    "INTAKE",
    "ONLINE",
    "OPPORTUNITIES",
    "PAPERS",
    "TARGETS",
    "Column",
    "Kind",
    "SheetKind",
]

PEOPLE, TRIPS, BRANCHES, MEMBERS = "people", "trips", "branches", "branch_members"
HOME_ZONE = "Asia/Shanghai"


SHEETS: Mapping[str, SheetKind] = {
    sheet.name: sheet
    for sheet in (
        SheetKind(
            PEOPLE,
            "人员",
            ("number",),
            (
                key_column("number", *NUMBER, required=True),
                Column("name", "姓名", Kind.TEXT, required=True),
                Column("unit", "单位", Kind.UNIT, ("所在单位", "院系"), most=900),
                Column("role", "角色", Kind.CODES, codes=ROLES, default=("student",)),
                Column("scope", "负责范围", Kind.SCOPE, ("权限范围",), most=4000, default=()),
                Column("zone", "时区", Kind.ZONE, ("time zone",), most=64, default=HOME_ZONE),
                Column("level", "培养层次", Kind.CODE, codes=LEVELS),
                Column("party", "政治面貌", Kind.CODE, codes=PARTY),
                Column("language", "语言", Kind.CODE, codes=LANGUAGES, default="zh"),
                Column("email", "邮箱", Kind.EMAIL, ("e-mail", "电子邮箱", "邮件")),
                Column("phone", "电话", Kind.PHONE, ("手机", "手机号", "联系电话"), most=64),
                key_column("counsellor", "辅导员", "辅导员工号", "counselor"),
                key_column("supervisor", "导师", "导师工号"),
            ),
            ("人员名单",),
        ),
        SheetKind(
            TRIPS,
            "派出",
            ("trip",),
            (
                key_column("trip", "派出编号", required=True),
                key_column("number", "学号", *NUMBER, required=True),
                Column("host", "派往单位", Kind.TEXT, ("host institution", "接收单位"), required=True, most=300),
                Column("host_supervisor", "外方导师", Kind.TEXT),
                Column("city", "城市", Kind.TEXT, required=True, most=120),
                Column("country", "国家", Kind.COUNTRY, ("国家/地区", "国家地区"), required=True),
                Column("zone", "时区", Kind.ZONE, ("time zone",), most=64),
                Column("departs", "出发日期", Kind.DATE, ("派出日期",), required=True),
                Column("returns", "返回日期", Kind.DATE, ("回国日期",), required=True),
                Column("type", "类型", Kind.CODE, ("派出类型",), required=True, codes=TRIP_TYPES),
                Column("funding", "资助来源", Kind.TEXT),
                Column("approval", "审批号", Kind.TEXT, most=120),
                Column("emergency_contact", "紧急联系人", Kind.TEXT, most=500),
            ),
            ("派出名单",),
        ),
        SheetKind(
            BRANCHES,
            "支部",
            ("branch",),
            (
                key_column("branch", "支部", "支部名称", required=True),
                Column("kind", "类别", Kind.CODE, ("支部类别",), required=True, codes=BRANCH_KINDS),
                Column("unit", "单位", Kind.UNIT, ("所在单位", "院系"), most=900),
                key_column("secretary", "书记", "书记工号", "支部书记"),
                key_column("deputy", "副书记", "副书记工号", "支部副书记"),
                Column("place", "性质", Kind.CODE, ("支部性质",), codes=BRANCH_PLACES, default="temporary"),
            ),
            ("临时支部",),
        ),
        SheetKind(
            MEMBERS,
            "支部成员",
            ("branch", "number"),
            (
                key_column("branch", "支部", "支部名称", required=True),
                key_column("number", "学号", *NUMBER, required=True),
            ),
        ),
        *FIGURE_SHEETS,
        *DEADLINE_SHEETS,
        *OPPORTUNITY_SHEETS,
    )
}

NOTES = frozenset({"说明", "示例", "notes", "examples", "readme"})
"""Sheets for people only: the importer passes them over."""


def folded(text: str) -> str:
    """Reduce a header or a code to what must agree: letters and digits, without case, width, spaces and marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


@cache
def sheet_of(title: str) -> str | None:
    """Return which sheet a title names, in English or Chinese; None when it names none."""
    names = {folded(name): sheet.name for sheet in SHEETS.values() for name in (sheet.name, sheet.zh, *sheet.also)}
    return names.get(folded(title))


@cache
def _headers(sheet: str) -> dict[str, str]:
    columns = SHEETS[sheet].columns
    return {folded(name): column.name for column in columns for name in (column.name, column.zh, *column.also)}


def column_of(sheet: str, header: str) -> str | None:
    """Return which column of a sheet a header names, in English or Chinese; None when it names none."""
    return _headers(sheet).get(folded(header))
