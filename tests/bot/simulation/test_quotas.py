"""How much of a platform's quotas some weeks would use: by member, by day and by month, each at its fullest."""

from datetime import UTC, datetime, timedelta

from bot.channels.known import most_of
from bot.outbox.model import Kind, Priority
from bot.platforms.most import Most
from bot.settings import Limits, Settings
from bot.simulation.quotas import Quotas, Used
from bot.simulation.tally import Sent, Tally

AT = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)


def test_a_member_is_counted_by_minute_and_hour_and_all_by_the_day_of_beijing() -> None:
    limits = Limits(wecom_accounts=10, wecom_messages_per_account_per_day=2, wecom_messages_per_member_per_minute=4)
    quotas = Quotas(most_of("wecom", Settings(limits=limits)))
    for seconds in (0, 10, 59, 60, 3599):
        quotas.add(AT + timedelta(seconds=seconds), "one")
    quotas.add(AT + timedelta(seconds=3), "another")
    assert list(quotas.used()) == [
        Used("per_member_minute", 3, 4, "2026-11-30T15:30:59Z"),
        Used("per_member_hour", 5, 1000, "2026-11-30T16:29:59Z"),
        Used("per_day", 5, 20, "2026-11-30"),  # the last came when it was the first of December in Beijing
    ]
    assert [used.share for used in quotas.used()] == [0.75, 0.005, 0.25]


def test_a_month_counts_calls_and_ends_in_beijing() -> None:
    quotas = Quotas(Most(calls_per_month=100))
    quotas.add(AT, "one")
    quotas.add(AT, "another", calls=0)  # it went with the one before
    quotas.add(AT + timedelta(hours=1), "one")
    quotas.add(AT + timedelta(hours=1), "two")
    assert list(quotas.used()) == [Used("calls_per_month", 2, 100, "2026-12")]


def test_a_follower_is_counted_from_one_word_of_hers_to_the_next() -> None:
    quotas = Quotas(most_of("wechat", Settings()))
    for hours, left in ((0, 5), (1, 4), (2, None), (3, 3), (30, 5)):  # one went by a form, and then she wrote
        quotas.add(AT + timedelta(hours=hours), "one", left=left)
    assert list(quotas.used()) == [Used("per_window", 3, 5, "2026-11-30T18:30:00Z")]
    tally = Tally(Settings())
    tally.add(Sent(AT, "wechat", "one", Kind.REMINDER, "checkin/reminder", Priority.PROMPT, 1, "Asia/Tokyo", left=2))
    assert [used.used for used in tally.quotas["wechat"].used()] == [4]


def test_without_quotas_or_messages_there_is_nothing_to_tell() -> None:
    assert list(Quotas(Most()).used()) == []
    quotas = Quotas(most_of("telegram", Settings()))
    quotas.add(AT, "one")
    assert list(quotas.used()) == []
    assert list(Quotas(most_of("wecom", Settings())).used()) == []
