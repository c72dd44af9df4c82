"""The busiest moments of a channel, and how long a burst takes at the limit of its platform."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.known import most_of
from bot.settings import Limits, Settings
from bot.simulation.peaks import Peak, Peaks, Rate, rate_of

AT = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)


def burst(peaks: Peaks, messages: int, at: datetime = AT, *, urgent: bool = False, chat: str | None = None) -> None:
    for number in range(messages):
        peaks.add(at, chat or f"{at}:{number}", urgent=urgent)


def test_the_busiest_second_and_minute_are_the_first_of_equals() -> None:
    peaks = Peaks(None)
    burst(peaks, 2, AT + timedelta(seconds=5))
    burst(peaks, 3, AT + timedelta(seconds=59))
    burst(peaks, 3, AT + timedelta(seconds=60))
    assert peaks.busiest_second() == Peak(AT + timedelta(seconds=59), 3)
    assert peaks.busiest_minute() == Peak(AT, 5)
    assert peaks.drain_seconds == 0  # nothing holds our own pages back


def test_without_messages_there_is_no_peak() -> None:
    assert Peaks(None).busiest_second() is None
    assert Peaks(Rate(30, 1)).busiest_minute() is None


def test_questions_drain_at_what_is_left_of_the_rate() -> None:
    peaks = Peaks(Rate(30, 1))
    burst(peaks, 240)
    assert peaks.drain_seconds == pytest.approx(10)  # 24 a second: six are kept for alarms
    assert peaks.drained_from == AT
    assert peaks.chat_wait_seconds == 0


def test_alarms_drain_at_the_whole_rate_and_overtake() -> None:
    peaks = Peaks(Rate(30, 1))
    burst(peaks, 240, urgent=True)
    assert peaks.drain_seconds == pytest.approx(8)


def test_a_burst_waits_for_what_is_left_of_the_one_before() -> None:
    peaks = Peaks(Rate(30, 1))
    burst(peaks, 240)
    burst(peaks, 24, AT + timedelta(seconds=4))
    assert peaks.drain_seconds == pytest.approx(10)
    burst(peaks, 240, AT + timedelta(seconds=5))
    assert peaks.drain_seconds == pytest.approx(16)
    burst(peaks, 24, AT + timedelta(hours=1))
    assert peaks.drain_seconds == pytest.approx(16)


def test_one_chat_gets_only_so_many_a_second() -> None:
    peaks = Peaks(Rate(30, 2))
    burst(peaks, 11, urgent=True, chat="office")
    assert peaks.chat_wait_seconds == pytest.approx(5)


def test_limits_come_from_the_settings() -> None:
    limits = Limits(telegram_messages_per_second=7, telegram_messages_per_chat_per_second=2, dingtalk_users_per_call=5)
    settings = Settings(limits=limits)
    assert rate_of(most_of("telegram", settings)) == Rate(7, 2)
    assert rate_of(most_of("dingtalk", settings)) == Rate(20, 20, 5)
    assert rate_of(most_of("wecom", settings)) is None  # it counts minutes, hours and days
    assert rate_of(most_of("web", settings)) is None


def test_equal_words_share_a_call_that_has_room() -> None:
    peaks = Peaks(Rate(20, 20, 20))
    for number in range(50):
        peaks.add(AT, f"{number}", urgent=False, words="checkin/question")
    for number in range(3):
        peaks.add(AT, f"{number}", urgent=False, words="landing/question")
    peaks.add(AT + timedelta(hours=1), "1", urgent=False, words="checkin/question")
    assert peaks.calls == 3 + 1 + 1
    assert peaks.busiest_second() == Peak(AT, 53)
    assert peaks.drain_seconds == pytest.approx(0.25)  # four calls, sixteen a second: four are kept for alarms
