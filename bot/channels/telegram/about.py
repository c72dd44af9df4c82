"""What there is to know of Telegram as a channel. See `bot.channels.about`.

Its library is a tenth of a start, so the channel itself is loaded when one is made.
"""

from typing import TYPE_CHECKING

from bot.channels.about import About, Kit, Ours
from bot.channels.telegram import understand
from bot.channels.telegram.hook import HOOK
from bot.platforms.most import Most
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.channels.telegram.channel import Telegram


def _make(kit: Kit) -> "Telegram":
    from bot.channels.telegram.channel import Telegram  # noqa: PLC0415 - see above

    settings = kit.settings
    return Telegram(settings.channels.telegram, settings.limits, webhook_url=f"{settings.service.url}{HOOK}")


def _most(settings: Settings) -> Most:
    limits = settings.limits
    return Most(limits.telegram_messages_per_second, limits.telegram_messages_per_chat_per_second)


TELEGRAM = About(
    name="telegram",
    title="Telegram",
    reads=understand,
    ours=lambda on: Ours(on.telegram.account, can_edit=True, can_push=True),
    make=_make,
    most=_most,
    link=lambda on, token: f"https://t.me/{on.telegram.bot_username}?start={token}",
)
