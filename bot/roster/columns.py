"""Which sheets and columns a roster has, what they may be called, and what their cells mean.

The reader, the parser, the difference and the template all go by this one table.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cache

from bot.roster.codes import BRANCH_KINDS, LANGUAGES, LEVELS, PARTY, ROLES, TRIP_TYPES
from bot.roster.model import Value

PEOPLE, TRIPS, BRANCHES, MEMBERS = "people", "trips", "branches", "branch_members"
HOME_ZONE = "Asia/Shanghai"


class Kind(StrEnum):
    """How a cell is understood."""

    KEY = auto()
    TEXT = auto()
    UNIT = auto()
    CODE = auto()
    CODES = auto()
    SCOPE = auto()
    ZONE = auto()
    COUNTRY = auto()
    DATE = auto()
    EMAIL = auto()
    PHONE = auto()


@dataclass(frozen=True)
class Column:
    """One column; `zh` is its Chinese header, `also` what else it may be called, `most` the characters it takes."""

    name: str
    zh: str
    kind: Kind
    also: tuple[str, ...] = ()
    required: bool = False
    most: int = 200
    codes: Mapping[str, tuple[str, ...]] | None = None
    default: Value = None


@dataclass(frozen=True)
class SheetKind:
    """One sheet; `key` names the columns that together make a row this one."""

    name: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)


def _key(name: str, zh: str, *also: str, required: bool = False) -> Column:
    return Column(name, zh, Kind.KEY, also, required=required, most=64)


_NUMBER = ("学号/工号", "学号", "工号", "学工号", "人员编号")

SHEETS: Mapping[str, SheetKind] = {
    sheet.name: sheet
    for sheet in (
        SheetKind(
            PEOPLE,
            "人员",
            ("number",),
            (
                _key("number", *_NUMBER, required=True),
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
                _key("counsellor", "辅导员", "辅导员工号", "counselor"),
                _key("supervisor", "导师", "导师工号"),
            ),
            ("人员名单",),
        ),
        SheetKind(
            TRIPS,
            "派出",
            ("trip",),
            (
                _key("trip", "派出编号", required=True),
                _key("number", "学号", *_NUMBER, required=True),
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
                _key("branch", "支部", "支部名称", required=True),
                Column("kind", "类别", Kind.CODE, ("支部类别",), required=True, codes=BRANCH_KINDS),
                Column("unit", "单位", Kind.UNIT, ("所在单位", "院系"), most=900),
                _key("secretary", "书记", "书记工号", "支部书记"),
            ),
            ("临时支部",),
        ),
        SheetKind(
            MEMBERS,
            "支部成员",
            ("branch", "number"),
            (
                _key("branch", "支部", "支部名称", required=True),
                _key("number", "学号", *_NUMBER, required=True),
            ),
        ),
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
