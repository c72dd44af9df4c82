"""What there is to know of WeCom 企业微信 as a channel. See `bot.channels.about`."""

from bot.channels.about import About, Kit, Ours
from bot.channels.wecom import groups, understand
from bot.channels.wecom.channel import WeCom
from bot.platforms.most import Most
from bot.settings import Settings


def _make(kit: Kit) -> WeCom:
    settings, section = kit.settings, kit.settings.channels.wecom
    tokens = kit.tokens(WeCom.name, section.account)
    return WeCom(section, settings.limits, tokens, kit.real, language=settings.service.language)


def _most(settings: Settings) -> Most:
    limits = settings.limits
    return Most(
        per_member_minute=limits.wecom_messages_per_member_per_minute,
        per_member_hour=limits.wecom_messages_per_member_per_hour,
        per_day=limits.wecom_accounts * limits.wecom_messages_per_account_per_day,
    )


WECOM = About(
    name=WeCom.name,
    title="WeCom",
    reads=understand,
    ours=lambda on: Ours(on.wecom.account, on.wecom.cards, WeCom.can_push),
    make=_make,
    most=_most,
    joins="opens the app in WeCom, where {number} is the UserID, and agrees",
    robots=lambda kit: groups.robots(kit.settings.channels.wecom, kit.settings.limits),
    group_limits=lambda limits: (limits.wecom_text_bytes, limits.wecom_group_messages_per_minute),
)
