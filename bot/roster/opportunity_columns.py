"""The sheet of places that students may apply for 项目宣传. Part of `columns`."""

from bot.roster.codes import LEVELS, TRIP_TYPES
from bot.roster.kinds import Column, Kind, SheetKind, key_column

OPPORTUNITIES = "opportunities"

OPPORTUNITY_SHEETS = (
    SheetKind(
        OPPORTUNITIES,
        "项目",
        ("opportunity",),
        (
            key_column("opportunity", "项目编号", "编号", required=True),
            Column("title", "项目名称", Kind.TEXT, ("名称",), required=True),
            Column("title_en", "英文名称", Kind.TEXT, ("title in english",), default=""),
            Column(
                "host", "派往单位", Kind.TEXT, ("host institution", "接收单位", "合作单位"), required=True, most=300
            ),
            Column("tag", "合作标签", Kind.TEXT, ("标签", "partner tag"), most=60, default=""),
            Column("country", "国家", Kind.COUNTRY, ("国家/地区", "国家地区"), required=True),
            Column("type", "类型", Kind.CODE, ("派出类型",), required=True, codes=TRIP_TYPES),
            Column("funding", "资助", Kind.TEXT, ("资助来源", "经费"), default=""),
            Column("due", "申请截止日期", Kind.DATE, ("截止日期", "申请截止", "deadline"), required=True),
            Column("time", "截止时间", Kind.TIME, ("北京时间",), default="23:59"),
            Column("unit", "可申请单位", Kind.UNIT, ("单位", "所在单位", "院系"), most=900),
            Column("level", "可申请层次", Kind.CODES, ("培养层次", "who may apply"), codes=LEVELS, default=()),
            Column("text", "介绍", Kind.TEXT, ("说明", "简介"), most=1000, default=""),
            Column("text_en", "英文介绍", Kind.TEXT, ("text in english",), most=1000, default=""),
            Column("link", "链接", Kind.LINK, ("网址",), most=500, default=""),
        ),
        ("交流项目", "项目宣传"),
    ),
)
