"""Makes the channels that the settings enable, and how fast each may send. `bot.app.parts` connects them."""

from collections.abc import Callable
from types import ModuleType

from bot.app.platform_rows import TokenRow, calls_counted, sent_before
from bot.channels.alarm.channel import Alarm
from bot.channels.base import Channel
from bot.channels.dingtalk import groups as dingtalk_groups
from bot.channels.dingtalk import understand as dingtalk_understand
from bot.channels.dingtalk.channel import DingTalk
from bot.channels.group_robot import GroupRobot
from bot.channels.mail import understand as mail_understand
from bot.channels.mail.channel import Mail
from bot.channels.telegram import understand as telegram_understand
from bot.channels.telegram.channel import Telegram
from bot.channels.web import understand as web_understand
from bot.channels.web.channel import WebChannel
from bot.channels.wechat import understand as wechat_understand
from bot.channels.wechat.channel import WeChat
from bot.channels.wecom import groups as wecom_groups
from bot.channels.wecom import understand as wecom_understand
from bot.channels.wecom.channel import WeCom
from bot.clock import Clock, SystemClock
from bot.platforms.most import most_of
from bot.settings import Settings
from bot.storage.database import Database
from handlers.telegram_webhook import PATH
from scheduler.pace import Limited, Pace, PerCall, Unlimited
from scheduler.pace_windows import Windowed, Windows

READS: dict[str, ModuleType] = {
    "mail": mail_understand,
    "telegram": telegram_understand,
    "web": web_understand,
    "wecom": wecom_understand,
    "dingtalk": dingtalk_understand,
    "wechat": wechat_understand,
}
"""How what comes in is read, by channel."""
AT_ONCE = 40
"""How many messages our own pages take at once: writing so many holds the database for a tenth of a second."""


def make_channels(
    settings: Settings, clock: Clock | None = None, database: Callable[[], Database] | None = None
) -> list[Channel]:
    """Make every enabled channel; nothing is called yet. UsageError when one cannot be made from its settings.

    Without a database the channels are good for looking at only.
    """
    found: list[Channel] = [WebChannel()] if settings.channels.web.enabled else []
    if settings.channels.telegram.enabled:
        hook = f"{settings.service.url}{PATH}"
        found.append(Telegram(settings.channels.telegram, settings.limits, webhook_url=hook))
    if settings.channels.wecom.enabled:
        section, real = settings.channels.wecom, (clock or SystemClock()).real
        row = TokenRow(database or _no_database, WeCom.name, section.account)
        found.append(WeCom(section, settings.limits, row, real, language=settings.service.language))
    if (dingtalk := settings.channels.dingtalk).enabled:
        known, real = database or _no_database, (clock or SystemClock()).real
        row = TokenRow(known, DingTalk.name, dingtalk.account)
        calls = calls_counted(known, DingTalk.name, dingtalk.account, real)
        found.append(DingTalk(dingtalk, settings.limits, row, calls, real))
    if settings.channels.wechat.enabled:
        official, real = settings.channels.wechat, (clock or SystemClock()).real
        row = TokenRow(database or _no_database, WeChat.name, official.account)
        found.append(WeChat(official, settings.limits, row, real, language=settings.service.language))
    if settings.channels.mail.enabled:
        found.append(Mail(settings.channels.mail, settings.limits, (clock or SystemClock()).real))
    if settings.duty.alarm_urls:
        urls = {number: [url.get_secret_value() for url in of] for number, of in settings.duty.alarm_urls.items()}
        found.append(Alarm(urls, timeout=settings.limits.alarm_timeout_seconds))
    return found


def make_robots(settings: Settings, clock: Clock) -> list[GroupRobot]:
    """Make the robot of every group of the channels that are on, by name; nothing is called yet."""
    found: list[GroupRobot] = []
    if settings.channels.dingtalk.enabled:
        found += dingtalk_groups.robots(settings.channels.dingtalk, settings.limits, clock.real)
    if settings.channels.wecom.enabled:
        found += wecom_groups.robots(settings.channels.wecom, settings.limits)
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
