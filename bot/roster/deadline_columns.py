"""The sheets of what must be done by a day: deadlines at home, and papers that run out. Part of `columns`."""

from bot.roster.codes import DEADLINE_KINDS, LEVELS, PAPERS, TRIP_TYPES
from bot.roster.kinds import NUMBER, Column, Kind, SheetKind, key_column

DEADLINES, EXPIRIES = "deadlines", "expiries"

DEADLINE_SHEETS = (
    SheetKind(
        DEADLINES,
        "截止日期",
        ("deadline",),
        (
            key_column("deadline", "截止编号", "编号", required=True),
            Column("title", "事项", Kind.TEXT, ("事项名称",), required=True),
            Column("kind", "类别", Kind.CODE, ("事项类别",), codes=DEADLINE_KINDS, default="other"),
            Column("due", "截止日期", Kind.DATE, ("截止",), required=True),
            Column("time", "截止时间", Kind.TIME, ("北京时间",), default="23:59"),
            Column("unit", "单位", Kind.UNIT, ("所在单位", "院系"), most=900),
            Column("level", "培养层次", Kind.CODES, codes=LEVELS, default=()),
            Column("country", "国家", Kind.COUNTRIES, ("国家/地区", "国家地区"), default=()),
            Column("type", "类型", Kind.CODES, ("派出类型",), codes=TRIP_TYPES, default=()),
            Column("note", "说明", Kind.TEXT, ("备注",), most=500, default=""),
            Column("link", "链接", Kind.LINK, ("网址",), most=500, default=""),
        ),
        ("截止",),
    ),
    SheetKind(
        EXPIRIES,
        "证件有效期",
        ("number", "document"),
        (
            key_column("number", "学号", *NUMBER, required=True),
            Column("document", "证件", Kind.CODE, ("证件类型",), required=True, codes=PAPERS),
            Column("expires", "有效期至", Kind.DATE, ("到期日", "有效期"), required=True),
        ),
        ("证件",),
    ),
)
