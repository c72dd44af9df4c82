"""What there is to know of Telegram as a channel. See `bot.channels.about`."""

from bot.channels.about import About, Kit, Ours
from bot.channels.telegram import understand
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.setup import HOOK
from bot.platforms.most import Most
from bot.settings import Settings


def _make(kit: Kit) -> Telegram:
    settings = kit.settings
    return Telegram(settings.channels.telegram, settings.limits, webhook_url=f"{settings.service.url}{HOOK}")


def _most(settings: Settings) -> Most:
    limits = settings.limits
    return Most(limits.telegram_messages_per_second, limits.telegram_messages_per_chat_per_second)


TELEGRAM = About(
    name=Telegram.name,
    title="Telegram",
    reads=understand,
    ours=lambda on: Ours(on.telegram.account, Telegram.can_edit, Telegram.can_push),
    make=_make,
    most=_most,
    link=lambda on, token: f"https://t.me/{on.telegram.bot_username}?start={token}",
)
