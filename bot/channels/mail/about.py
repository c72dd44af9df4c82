"""What there is to know of mail as a channel. See `bot.channels.about`."""

from bot.channels.about import About, Kit, Ours
from bot.channels.mail import understand
from bot.channels.mail.channel import Mail
from bot.platforms.most import Most
from bot.settings import Settings


def _make(kit: Kit) -> Mail:
    return Mail(kit.settings.channels.mail, kit.settings.limits, kit.real)


def _most(settings: Settings) -> Most:
    each = settings.limits.mail_messages_per_second
    return Most(each, each)


MAIL = About(
    name=Mail.name,
    title="mail",
    reads=understand,
    ours=lambda on: Ours(on.mail.account, Mail.can_edit, Mail.can_push),
    make=_make,
    most=_most,
)
