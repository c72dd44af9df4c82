"""What each platform lets one account of ours send, in one place: delivery keeps to it, a simulation compares with it.

The numbers are settings (`[limits]`); here stands which of them means what for which channel. Pure.
"""

from dataclasses import dataclass

from bot.settings import Settings


@dataclass(frozen=True)
class Most:
    """What may go out at most; None where a platform does not count.

    `per_second` counts calls, each of which carries the same words to up to `together` people; `per_chat_per_second`
    is what one chat takes. `per_member_minute`, `per_member_hour` and `per_day` are messages that a platform drops
    beyond, `calls_per_month` calls that it refuses beyond; days and months are those of Beijing. `per_window` messages
    reach somebody within `window_hours` after a word of hers.
    """

    per_second: int | None = None
    per_chat_per_second: int = 1
    together: int = 1
    per_member_minute: int | None = None
    per_member_hour: int | None = None
    per_day: int | None = None
    calls_per_month: int | None = None
    per_window: int | None = None
    window_hours: int = 0


def most_of(channel: str, settings: Settings) -> Most:
    """Return what the platform of a channel allows; our own pages allow everything."""
    limits = settings.limits
    if channel == "telegram":
        return Most(limits.telegram_messages_per_second, limits.telegram_messages_per_chat_per_second)
    if channel == "wecom":
        return Most(
            per_member_minute=limits.wecom_messages_per_member_per_minute,
            per_member_hour=limits.wecom_messages_per_member_per_hour,
            per_day=limits.wecom_accounts * limits.wecom_messages_per_account_per_day,
        )
    if channel == "dingtalk":
        each, month = limits.dingtalk_calls_per_second, limits.dingtalk_calls_per_month
        together = 1 if settings.channels.dingtalk.cards else limits.dingtalk_users_per_call
        return Most(each, each, together=together, calls_per_month=month)
    if channel == "wechat":
        return Most(
            limits.wechat_messages_per_second,
            limits.wechat_messages_per_window,
            per_window=limits.wechat_messages_per_window,
            window_hours=limits.wechat_window_hours,
        )
    if channel == "mail":
        return Most(limits.mail_messages_per_second, limits.mail_messages_per_second)
    return Most()
