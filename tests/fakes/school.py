"""A school at work on the ground: three members of staff and students of every kind, for pages to be looked at."""

from datetime import date, timedelta

from tests.fakes.ground import NOW, Ground

PLACES = (
    ("纽约", "US", "America/New_York"),
    ("波士顿", "US", "America/New_York"),
    ("伦敦", "GB", "Europe/London"),
    ("巴黎", "FR", "Europe/Paris"),
    ("东京", "JP", "Asia/Tokyo"),
    ("悉尼", "AU", "Australia/Sydney"),
    ("圣保罗", "BR", "America/Sao_Paulo"),
    ("加德满都", "NP", "Asia/Kathmandu"),
)
NAMES = (
    *("王雨桐", "李子涵", "张浩然", "刘思远", "陈佳怡", "杨一诺", "赵明轩"),
    *("黄诗涵", "周子墨", "吴欣怡", "徐若曦", "孙宇航", "马天佑", "朱雅琪"),
)
STATES = ("open", "late", "missed", "unreached", "not_asked", "alive", "open", "fine", "hard", "urgent", "fine", "fine")


def settle(ground: Ground) -> None:
    """Put the school: counsellor C1 (of everybody), office O1, supervisor X1 and students S00 … S13."""
    her = ground.staff("C1", "counsellor", name="李静老师", phone="+86 10 5555 0100")
    ground.staff("O1", "office", name="韩主任")
    ground.staff("E1", "office", name="Emma Clark", language="en")
    ground.staff("X1", "supervisor", name="周教授")
    for number, name in enumerate(NAMES):
        city, country, zone = PLACES[number % len(PLACES)]
        unit = ("雁北大学/物理学院/凝聚态", "雁北大学/外国语学院", "雁北大学/经济学院")[number % 3]
        person = ground.student(
            f"S{number:02}", counsellor=her, name=name, unit=unit, phone="+1 212 555 0100", reachable=number != 13
        )
        ground.trip(person, country, city, zone, host="Columbia University")
        if number < len(STATES):
            _ask(ground, person, STATES[number], zone, her)


def _ask(ground: Ground, person: int, state: str, zone: str, her: int) -> None:
    earlier = ground.answered(
        person, "fine", opened=timedelta(days=8), answered_at=NOW - timedelta(days=7, hours=20), zone=zone
    )
    ground.message(person, earlier, key=f"q{earlier}")
    if state in {"fine", "hard", "urgent"}:
        prompt = ground.answered(person, state, "counsellor" if state == "hard" else None, zone=zone)
    else:
        prompt = ground.prompt(person, state, zone=zone)
    failed = state == "unreached"
    ground.message(
        person,
        prompt,
        key=f"q{prompt}",
        state="failed" if failed else "accepted",
        reason="person_gone" if failed else None,
    )
    ground.message(person, prompt, key=f"r{prompt}", kind="reminder", state="waiting")
    if state == "urgent":
        ground.case(person, "urgent", prompt_id=prompt)
    if state in {"missed", "hard"}:
        values = {"share_with": "counsellor"} if state == "hard" else {}
        ground.case(person, state, prompt_id=prompt, state="acknowledged", acknowledged_by=her, **values)
    ground.prompt(person, "scheduled", opened=timedelta(days=-6), zone=zone, occasion=f"{date(2026, 11, 24)}")
