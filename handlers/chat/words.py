"""What a few words mean as a whole message: commands, plain answers, yes and no, in both languages. Pure."""

import unicodedata
from datetime import date, timedelta
from re import compile as pattern

from bot.prompts.model import Choice

_EDGES = " \t\r\n.,!?~…。，！？、"
_COMMANDS = {
    "平安打卡": "/checkin",
    "打卡": "/checkin",
    "紧急求助": "/sos",
    "暂停": "/pause",
    "恢复": "/pause off",
    "恢复问候": "/pause off",
    "伙伴": "/buddy",
    "互助伙伴": "/buddy",
    "不找辅导员": "/notcounsellor",
    "别找辅导员": "/notcounsellor",
    "找辅导员": "/notcounsellor off",
    "可以找辅导员": "/notcounsellor off",
    "我在哪": "/zone",
    "时区": "/zone",
    "周报": "/digest",
    "语言": "/language",
    "日历": "/calendar",
    "我的日历": "/calendar",
    "没空": "/busy",
    "没空时间": "/busy",
    "没空的时间": "/busy",
    "我没空": "/busy",
    "安排活动": "/session",
    "约活动": "/session",
    "联系渠道": "/channels",
    "渠道": "/channels",
    "我的数据": "/mydata",
    "为什么": "/why",
    "报告突发事件": "/report",
    "突发事件": "/report",
    "写报告": "/write",
    "写总结": "/write",
    "交流总结": "/write",
    "回国报告": "/write",
    "总结报告": "/write",
    "思想汇报": "/study",
    "写思想汇报": "/study",
    "study report": "/study",
    "待办": "/due",
    "我的待办": "/due",
    "what is due": "/due",
    "write my report": "/write",
    "my report": "/write",
    "批阅": "/review",
    "批阅总结": "/review",
    "review": "/review",
    "谈心": "/talk",
    "约谈": "/talk",
    "预约谈心": "/talk",
    "出国规划": "/plan",
    "前人经验": "/plan",
    "项目": "/opportunities",
    "交流项目": "/opportunities",
    "出国项目": "/opportunities",
    "项目宣传": "/opportunities",
    "opportunities": "/opportunities",
    "落地时间": "/flight",
    "航班": "/flight",
    "清单": "/list",
    "我的清单": "/list",
    "行前清单": "/list",
    "求助演练": "/list",
    "求助(只是演练)": "/list",
    "sos演练": "/list",
    "sos 演练": "/list",
    "sos rehearsal": "/list",
    "sos, only a rehearsal": "/list",
    "my list": "/list",
    "不去了": "/notgoing",
    "取消派出": "/notgoing",
    "i am not going": "/notgoing",
    "帮助": "/help",
    "停止": "/stop",
    "退出": "/stop",
}
_PLAIN = {
    "平安": Choice.FINE,
    "平安到了": Choice.FINE,
    "平安到家": Choice.FINE,
    "我很好": Choice.FINE,
    "fine": Choice.FINE,
    "i am fine": Choice.FINE,
    "i'm fine": Choice.FINE,
    "有点难": Choice.HARD,
    "hard": Choice.HARD,
}
# These mean an answer only while a question waits for one: "ok" may be said to anything.
_PLAIN_WHEN_ASKED = {
    "没事": Choice.FINE,
    "我没事": Choice.FINE,
    "还好": Choice.FINE,
    "挺好": Choice.FINE,
    "很好": Choice.FINE,
    "好": Choice.FINE,
    "到了": Choice.FINE,
    "ok": Choice.FINE,
    "okay": Choice.FINE,
    "good": Choice.FINE,
    "1": Choice.FINE,
    "难": Choice.HARD,
    "2": Choice.HARD,
    "3": Choice.URGENT,
}
_AGREED = frozenset({"同意", "我同意", "可以", "可以，我同意", "yes", "agree", "i agree", "yes, i agree"})
_RIGHT = frozenset({"对", "对的", "是", "是的", "没错", "好", "ok", "okay", "right", "yes"})
_YES = frozenset({"是", "是的", "要", "对", "yes", "y", "是，紧急求助", "yes, urgent help"})
_WELL = {
    *("没事", "我没事", "没事了", "我没事了", "平安", "安全", "我安全", "我很好"),
    *("fine", "i am fine", "i'm fine", "safe", "i am safe", "i'm safe"),
}
_NO = frozenset({"不", "不是", "不用", "不要", "没有", "no", "n", "nope"} | _WELL)
_FALSE_ALARM = frozenset(
    {"误报", "是误报", "误触", "误按", "点错了", "按错了", "false alarm", "it was a false alarm", "by mistake"}
)
_FULL_DATE = pattern(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_SHORT_DATE = pattern(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_WITH_DAY = pattern(
    r"(?P<place>.+?)[\s,，]*(?:\b(?:until|till|to|for)\b|直?到|至|住|待)?\s*"
    r"(?P<day>(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?|\d{1,3}\s*(?:天|days?|d))"
)
_DAYS = pattern(r"(\d{1,3})\s*(?:天|days?|d)")


def whole(text: str) -> str:
    """Return a message as it is compared: full-width forms folded, small letters, without edges."""
    return unicodedata.normalize("NFKC", text).strip().strip(_EDGES).casefold()


def command_in(text: str, labels: dict[str, str]) -> tuple[str, str] | None:
    """Return the command of a message and what stands behind it; `labels` are those of the standing keyboard."""
    spoken = labels.get(text.strip()) or _COMMANDS.get(whole(text))
    text = spoken or text.strip()
    if not text.startswith("/"):
        return None
    head, _, rest = text.partition(" ")
    return head.partition("@")[0].casefold(), rest.strip()


def answer_in(text: str, *, asked: bool) -> Choice | None:
    """Return the plain answer that a whole message is; `asked` says that a question waits for one."""
    said = whole(text)
    return _PLAIN.get(said) or (_PLAIN_WHEN_ASKED.get(said) if asked else None)


def yes_or_no(text: str) -> bool | None:
    """Return what a whole message says to a question, None when it says neither."""
    said = whole(text)
    return True if said in _YES else False if said in _NO | _FALSE_ALARM else None


def is_consent(text: str) -> bool:
    """Tell whether a whole message agrees to begin."""
    return whole(text) in _AGREED


def is_right(text: str) -> bool:
    """Tell whether a whole message confirms what we think."""
    return whole(text) in _RIGHT


def is_digit(text: str) -> bool:
    """Tell whether a message is the number of one of the three answers."""
    return whole(text) in {"1", "2", "3"}


def is_off(text: str) -> bool:
    """Tell whether a word takes back what is being done."""
    return whole(text) in {"off", "算了", "不写了", "取消", "cancel", "恢复"}


def is_enough(text: str) -> bool:
    """Tell whether a whole message wants no more of what we ask after a stay."""
    return whole(text) in {
        "停",
        "停吧",
        "别问了",
        "不要再问了",
        "以后别问了",
        "stop",
        "no more of these",
        "stop asking",
    }


def is_false_alarm(text: str) -> bool:
    """Tell whether a whole message says that a call for help was a false alarm."""
    return whole(text) in _FALSE_ALARM


def is_back(text: str) -> bool:
    """Tell whether a whole message says that she is back where her stay is."""
    return whole(text) in {"回来了", "我回来了", "已经回来了", "back", "i am back", "i'm back"}


def place_and_day(text: str) -> tuple[str, str]:
    """Split a place from the last day behind it (`大阪 到 12-15`, `Osaka until 12-15`); the day is "" without one."""
    found = _WITH_DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return (found["place"].strip(_EDGES), found["day"]) if found else (text, "")


def day_in(text: str, today: date) -> date | None:
    """Return the day that a text names: a date, one without a year (the next such day), or a number of days."""
    said = unicodedata.normalize("NFKC", text).strip().casefold()
    try:
        if found := _FULL_DATE.fullmatch(said):
            return date(*(int(part) for part in found.groups()))
        if found := _SHORT_DATE.fullmatch(said):
            month, day = (int(part) for part in found.groups())
            this_year = date(today.year, month, day)
            return this_year if this_year >= today else date(today.year + 1, month, day)
        if found := _DAYS.fullmatch(said):
            return today + timedelta(days=int(found.group(1)))
    except ValueError:
        return None
    return None
