"""Programmes that differ in everything planning can feel: hours, rules, ladders, quiet hours, items, audiences.

For the property machines, which load one after the other in the middle of somebody's life.
"""

from dataclasses import dataclass
from functools import cache

from bot.programmes.versions import default_text

Rungs = tuple[tuple[str, str], ...]

TWO_DAYS: Rungs = (
    ("remind", '{ days = 1, at = "12:30" }'),
    ("second_channel", '{ days = 2, at = "12:30" }'),
    ("missed", '{ days = 2, at = "18:00" }'),
)
SAME_DAY: Rungs = (("second_channel", '"PT3H"'), ("missed", '"PT9H"'))
AT_ONCE: Rungs = (("remind", '"PT20M"'), ("second_channel", '"PT50M"'), ("missed", '"PT2H"'))
ONE_RUNG: Rungs = (("missed", '{ days = 1, at = "06:00" }'),)
LONG: Rungs = (
    ("remind", '{ days = 1, at = "08:00" }'),
    ("remind", '{ days = 3, at = "21:00" }'),
    ("second_channel", '{ days = 6, at = "23:50" }'),
    ("missed", '{ days = 9, at = "03:00" }'),
)
NOON: Rungs = (("second_channel", '"PT24H"'), ("missed", '"PT36H"'))

ANSWERED = default_text().partition('[[item]]\nkey = "channels"')[0]
"""The shipped one without what no word answers and no case follows: tests/stories/test_two_channels.py has that."""


@dataclass(frozen=True)
class Asked:
    """One item that recurs."""

    key: str
    at: str
    rule: str
    rungs: Rungs
    min_days: int = 1
    first: str = ""
    countries: str = ""


def checkin(one: Asked) -> str:
    """Return the TOML of one item."""
    lines = ["[[item]]", f'key = "{one.key}"', 'kind = "checkin"', "[item.audience]", f"min_days = {one.min_days}"]
    if one.countries:
        lines.append(f"countries = [{one.countries}]")
    lines += ["[item.when]", f'at = "{one.at}"', f'rule = "{one.rule}"']
    if one.first:
        lines += ["first_weeks = 3", f'first_rule = "{one.first}"']
    return "\n".join([*lines, _ladder(one.rungs)])


def _once(key: str, anchor: str, after: str, rungs: Rungs, unknown: str = "") -> str:
    lines = [
        "[[item]]",
        f'key = "{key}"',
        'kind = "landing"',
        "[item.when]",
        f'anchor = "{anchor}"',
        f"after = {after}",
    ]
    if unknown:
        lines.append(f"unknown = {unknown}")
    return "\n".join([*lines, _ladder(rungs)])


def _ladder(rungs: Rungs) -> str:
    return "\n".join(f'[[item.rung]]\nstep = "{step}"\nafter = {after}' for step, after in rungs)


def whole(quiet: tuple[str, str], *items: str) -> str:
    """Return the TOML of a programme with these quiet hours and items."""
    return "\n".join([f'[quiet]\nstart = "{quiet[0]}"\nend = "{quiet[1]}"', *items]) + "\n"


@cache
def texts() -> tuple[str, ...]:
    """Return the programmes; the first is the one that is shipped."""
    day_after = '{ days = 1, at = "10:00" }'
    landing = _once("landing", "landing", '"PT6H"', NOON, day_after)
    back = _once("return", "return", day_after, TWO_DAYS)
    weekly = "FREQ=WEEKLY;BYDAY=TU"
    return (
        ANSWERED,
        # earlier, in other quiet hours, and nobody is asked whether she is back
        whole(("21:00", "08:00"), landing, checkin(Asked("checkin", "08:30", weekly, SAME_DAY))),
        # every day with a ladder that is longer than a day, and no quiet hours at all
        whole(("00:00", "00:00"), checkin(Asked("checkin", "22:00", "FREQ=DAILY", TWO_DAYS)), back),
        # a second item that recurs, only for some; the landing is gone
        whole(
            ("23:30", "06:00"),
            checkin(Asked("checkin", "19:00", "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU", LONG, 14, "FREQ=WEEKLY;BYDAY=SU")),
            checkin(Asked("heart", "12:00", "FREQ=WEEKLY;BYDAY=MO,TH", AT_ONCE, countries='"US"')),
            back,
        ),
        # once a month, one rung, shortly before the night
        whole(
            ("22:30", "07:00"),
            landing,
            checkin(Asked("checkin", "22:20", "FREQ=MONTHLY;BYMONTHDAY=1,15", ONE_RUNG)),
            _once("return", "return", day_after, LONG),
        ),
        # nothing but the check-in, at the fastest
        whole(("22:30", "07:00"), checkin(Asked("checkin", "22:10", weekly, AT_ONCE, 3))),
    )
