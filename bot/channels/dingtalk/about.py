"""What there is to know of DingTalk 钉钉 as a channel. See `bot.channels.about`."""

from bot.channels.about import About, Kit, Ours
from bot.channels.dingtalk import groups, understand
from bot.channels.dingtalk.channel import DingTalk
from bot.platforms.most import Most
from bot.settings import Settings


def _make(kit: Kit) -> DingTalk:
    section = kit.settings.channels.dingtalk
    whose = (DingTalk.name, section.account)
    return DingTalk(section, kit.settings.limits, kit.tokens(*whose), kit.calls(*whose), kit.real)


def _most(settings: Settings) -> Most:
    limits = settings.limits
    each, month = limits.dingtalk_calls_per_second, limits.dingtalk_calls_per_month
    together = 1 if settings.channels.dingtalk.cards else limits.dingtalk_users_per_call
    return Most(each, each, together=together, calls_per_month=month)


DINGTALK = About(
    name=DingTalk.name,
    title="DingTalk",
    reads=understand,
    ours=lambda on: Ours(on.dingtalk.account, on.dingtalk.cards, DingTalk.can_push),
    make=_make,
    most=_most,
    joins="writes to the robot in DingTalk, where {number} is the UserID, and agrees",
    robots=lambda kit: groups.robots(kit.settings.channels.dingtalk, kit.settings.limits, kit.real),
    group_limits=lambda limits: (limits.dingtalk_text_bytes, limits.dingtalk_group_messages_per_minute),
)
