"""Makes the channels that the settings enable, and how fast each may send. `bot.app.parts` connects them."""

from collections.abc import Callable

from bot.app.platform_rows import TokenRow, calls_counted, sent_before
from bot.channels.about import Kit
from bot.channels.alarm.channel import Alarm
from bot.channels.base import Channel
from bot.channels.group_robot import GroupRobot
from bot.channels.known import KNOWN, most_of
from bot.clock import Clock, SystemClock
from bot.settings import Settings
from bot.storage.database import Database
from scheduler.pace import Limited, Pace, PerCall, Unlimited
from scheduler.pace_windows import Windowed, Windows

AT_ONCE = 40
"""How many messages our own pages take at once: writing so many holds the database for a tenth of a second."""


def kit_of(settings: Settings, clock: Clock | None = None, database: Callable[[], Database] | None = None) -> Kit:
    """Return what channels are made with; without a database they are good for looking at only."""
    known, real = database or _no_database, (clock or SystemClock()).real
    return Kit(
        settings,
        real,
        lambda channel, account: TokenRow(known, channel, account),
        lambda channel, account: calls_counted(known, channel, account, real),
    )


def make_channels(
    settings: Settings, clock: Clock | None = None, database: Callable[[], Database] | None = None
) -> list[Channel]:
    """Make every enabled channel; nothing is called yet. UsageError when one cannot be made from its settings.

    Without a database the channels are good for looking at only.
    """
    kit = kit_of(settings, clock, database)
    found = [about.make(kit) for about in KNOWN.values() if about.is_on(settings)]
    if settings.duty.alarm_urls:
        urls = {number: [url.get_secret_value() for url in of] for number, of in settings.duty.alarm_urls.items()}
        found.append(Alarm(urls, timeout=settings.limits.alarm_timeout_seconds))
    return found


def make_robots(settings: Settings, clock: Clock) -> list[GroupRobot]:
    """Make the robot of every group of the channels that are on, by name; nothing is called yet."""
    kit = kit_of(settings, clock)
    found = [one for about in KNOWN.values() if about.is_on(settings) and about.robots for one in about.robots(kit)]
    return sorted(found, key=lambda one: one.name)


def pace_of(channel: Channel, settings: Settings, clock: Clock, database: Database) -> Pace:
    """Return how fast a channel may send, by the limits of its platform."""
    most = most_of(channel.name, settings)
    if most.per_day is not None and most.per_member_minute is not None and most.per_member_hour is not None:
        windows = Windows(most.per_member_minute, most.per_member_hour, most.per_day)
        before = sent_before(database, channel.name, channel.account)
        return Windowed(windows, clock.real, before, channel=channel.name)
    if most.per_second is not None and most.calls_per_month is not None:
        return PerCall(most.per_second, most.together)
    if most.per_second is not None:
        return Limited(most.per_second, most.per_chat_per_second)
    return Unlimited(AT_ONCE)


def _no_database() -> Database:
    raise LookupError("these channels were made without a database")
