"""The words that a roster's cells of codes may hold: each code with what else it is called."""

from collections.abc import Mapping

Codes = Mapping[str, tuple[str, ...]]

ROLES: Codes = {
    "student": ("学生",),
    "counsellor": ("辅导员", "counselor"),
    "supervisor": ("导师",),
    "coordinator": ("区域负责人",),
    "secretary": ("书记", "支部书记", "branch secretary"),
    "office": ("专项岗", "programme office"),
    "reader": ("只读", "只读人员", "read only", "read-only"),
}
AMBIGUOUS_ROLES: Mapping[str, str] = {
    "专员": "专项岗 (office), 区域负责人 (coordinator) or 辅导员 (counsellor), whichever is meant",
}
"""Words that offices use for more than one role, with what to write in their place."""

LEVELS: Codes = {
    "bachelor": ("本科", "本科生"),
    "master": ("硕士", "硕士生", "硕士研究生"),
    "doctor": ("博士", "博士生", "博士研究生", "phd"),
}
EVERY_LEVEL = "all"
ALL_LEVELS: Codes = {EVERY_LEVEL: ("全部", "不分层次"), **LEVELS}
PARTY: Codes = {
    "party": ("中共党员", "党员"),
    "probationary": ("预备党员", "中共预备党员"),
    "league": ("共青团员", "团员"),
    "none": ("群众",),
}
LANGUAGES: Codes = {
    "zh": ("中文", "汉语", "zh-CN", "chinese"),
    "en": ("英文", "英语", "english"),
}
TRIP_TYPES: Codes = {
    "joint_training": ("联合培养",),
    "degree": ("攻读学位",),
    "exchange": ("交换", "交换生"),
    "research_visit": ("访学",),
    "short_visit": ("短期交流",),
    "summer_school": ("暑期学校",),
    "conference": ("学术会议",),
    "internship": ("实习",),
    "io_internship": ("国际组织实习",),
    "competition": ("国际竞赛",),
    "volunteering": ("国际志愿服务",),
}
MEASURES: Codes = {
    "person_times": ("派出人次", "人次"),
    "three_months": ("三个月及以上", "3个月以上"),
    "online": ("线上交流",),
    **TRIP_TYPES,
}
"""What a target counts: all stays, those of three months and more, visits online, or the stays of one type."""
BRANCH_KINDS: Codes = {
    "party": ("党支部", "临时党支部"),
    "league": ("团支部", "临时团支部"),
}
DEADLINE_KINDS: Codes = {
    "credits": ("学分认定",),
    "awards": ("评优评奖", "评奖评优"),
    "recommendation": ("保研", "推免"),
    "registration": ("注册", "学籍注册"),
    "other": ("其他", "其它"),
}
PAPERS: Codes = {
    "passport": ("护照",),
    "visa": ("签证", "居留许可"),
    "insurance": ("保险", "境外保险"),
}
BRANCH_PLACES: Codes = {
    "temporary": ("临时", "临时支部", "境外"),
    "home": ("原支部", "国内", "本校支部", "所在支部"),
}
