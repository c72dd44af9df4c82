"""Every channel that there is, in the order in which they are made and shown. A new one is a line here."""

from bot.channels.about import About
from bot.channels.dingtalk.about import DINGTALK
from bot.channels.mail.about import MAIL
from bot.channels.telegram.about import TELEGRAM
from bot.channels.web.about import WEB
from bot.channels.wechat.about import WECHAT
from bot.channels.wecom.about import WECOM
from bot.platforms.most import Most
from bot.settings import Settings

KNOWN: dict[str, About] = {one.name: one for one in (WEB, TELEGRAM, WECOM, DINGTALK, WECHAT, MAIL)}


def most_of(channel: str, settings: Settings) -> Most:
    """Return what the platform of a channel allows; one that is no platform's allows everything."""
    about = KNOWN.get(channel)
    return Most() if about is None else about.most(settings)
