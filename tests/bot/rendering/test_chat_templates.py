"""Each chat template renders in both languages with nothing undefined, and keeps to what platforms carry."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.outbox.model import Rendered
from bot.rendering.renderer import Renderer, templates_folder

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
LATER = "2026-12-01T23:30:00+00:00"
STUDENT = {
    "name": "李雁",
    "number": "20230001",
    "unit": "某大学/外语学院",
    "zone": "America/New_York",
    "city": "New York",
    "country": "US",
    "host": "Columbia",
    "phone": "+1 212 555 0100",
    "email": "li@example.edu",
    "url": "https://yanxin.example.edu/console/people/20230001",
    "can_open": True,
}
SPAN = {"zone": "Europe/Berlin", "city": "Berlin", "country": "DE", "students": 14}
TEACHER = {"number": "T001", "name": "王老师", "present": True}
ROTA = {"name": "欧洲", "zone": "Europe/Berlin", "on": TEACHER, "until": LATER, "next": TEACHER, "next_at": LATER}
DUTY: dict[str, Any] = {
    "gaps": [
        SPAN | {"start": "2026-11-21T01:00:00+00:00", "end": "2026-11-21T05:00:00+00:00"},
        SPAN | {"start": "2026-11-21T01:00:00+00:00", "end": LATER, "city": "", "students": 1},
    ],
    "gaps_left": 3,
    "group": "赴美同学",
    "state": "failed",
    "reason": "keyword_missing",
    "part": 2,
    "parts": 3,
    "calls": 8123,
    "most": 10000,
    "test": 5,
    "token": "abcdefgh",
    "rings": True,
    "days_ahead": 14,
    "rota": "欧洲",
    "begins": LATER,
    "ends": LATER,
    "rotas": [ROTA, ROTA | {"on": None, "next": None}, ROTA | {"on": TEACHER | {"present": False}, "until": None}],
    "overrides": [{"id": 3, "rota": "欧洲", "zone": "Europe/Berlin", "who": TEACHER, "from": LATER, "to": LATER}],
}
WAYS: list[dict[str, Any]] = [
    {
        "id": 1,
        "number": 1,
        "channel": "telegram",
        "can": "now",
        "why": "",
        "proven": True,
        "ok_at": LATER,
        "pushes": True,
    },
    {"id": 2, "number": 2, "channel": "wecom", "can": "no", "why": "window_closed", "proven": False, "pushes": True},
    {"id": 3, "number": 3, "channel": "web", "can": "looks", "why": "", "proven": False, "pushes": False},
]
TALK: dict[str, Any] = {
    "id": 4,
    "with": "林知远",
    "starts_at": "2026-12-01T12:00:00+00:00",
    "minutes": 30,
    "place": "https://meet.example.edu/1",
}

FULL: dict[str, Any] = {
    "may": "named",
    "ways": WAYS,
    "meets_at": LATER,
    "times": [{"zone": "America/New_York", "cities": [["纽约", "US"]], "more": 2}],
    "name": "李雁",
    "is_student": True,
    "cares": True,
    "now": NOW,
    "zone": "America/New_York",
    "may_know": lambda: ["counsellor", "support", "office", "nobody"],
    "positions_hours": 72,
    "service_url": "https://yanxin.example.edu",
    "dial": "美国：报警、急救、火警都拨 911",
    "dial_first": "911",
    "hotline": "+86-10-12308",
    "support_contact": "400-000-1111",
    "duty_phone": "010-5555-0000",
    "embassy": "+1 202 000 0000",
    "insurer": "400-800-2222",
    "prompt": 7,
    "item": "checkin",
    "kind": "checkin",
    "opens_at": NOW,
    "asked_at": NOW,
    "prompt_zone": "America/New_York",
    "case": 3,
    "case_reason": "urgent",
    "case_round": 0,
    "opened_at": NOW,
    "taken_by": "王老师",
    "taken_by_phone": "",
    "student": STUDENT,
    "outcome": "recorded",
    "closed": True,
    "asked_day": "2026-11-24",
    "can_undo": True,
    "earlier": True,
    "helping": True,
    "next_at": LATER,
    "subject": "雁信周报",
    "template": "checkin/question",
    "replies_read": True,
    "support": "",
    "next_zone": "America/New_York",
    "share_with": "counsellor",
    "unanswered": True,
    "whom": "counsellor",
    "choice": "hard",
    "open_prompt": 7,
    "masked": "李*",
    "unit": "某大学/外语学院",
    "link": 5,
    "claimed_on": "wecom",
    "stay": "before",
    "departs": "2026-12-01",
    "city": "巴黎",
    "candidates": [{"city": "Cambridge", "country": "GB", "new_zone": "Europe/London", "code": "GB:Europe/London:"}],
    "new_zone": "Europe/Paris",
    "country": "FR",
    "code": "FR:Europe/Paris:Paris",
    "back_to": "New York",
    "names_city": False,
    "again": False,
    "until": "2026-12-01",
    "latest": "2026-12-24",
    "trips": 1,
    "prompts": 4,
    "answers": 3,
    "notes": 1,
    "positions": 0,
    "inbox": 9,
    "outbox": 12,
    "channels": ["telegram", "web"],
    "messages_days": 180,
    "looks": [{"who": "李老师", "what": what, "at": "2026-11-18T12:00:00+00:00"} for what in ("notes", "export")],
    "agreed_count": 1,
    "talks": 2,
    "talk": TALK,
    "names": ["林知远"],
    "free": [TALK, TALK | {"id": 5, "place": ""}],
    "gone": True,
    "fresh": True,
    "done": True,
    "month": 1,
    "follow_up": 3,
    "open_items": {"titles": ["学分认定"], "report": True, "agreed": 2},
    "by": "韩主任",
    "about": "checkin",
    "rung": "question",
    "sent_at": LATER,
    "weeks": 2,
    "days": [1],
    "at": "18:30",
    "console": "https://yanxin.example.edu/console/",
} | DUTY
DEEDS: dict[str, Any] = {
    "stands": "mine",
    "put_off": LATER,
    "what": "called",
    "people": [{"id": 4, "name": "陈老师"}],
    "more": True,
    "to": "陈老师",
    "why": "not_spoken",
    "reopened_elsewhere": False,
    "handed_by": "韩主任",
    "skips": True,
    "offer": True,
    "lapsed_by": "韩主任",
    "buddies_said": [{"name": "王雨桐", "word": word} for word in ("can", "cannot", "fine")],
}
LINE: dict[str, Any] = {
    "false_alarm_at": NOW,
    "in_drill": True,
    "has_written": True,
    "cried_again_at": NOW,
    "reader": "王老师",
    "teacher": "王老师",
    "text": "我在图书馆三楼",
    "in_conversation": True,
    "channel": "telegram",
    "who": "Lin",
    "words": "救命",
    "cried_at": LATER,
    "asks": True,
    "students": [{"case": 3, "name": "李雁"}],
    "so_far": [
        {"at": LATER, "who": who, "what": what, "text": "你在哪？"}
        for who, what in (("", "text"), ("王老师", "text"), ("", "position"), ("", "file"))
    ],
}
FULL |= DEEDS | LINE
BUDDIES: dict[str, Any] = {
    "buddy": "王雨桐",
    "pair": 4,
    "anywhere": False,
    "mine": True,
    "agreed": [{"pair": 4, "name": "王雨桐", "anywhere": far} for far in (True, False)],
    "waiting": [{"pair": 5, "number": number} for number in ("2023002", "")],
    "blocked": [{"id": 9, "name": "陈安"}],
    "room": True,
    "most": 3,
    "code": "YX-AB2C-DE3F",
    "number": "2023002",
    "for_good": True,
    "word": "can",
    "buddy_case": 3,
    "missed": "李雁",
}
REASONS = ("urgent", "missed", "unreached", "not_asked", "rollcall", "hard")
ROLES = ("buddy", "counsellor", "duty", "coordinator", "office", "chosen")
RECEIPT: dict[str, Any] = {
    "told": [
        {"reason": reason, "at": LATER, "told": [{"who": "王老师", "role": role} for role in ROLES[:3]]}
        for reason in REASONS[:3]
    ],
    "receipt_url": "https://yanxin.example.edu/told/x",
    "can_open": True,
}
ROLLCALLS: dict[str, Any] = {
    "country": "FR",
    "rollcall": 4,
    "drill": False,
    "happened": "东京发生 7 级地震",
    "is_over": False,
    "said": "recorded",
    "report": 9,
    "total": 12,
    "is_whole": True,
    "counts": dict.fromkeys(["safe", "help", "elsewhere", "wrote", "asked", "unreached", "not_asked", "left"], 1),
    "url": "https://yanxin.example.edu/console/rollcalls/4",
}
NEEDS: dict[str, Any] = {
    "id": 5,
    "name": "李雁",
    "label": "李雁",
    "why": "late",
    "since": LATER,
    "prompt": 7,
    "case": None,
    "by": "王老师",
    "until": LATER,
    "reminded_by": "陈老师",
    "city": "Tokyo",
    "country": "JP",
    "zone": "Asia/Tokyo",
}
GOES = {"name": "李雁", "city": "Tokyo", "country": "JP", "day": "2026-12-01"}
NEAR: dict[str, Any] = {name: [GOES] for name in ("leaves", "arrived", "returns")}
NEAR |= {"more": {"leaves": 2, "arrived": 0, "returns": 1}}
FIGURES = ("well", "urgent", "hard", "silent", "unreached", "not_asked", "waiting", "ahead", "cases")
DIGEST: dict[str, Any] = {
    "care": {
        "figures": {"total": 9} | dict.fromkeys(FIGURES, 1),
        "need": [NEEDS | {"why": why, "case": 3, "until": None, "reminded_by": ""} for why in REASONS],
        "more": 12,
        "trips": NEAR,
        "unproven": {"names": NEAR["leaves"], "more": 2},
        "deadlines": [{"title": "学分认定", "due_at": LATER, "names": ["李雁"], "more": 2}],
    },
    "reports": 2,
    "supervised": {"abroad": 2, "trips": NEAR, "deadlines": []},
    "branch": True,
    "away": {"names": [{"name": "韩老师", "since": LATER}], "more": 3},
    "duty_gaps": {"shown": DUTY["gaps"], "more": 2},
    "change": {"well": -2, "silent": 1, "cases": 1, "unreached": -1},
    "daily": False,
    "every": "weekly",
    "one": NEEDS,
    "why_not": "reminded",
    "done": "",
}
NOBODY: dict[str, Any] = {"leaves": [], "arrived": [], "returns": [], "more": {}}
QUIET = DIGEST | {
    "care": {"figures": {"total": 0}, "need": [], "more": 0, "trips": NOBODY},
    "supervised": None,
    "branch": False,
    "away": {"names": [], "more": 0},
    "duty_gaps": {"shown": [], "more": 0},
    "change": {},
    "every": "off",
    "one": NEEDS | {"since": "", "city": "", "zone": "", "by": "", "until": None, "reminded_by": "", "prompt": None},
    "why_not": "extended",
    "done": "reminded",
}
SESSION: dict[str, Any] = {
    "title": "",
    "busy": [{"id": 4, "days": [0, 2], "start": "22:00", "end": "06:00", "next_day": True}],
    "busy_said": "added",
    "busy_hours": 1,
    "is_round": False,
    "own_question": "",
    "leads": True,
    "asking": "preview",
    "fault": "past",
    "branches": ["纽约支部"],
    "invited": 9,
    "board_url": "https://yanxin.example.edu/console/sessions/9",
    "plan": {
        "branch": "纽约支部",
        "title": "读书会",
        "starts_at": LATER,
        "minutes": 60,
        "link": "https://meet.example.edu/abc",
        "material": "第三章",
    },
    "open_until": LATER,
    "spoken": 2,
    "series_every": "week",
    "session": 9,
    "round": 7,
    "takes_voice": True,
    "series_times": 8,
    "full_title": "读书会",
    "material": "第一章",
    "link": "https://meet.example.edu/a",
    "minutes": 60,
    "starts_at": LATER,
    "moved_from": LATER,
    "meet_zone": "Asia/Tokyo",
    "rsvp_by": LATER,
    "has_deadline": True,
    "reply": "",
    "is_off": False,
    "lead": "day",
    "old_at": LATER,
    "is_moved": True,
    "is_new_link": True,
    "phase": "ahead",
    "mark": "late",
    "wants_code": True,
    "question": 1,
    "meetings": 3,
    "reports": 1,
    "reports_days": 1825,
    "attended": 2,
    "made_up": 3,
    "calendars": 1,
    "sessions_days": 1095,
    "makeup_until": LATER,
    "feed_url": "https://yanxin.example.edu/calendar/abc.ics",
    "page_url": "https://yanxin.example.edu/calendar/abc",
    "file_url": "https://yanxin.example.edu/a/abc/meeting.ics",
    "links": 2,
    "others": 1,
}
HANDED: dict[str, Any] = {
    "id": 3,
    "name": "李雁",
    "host": "Columbia",
    "version": 2,
    "decides": True,
    "said": [{"by": "王老师", "body": "哪两门课？"}, {"by": "", "body": "很好"}],
    "files": 2,
    "cut": True,
    "url": "https://yanxin.example.edu/console/reports/3",
    "parts": [{"title": "做了什么", "text": "两门课", "cut": True}],
}
REPORT: dict[str, Any] = {
    "handed": HANDED,
    "deed": "return",
    "to_review": [HANDED],
    "unlisted": 2,
    "host": "Columbia",
    "due_at": LATER,
    "due_on": "2026-12-31",
    "owed": 5,
    "branch_name": "欧洲小组",
    "due_list": [
        {"owed": 5, "owed_kind": kind, "owed_title": "思想汇报", "due_on": "2026-12-31"}
        for kind in ("report", "contact")
    ],
    "is_member": True,
    "at_home": True,
    "owed_title": "思想汇报",
    "owed_hint": "写给原支部",
    "begun": True,
    "aside": 4,
    "hint": "想到哪儿写到哪儿",
    "count": 120,
    "tail": "就到这里",
    "moved": False,
    "due": "2026-12-24",
    "returned": "请再写写成果",
    "texts": [{"title": "收获", "count": 12, "text": "学到很多", "cut": True}],
    "cut": True,
    "sections": [{"key": "gains", "title": "收获", "count": 12}],
    "titles": ["收获", "建议"],
    "stage": "submitted",
    "returns": "2026-12-01",
    "length": 92,
    "begins": "2026-09-01",
    "ends": "2026-12-01",
    "host_supervisor": "Lin",
    "places": [{"city": "Boston", "country": "US", "day": "2026-10-01", "until": day} for day in ("", "2026-10-03")],
    "changed": True,
    "next_title": "建议",
    "writes": True,
    "asked": True,
}
NO_REPORT = REPORT | {"begun": False, "count": 0, "moved": True, "due": None, "returned": "", "texts": [], "cut": False}
NO_REPORT |= {"stage": "excused", "host_supervisor": "", "places": [], "changed": False, "next_title": "", "url": ""}
NO_REPORT |= {"asked": False, "hint": "", "writes": False, "words": ""}
STAND_IN: dict[str, Any] = {
    "counsellor": "陈老师",
    "other": "李老师",
    "many": 2,
    "how": "gone",
    "stands_in": lambda: "李老师",
}
MATTER: dict[str, Any] = {
    "id": 5,
    "about": "deadline",
    "kind": "credits",
    "title": "学分认定",
    "note": "在教务系统提交",
    "link": "https://jw.example.edu",
    "due_at": LATER,
    "expires": "2027-02-28",
    "state": "done",
}
FULL |= {"matter": MATTER, "unreadable": True}
STEPS = ("done", "waiting", "locked", "open", "returned")
PROOFS = ("tick", "file", "sos", "channels", "buddy", "contact", "visa")
STEP: dict[str, Any] = {
    "key": "passport",
    "title": "护照",
    "named": {"zh": "护照", "en": "Passport"},
    "text": "填上有效期",
    "link": "https://www.example.edu/before",
    "proof": "tick",
    "state": "returned",
    "returned": "看不清",
    "number": 0,
    "question": "原件可以交给房东，对吗？",
    "wrong": True,
    "url": "https://yanxin.example.edu/todo/abc",
    "takes_file": True,
}
FULL |= {
    "to_city": "Berlin",
    "to_country": "DE",
    "to_departs": "2026-12-01",
    "has_list": True,
    "landing": "told",
    "lands_at": LATER,
    "there": "Europe/Berlin",
    "card_url": "https://yanxin.example.edu/card/abc",
    "off": True,
    "step": STEP,
    "list": {
        "to_city": "Berlin",
        "to_country": "DE",
        "to_departs": "2026-12-01",
        "done": 3,
        "ready": True,
        "lines": [{"key": f"s{n}", "title": "护照", "label": "护照", "state": state} for n, state in enumerate(STEPS)],
        "matters": [MATTER, MATTER | {"about": "visa"}],
        "url": "https://yanxin.example.edu/todo/abc",
    },
}
WRONG = ("empty", "too_large", "unknown", "broken", "bomb", "macros", "locked", "too_many", "over", "not_had")
FULL |= {
    "command": "/sesion",
    "kept": 1,
    "total": 3,
    "file_id": 7,
    "refused": [{"name": "1.pdf", "why": "too_large"}],
    "file_megabytes": 12,
    "files": 2,
    "place": "passport",
    "takes_files": True,
    "lines": [{"key": "passport", "label": "护照"}],
    "gone": True,
}
ABROAD: dict[str, Any] = {
    "id": 7,
    "title": {"zh": "京都大学交换", "en": "Exchange at Kyoto University"},
    "label": {"zh": "京都大学交换", "en": "Exchange at Kyoto"},
    "text": {"zh": "在京都一学期", "en": "A term in Kyoto"},
    "host": "京都大学",
    "tag": "战略伙伴",
    "country": "JP",
    "type": "exchange",
    "funding": "免学费",
    "due_at": LATER,
    "levels": ["master", "doctor"],
    "link": "https://oia.example.edu",
}
INTERESTS: list[dict[str, Any]] = [
    {"id": 3, "follows": follows, "value": value, "on": follows == "type"}
    for follows, value in (("country", "JP"), ("type", "exchange"), ("host", "京都[大学]"))
]
SEEN: dict[str, Any] = {
    "one": ABROAD,
    "found": [ABROAD],
    "opportunities": [ABROAD],
    "more": 2,
    "words": "日本",
    "follow": INTERESTS[0],
    "url": "https://yanxin.example.edu/plan/abc/opportunities",
    "unit": "某大学/外语学院",
    "is_open": True,
    "may": True,
    "state": "waiting",
    "follows": INTERESTS,
    "interest": INTERESTS[0],
    "interests": INTERESTS,
    "offered": [],
    "on": True,
    "open": 2,
    "again": "",
    "next_at": LATER,
    "console": "https://yanxin.example.edu/console/opportunities",
}
NOTHING_SEEN = SEEN | {"found": [], "words": "", "follow": None, "is_open": False, "may": False, "state": ""}
NOTHING_SEEN |= {"unit": ""}
NOTHING_SEEN |= {"one": ABROAD | {"tag": "", "funding": "", "levels": [], "link": "", "text": {"zh": "", "en": ""}}}
NOTHING_SEEN |= {"interests": [], "offered": INTERESTS[:2], "on": False, "open": 0, "more": 0, "next_at": None}
FULL |= {"abroad": SEEN}
FULL |= STAND_IN
FULL |= BUDDIES | RECEIPT | ROLLCALLS | DIGEST | SESSION | REPORT
BARE_STUDENT = STUDENT | {"unit": "", "city": "", "phone": "", "email": "", "can_open": False}
# Everything that may be missing is missing: what no school gave, what is not planned, what has not happened.
BARE = (
    FULL
    | {
        "support_contact": "",
        "duty_phone": "",
        "embassy": "",
        "insurer": "",
        "dial_first": "",
        "asked_at": None,
        "next_at": None,
        "next_zone": None,
        "student": BARE_STUDENT,
        "open_prompt": None,
        "unit": "",
        "until": None,
        "departs": None,
        "stay": "home",
        "city": "",
        "channels": [],
        "closed": False,
        "helping": False,
        "can_undo": False,
        "earlier": False,
        "unanswered": False,
        "is_student": False,
        "cares": False,
        "weeks": 0,
        "share_with": "",
        "drill": True,
        "is_over": True,
        "is_whole": False,
        "said": "late",
        "agreed": [],
        "waiting": [],
        "blocked": [],
        "room": False,
        "mine": False,
        "told": [],
        "receipt_url": "",
        "can_open": False,
        "for_good": False,
        "word": "cannot",
        "may": "no",
        "talks": 0,
        "talk": TALK | {"place": ""},
        "names": [],
        "free": [],
        "gone": False,
        "file_id": 0,
        "refused": [{"name": "2026.file", "why": why} for why in WRONG],
        "files": 0,
        "takes_files": False,
        "fresh": False,
        "done": False,
        "month": 3,
        "again": False,
        "open_items": {"titles": [], "report": False, "agreed": 0},
    }
    | QUIET
)
CHAT = templates_folder() / "chat"
NAMES = sorted(
    path.relative_to(CHAT).with_suffix("").as_posix()
    for path in CHAT.rglob("*.txt")
    if path.parent.name != "parts" and path.name != "keyboard.txt"
)
VARIANTS = [
    FULL,
    BARE,
    BARE | {"about": "opportunity"},
    *(BARE | {"abroad": NOTHING_SEEN | more} for more in ({}, {"words": "日本"}, {"may": True, "is_open": True})),
    *(FULL | {"abroad": SEEN | {"state": state, "on": False, "again": "opp:7"}} for state in ("done", "not_mine")),
    FULL | {"kind": "landing", "item": "landing", "outcome": "late", "whom": "support", "about": "landing"},
    FULL | {"kind": "landing", "item": "return", "outcome": "changed", "whom": "office", "about": "return"},
    BARE | {"whom": "nobody", "about": "alarm", "choice": "fine", "outcome": "changed", "stay": "abroad"},
    FULL | {"kind": "rollcall", "about": "rollcall", "drill": True, "word": "elsewhere", "said": "changed"},
    FULL | {"kind": "session", "about": "session", "reply": "yes", "lead": "hour", "said": "begun"},
    FULL | {"kind": "session", "reply": "yes", "lead": "minutes", "said": "changed", "is_moved": False},
    FULL | {"kind": "session", "phase": "on", "mark": "", "said": "noted", "question": 2},
    FULL | {"kind": "session", "phase": "over", "mark": "absent", "said": "wait", "question": 3},
    FULL | {"kind": "session", "phase": "over", "mark": "made_up", "said": "code", "question": 0},
    FULL | {"kind": "session", "said": "too_large", "round": 0, "takes_voice": False},
    FULL | {"kind": "session", "said": "not_had"},
    FULL | {"kind": "session", "said": "refused"},
    BARE | {"reply": "no", "said": "recorded", "title": "读书会", "has_deadline": False, "is_off": True},
    BARE | {"reply": "maybe", "said": "cancelled", "material": "", "link": "", "moved_from": None},
    FULL | {"about": "other", "rung": "reminder", "weeks": 1, "whom": "nobody"},
    FULL | {"about": "report", "stage": "accepted", "moved": True},
    BARE | {"list": {"to_departs": "", "lines": [], "matters": [], "url": ""}, "off": False, "about": "checklist"},
    BARE | {"about": "flight", "card_url": "https://yanxin.example.edu/card/abc", "unreadable": False},
    *(
        BARE | {"step": STEP | {"question": "", "text": "", "link": "", "wrong": False, "state": state, "proof": proof}}
        for state, proof in [*(("open", proof) for proof in PROOFS), *((state, "tick") for state in STEPS)]
    ),
    *(
        BARE | {"matter": MATTER | {"about": about, "state": state, "note": "", "link": ""}, "unreadable": False}
        for about, state in (("passport", "not_mine"), ("visa", "waiting"), ("insurance", "done"))
    ),
    *(FULL | {"matter": MATTER | {"about": about, "note": ""}} for about in ("embassy", "form")),
    FULL | {"list": FULL["list"] | {"matters": [MATTER | {"about": one} for one in ("embassy", "form")]}},
    BARE | NO_REPORT,
    BARE | {"kept": 2, "refused": []},
    BARE | {"kept": 0, "refused": [{"name": "1.pdf", "why": "over"}]},
    FULL | {"step": STEP | {"question": "", "proof": "file", "state": "open"}},
    BARE
    | {"receipt_url": "https://yanxin.example.edu/told/x"}
    | {"told": [{"reason": one, "at": LATER, "told": [{"who": "W", "role": one}]} for one in REASONS[3:] + ROLES[3:]]},
    FULL | {"outcome": "asked", "word": "fine", "anywhere": True},
    *({**BARE, "outcome": outcome} for outcome in ("herself", "already", "waits", "full", "too_often", "no_code")),
    FULL | {"outcome": "unreadable", "anywhere": False, "mine": False},
    FULL | {"every": "daily", "care": None, "done": "extended", "why_not": ""},
    FULL | {"rung": "second_channel", "weeks": 3, "case_reason": "hard"},
    FULL | {"what": "text", "in_conversation": False},
    FULL | {"what": "yours", "title": "", "series_every": "month"},
    FULL | {"what": "moved", "series_every": ""},
    FULL | {"mine": True, "many": 1, "how": "over", "stands_in": lambda: "", "counsellor": ""},
    BARE | {"what": "position", "reader": "", "who": "", "words": "", "asks": False, "lapsed_by": ""},
    BARE | {"false_alarm_at": None, "in_drill": False, "has_written": False, "cried_again_at": None},
    FULL | {"what": "file", "taken_by": ""},
    FULL | {"stands": "other", "what": "no_answer", "why": "too_long", "people": [], "more": False},
    BARE | {"stands": "open", "what": "note", "why": "past", "put_off": None, "reopened_elsewhere": True},
    BARE | {"stands": "over", "why": "not_theirs", "put_off": None, "case_reason": "missed"},
    BARE | {"stands": "gone", "why": "open", "put_off": None, "skips": False, "offer": False},
    BARE | {"stands": "other", "why": "not_yours", "put_off": None, "ways": [], "times": []},
]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_it_renders_whatever_is_known(renderer: Renderer, name: str, language: str) -> None:
    for number, variant in enumerate(VARIANTS):
        spelled = number % 2 == 0  # on a channel without buttons
        context = variant if variant["until"] or name == "pause/ask" else variant | {"until": "2026-12-01"}
        rendered = renderer.chat(name, language, context | {"spelled": spelled})
        assert not (spelled and re.search("button|按钮", rendered.text)) or name.startswith("mail/")
        assert rendered.text
        assert len(rendered.text) < 1500
        assert "None" not in rendered.text
        assert not re.search(r"%\(|\{\{|\{%|\[\]\(", rendered.text)
        assert "\n\n\n" not in rendered.text
        assert Rendered.from_json(rendered.to_json()) == rendered


@pytest.mark.parametrize("name", NAMES)
def test_chinese_messages_are_chinese(renderer: Renderer, name: str) -> None:
    rendered = renderer.chat(name, "zh", FULL)
    assert re.search(r"[\u4e00-\u9fff]", rendered.text)
    plain = re.sub(
        r"https?://\S+|/\w+|English|Telegram|telegram|yanxin doctor|web|New York|Columbia|\S+@\S+", "", rendered.text
    )
    assert not re.search(r"[A-Za-z]{4,}", plain)


@pytest.mark.parametrize("kind", ["question", "reminder", "second_channel"])
@pytest.mark.parametrize(
    ("context", "chinese", "english"),
    [
        ({"kind": "checkin", "item": "checkin"}, "这周还好吗？", "How has your week been?"),
        ({"kind": "landing", "item": "landing"}, "到了吗？不急", "Have you arrived? No hurry"),
        ({"kind": "landing", "item": "return"}, "欢迎回家，先睡一觉", "Welcome home. Sleep first"),
    ],
)
def test_the_three_answers_are_always_there(
    renderer: Renderer, kind: str, context: dict[str, Any], chinese: str, english: str
) -> None:
    for language, question, words in (
        ("zh", chinese, ("平安", "有点难", "紧急")),
        ("en", english, ("Fine", "Hard", "Urgent")),
    ):
        rendered = renderer.chat(f"{context['kind']}/{kind}", language, FULL | context)
        assert question in rendered.text
        (row,) = rendered.buttons
        assert [word in button.label for word, button in zip(words, row, strict=True)] == [True, True, True]
        assert [button.data for button in row] == ["answer:7:fine", "answer:7:hard", "answer:7:urgent"]


@pytest.mark.parametrize(("language", "called"), [("zh", "微信公众号"), ("en", "WeChat")])
@pytest.mark.parametrize("name", ["staff/stranger_cried", "staff/stranger_wrote"])
def test_an_app_in_which_a_stranger_writes_is_called_as_people_call_it(
    renderer: Renderer, name: str, language: str, called: str
) -> None:
    for who in ("", "Lin"):
        text = renderer.chat(name, language, FULL | {"channel": "wechat", "who": who}).text
        assert called in text
        assert "Wechat" not in text


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("staff/case_")])
def test_alarms_begin_with_the_button_that_takes_the_case(renderer: Renderer, name: str) -> None:
    buttons = renderer.chat(name, "zh", FULL).buttons
    if name in {"staff/case_spoken", "staff/case_refused"}:
        assert buttons == ()
    elif name == "staff/case_taken":
        assert buttons[0][0].data == "case:3:over"
    elif name in {"staff/case_handed", "staff/case_wakes", "staff/case_over"}:
        assert buttons[0][0].data == "case:3:spoken"
    else:
        assert buttons[0][0].data == "case:3:ack"


def test_a_hard_week_names_nobody_else_and_a_second_offer_leaves_out_the_first(renderer: Renderer) -> None:
    rendered = renderer.chat("student/hard_unseen", "zh", FULL)
    assert [row[0].data for row in rendered.buttons] == ["share:7:support", "share:7:office", "share:7:counsellor"]
    assert rendered.buttons[-1][0].label == "不用告诉别人了"


def test_an_edited_message_says_answered_and_not_what(renderer: Renderer) -> None:
    for choice in ("fine", "hard", "urgent"):
        rendered = renderer.chat("edit/answered", "zh", FULL | {"choice": choice})
        assert rendered.text == "这周还好吗？\n\n已答复 ✓"
        assert rendered.buttons == ()
