"""The sheets that only statistics need: intake, targets, hosts, papers, visits online. Part of `columns`."""

from bot.roster.codes import ALL_LEVELS, EVERY_LEVEL, LEVELS, MEASURES
from bot.roster.kinds import NUMBER, Column, Kind, SheetKind, key_column

INTAKE, TARGETS, HOSTS, PAPERS, ONLINE = "intake", "targets", "hosts", "papers", "online_visits"


def _year() -> Column:
    return Column("year", "年份", Kind.YEAR, ("年度",), required=True)


def _unit() -> Column:
    return Column("unit", "单位", Kind.UNIT, ("所在单位", "院系"), required=True, most=900)


def _every_level() -> Column:
    return Column("level", "培养层次", Kind.CODE, codes=ALL_LEVELS, default=EVERY_LEVEL)


FIGURE_SHEETS = (
    SheetKind(
        INTAKE,
        "招生",
        ("year", "unit", "level"),
        (
            _year(),
            _unit(),
            Column("level", "培养层次", Kind.CODE, required=True, codes=LEVELS),
            Column("intake", "招生数", Kind.COUNT, ("招生人数",), required=True),
        ),
        ("招生数",),
    ),
    SheetKind(
        TARGETS,
        "目标",
        ("year", "unit", "measure", "level"),
        (
            _year(),
            _unit(),
            Column("measure", "指标", Kind.CODE, required=True, codes=MEASURES),
            _every_level(),
            Column("goal", "目标数", Kind.COUNT, required=True),
            Column("responsible", "责任部门", Kind.TEXT, ("责任单位", "responsible office"), required=True),
        ),
        ("年度目标",),
    ),
    SheetKind(
        HOSTS,
        "合作单位",
        ("host",),
        (
            Column("host", "派往单位", Kind.TEXT, ("host institution", "接收单位"), required=True, most=300),
            Column("tag", "合作标签", Kind.TEXT, ("标签", "partner tag"), required=True, most=60),
        ),
    ),
    SheetKind(
        PAPERS,
        "论文",
        ("year", "unit", "level"),
        (
            _year(),
            _unit(),
            _every_level(),
            Column("papers", "论文数", Kind.COUNT, ("第一作者国际合作论文数",), required=True),
        ),
        ("国际合作论文",),
    ),
    SheetKind(
        ONLINE,
        "线上交流",
        ("visit",),
        (
            key_column("visit", "线上交流编号", required=True),
            key_column("number", "学号", *NUMBER, required=True),
            Column("host", "交流单位", Kind.TEXT, ("host institution", "派往单位"), required=True, most=300),
            Column("country", "国家", Kind.COUNTRY, ("国家/地区", "国家地区")),
            Column("starts", "开始日期", Kind.DATE, required=True),
            Column("ends", "结束日期", Kind.DATE, required=True),
        ),
        ("线上",),
    ),
)
