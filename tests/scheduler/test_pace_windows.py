"""Limits that the platform keeps without a word: nothing goes beyond them, and nothing urgent is held for a day."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.app.platform_rows import sent_before
from bot.clock import ManualClock
from bot.engine.delivery import Tools
from bot.outbox.store import outbox
from scheduler.deliver import Sender
from scheduler.desk import Desk
from scheduler.pace import Later
from scheduler.pace_windows import Sent, Windowed, Windows
from tests.fakes.channel import ScriptedChannel
from tests.fakes.ground import open_ground
from tests.scheduler.test_deliver import Office

START = datetime(2026, 11, 24, 10, tzinfo=UTC)  # 18:00 in Beijing


def asks(pace: Windowed, chat: str = "S1", *, urgent: bool = False) -> Later | None:
    return asyncio.run(pace.later(chat, urgent=urgent))


def test_thirty_a_minute_to_one_member_and_others_are_not_held() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(30, 1000, 10**6), clock.real)
    assert [asks(pace) for _ in range(30)] == [None] * 30
    assert asks(pace, urgent=True) == Later(61.0, "member_limit")
    assert asks(pace, "S2") is None
    clock.advance(timedelta(seconds=61))
    assert asks(pace) is None


def test_every_piece_of_a_long_message_counts() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(30, 1000, 100), clock.real)
    assert asyncio.run(pace.later("S1", urgent=False, pieces=28)) is None
    assert asyncio.run(pace.later("S1", urgent=False, pieces=3)) == Later(61.0, "member_limit")
    assert asyncio.run(pace.later("S1", urgent=False, pieces=2)) is None
    clock.advance(timedelta(seconds=61))
    assert asyncio.run(pace.later("S1", urgent=False, pieces=40)) is None  # more than a minute holds: it goes alone
    assert asyncio.run(pace.later("S1", urgent=False, pieces=40)) == Later(61.0, "member_limit")
    clock.advance(timedelta(seconds=61))
    with capture_logs() as lines:
        assert asyncio.run(pace.later("S1", urgent=True, pieces=15)) is None
    assert [one["event"] for one in lines] == ["delivery.day_limit"]  # it steps over four fifths of the day


def test_a_thousand_an_hour() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(30, 100, 10**6), clock.real)
    for _ in range(100):
        assert asks(pace) is None
        clock.advance(timedelta(seconds=3))
    later = asks(pace)
    assert later is not None
    assert later.seconds == 3605 - 300


@given(st.lists(st.integers(0, 40), min_size=40, max_size=200))
def test_no_window_ever_holds_more(gaps: list[int]) -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(5, 20, 10**6), clock.real)
    given_at = []
    for gap in gaps:
        clock.advance(timedelta(seconds=gap))
        if asks(pace) is None:
            given_at.append(clock.real())
    for at in given_at:
        assert sum(at <= other < at + timedelta(seconds=60) for other in given_at) <= 5
        assert sum(at <= other < at + timedelta(hours=1) for other in given_at) <= 20


def test_a_day_warns_at_four_fifths_keeps_a_part_for_what_is_urgent_and_ends_at_midnight_in_beijing() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(1000, 1000, 100), clock.real, channel="wecom")
    with capture_logs() as lines:
        assert [asks(pace, str(number)) for number in range(95)] == [None] * 95
    assert [(line["log_level"], line["sent"]) for line in lines] == [("warning", 80)]
    assert pace.troubles() == {"day_used_percent": 95}
    later = asks(pace, "late")
    assert later is not None
    assert later.reason == "day_limit"
    assert 6 * 3600 <= later.seconds <= 6 * 3600 + 180
    with capture_logs() as lines:
        assert [asks(pace, f"u{number}", urgent=True) for number in range(10)] == [None] * 10
    assert [line["log_level"] for line in lines] == ["error"]
    clock.advance(timedelta(hours=6))
    assert asks(pace, "late") is None
    assert pace.troubles() == {}


def test_a_start_knows_what_was_sent_before() -> None:
    asked = []

    async def before(hour_ago: datetime, midnight: datetime) -> Sent:
        asked.append((hour_ago, midnight))
        return Sent([("S1", START - timedelta(seconds=number)) for number in range(30)], today=79)

    pace = Windowed(Windows(30, 1000, 100), ManualClock(START).real, before)
    later = asks(pace)
    assert later == Later(32.0, "member_limit")
    assert asks(pace, "S2") is None
    assert pace.troubles() == {"day_used_percent": 80}
    assert asked == [(START - timedelta(seconds=3605), datetime(2026, 11, 23, 16, tzinfo=UTC))]


def test_what_has_no_room_waits_its_turn_and_holds_up_nobody(tmp_path: Path) -> None:
    ground_file = open_ground(tmp_path)
    office, channel = Office(ground_file), ScriptedChannel()
    desk = Desk(ground_file, Tools(office._compose, office._asked), office.clock, "this process", lambda: 0.0)
    sender = Sender(channel, desk, Windowed(Windows(3, 1000, 10**6), office.clock.real))
    busy, other = office.student("1"), office.student("2")
    for number in range(5):
        office.message(*busy, key=f"busy {number}", priority=0)
    office.message(*other, key="other")
    office.send(channel, sender=sender)
    assert sorted(key for _, _, key in channel.sent) == ["busy 0", "busy 1", "busy 2", "other"]
    waiting = [row for row in office.rows(outbox) if row.state == "waiting"]
    assert [(row.reason, row.next_try_at - office.clock.now()) for row in waiting] == [
        ("member_limit", timedelta(seconds=61))
    ] * 2
    office.send(channel, sender=sender, after=61)
    assert {row.state for row in office.rows(outbox)} == {"accepted"}
    assert len(channel.sent) == 6
    now = office.clock.now()

    async def look() -> Sent:
        return await sent_before(ground_file, "telegram", "1")(now - timedelta(seconds=30), now - timedelta(hours=1))

    sent = asyncio.run(look())
    assert ([chat for chat, _ in sent.lately], sent.today) == ([f"telegram-{busy[0]}"] * 2, 6)
    ground_file.close()
