"""What a session may be, how a time is read, and when a message about one is no longer true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Rsvp, SessionState
from bot.sessions.reading import instant_in, minutes_between, zone_in
from bot.sessions.rules import Lead, Plan, Standing, checked, lead_at, next_reminder, unwanted

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
START = datetime(2026, 10, 24, 10, tzinfo=UTC)
PLAN = Plan("  学习   会 ", START, "Asia/Shanghai", 60, "https://meet.example.edu/a b".replace(" ", ""))


def test_a_plan_in_order_is_tidied_and_has_a_deadline_a_day_before() -> None:
    found = checked(PLAN, NOW)
    assert found.title == "学习 会"
    assert found.rsvp_by == START - timedelta(days=1)
    assert checked(PLAN, START - timedelta(hours=3)).rsvp_by == START


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"title": "  "}, Fault.NO_TITLE),
        ({"title": "学" * 121}, Fault.LONG),
        ({"starts_at": NOW}, Fault.PAST),
        ({"starts_at": NOW + timedelta(days=400)}, Fault.FAR),
        ({"minutes": 0}, Fault.MINUTES),
        ({"minutes": -30}, Fault.MINUTES),
        ({"minutes": 721}, Fault.MINUTES),
        ({"link": "meet.example.edu/a"}, Fault.LINK),
        ({"link": "javascript:alert(1)"}, Fault.LINK),
        ({"link": "https://"}, Fault.LINK),
        ({"link": "https://meet.example.edu/a\nb"}, Fault.LINK),
        ({"link": "https://[::1"}, Fault.LINK),
        ({"rsvp_by": NOW}, Fault.RSVP),
        ({"questions": ("长" * 301,)}, Fault.LONG),
        ({"questions": ("1", "2", "3", "4")}, Fault.QUESTIONS),
        ({"rsvp_by": START + timedelta(minutes=1)}, Fault.RSVP),
    ],
)
def test_bad_input_is_named(changes: dict[str, object], fault: Fault) -> None:
    with pytest.raises(SessionRefused) as refused:
        checked(replace(PLAN, **changes), NOW)  # type: ignore[arg-type]
    assert refused.value.fault is fault
    assert "{" not in str(refused.value)


def test_no_link_is_fine() -> None:
    assert checked(replace(PLAN, link="  "), NOW).link is None


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-10-24 18:00", "Asia/Shanghai", "2026-10-24 10:00"),
        ("2026-10-24T12:00", "Europe/Berlin", "2026-10-24 10:00"),
        ("2026-10-25 12:00", "Europe/Berlin", "2026-10-25 11:00"),  # the clocks have changed that night
        ("2026-10-24T18:00+08:00", "Europe/Berlin", "2026-10-24 10:00"),
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29 01:30"),  # there is no such hour: it moves forward
    ],
)
def test_a_time_is_a_wall_time_in_its_zone_or_an_instant(text: str, zone: str, utc: str) -> None:
    assert f"{instant_in(text, zone):%Y-%m-%d %H:%M}" == utc


@pytest.mark.parametrize(("text", "fault"), [("Saturday", Fault.TIME), ("2026-10-24", Fault.NO_TIME)])
def test_what_is_no_time_is_named(text: str, fault: Fault) -> None:
    with pytest.raises(SessionRefused) as refused:
        instant_in(text, "Asia/Shanghai")
    assert refused.value.fault is fault


def test_unknown_zones_and_ends_before_the_start_are_named() -> None:
    with pytest.raises(SessionRefused, match="Mars/Base"):
        zone_in("Mars/Base")
    with pytest.raises(SessionRefused) as refused:
        minutes_between(START, START)
    assert refused.value.fault is Fault.END
    assert minutes_between(START, START + timedelta(minutes=90)) == 90
    assert zone_in(None) == "Asia/Shanghai"


def test_reminders_come_a_day_an_hour_and_ten_minutes_before() -> None:
    found = []
    now = NOW
    while (coming := next_reminder(START, now)) is not None:
        found.append((coming[0], START - coming[1]))
        now = coming[1]
        assert lead_at(START, now) is coming[0]
    assert found == [
        (Lead.DAY, timedelta(days=1)),
        (Lead.HOUR, timedelta(hours=1)),
        (Lead.MINUTES, timedelta(minutes=10)),
    ]


def test_the_first_reminder_waits_for_the_morning_unless_that_is_too_late() -> None:
    morning = START - timedelta(hours=20)
    assert next_reminder(START, NOW, morning) == (Lead.DAY, morning)
    too_late = START - timedelta(minutes=30)
    assert next_reminder(START, NOW, too_late) == (Lead.HOUR, START - timedelta(hours=1))


STANDING = Standing(SessionState.PLANNED, START, NOW, Rsvp.YES, is_member=True)
CALLED_OFF = replace(STANDING, state=SessionState.CANCELLED)
EARLIER = NOW - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("standing", "queued_at", "tells_end", "reminds", "why"),
    [
        (STANDING, NOW, False, True, None),
        (STANDING, EARLIER, False, True, "session_changed"),
        (STANDING, EARLIER, False, False, "session_changed"),
        (replace(STANDING, reply=Rsvp.NO), NOW, False, True, "not_coming"),
        (replace(STANDING, reply=Rsvp.NO), NOW, False, False, None),
        (replace(STANDING, is_member=False), NOW, False, False, "left_branch"),
        (CALLED_OFF, NOW, False, True, "session_cancelled"),
        (CALLED_OFF, NOW, True, False, None),
        (replace(CALLED_OFF, is_member=False), NOW, True, False, "left_branch"),
    ],
)
def test_what_is_no_longer_true_does_not_go(
    standing: Standing, queued_at: datetime, tells_end: bool, reminds: bool, why: str | None
) -> None:
    assert unwanted(standing, queued_at, tells_end=tells_end, reminds=reminds) == why


def test_her_own_questions_are_tidied_and_three_empty_ones_are_none() -> None:
    assert checked(replace(PLAN, questions=("", " 为什么 呢 ", "")), NOW).questions == ("", "为什么 呢", "")
    assert checked(replace(PLAN, questions=("", " ", "")), NOW).questions == ()
