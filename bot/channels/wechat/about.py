"""What there is to know of WeChat 微信 as a channel, an Official Account 公众号. See `bot.channels.about`."""

from bot.channels.about import About, Kit, Ours
from bot.channels.wechat import understand
from bot.channels.wechat.channel import WeChat, forms_of
from bot.platforms.most import Most
from bot.settings import Settings


def _make(kit: Kit) -> WeChat:
    settings, section = kit.settings, kit.settings.channels.wechat
    tokens = kit.tokens(WeChat.name, section.account)
    return WeChat(section, settings.limits, tokens, kit.real, language=settings.service.language)


def _most(settings: Settings) -> Most:
    limits = settings.limits
    return Most(
        limits.wechat_messages_per_second,
        limits.wechat_messages_per_window,
        per_window=limits.wechat_messages_per_window,
        window_hours=limits.wechat_window_hours,
    )


WECHAT = About(
    name=WeChat.name,
    title="WeChat",
    reads=understand,
    ours=lambda on: Ours(on.wechat.account, WeChat.can_edit, WeChat.can_push, forms_of(on.wechat)),
    make=_make,
    most=_most,
    is_coded=True,
)
