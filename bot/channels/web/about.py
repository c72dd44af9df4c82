"""What there is to know of our own page as a channel. See `bot.channels.about`."""

from bot.channels.about import About, Ours
from bot.channels.web import understand
from bot.channels.web.channel import WebChannel
from bot.platforms.most import Most

WEB = About(
    name=WebChannel.name,
    title="the web page",
    reads=understand,
    ours=lambda _on: Ours(WebChannel.account, WebChannel.can_edit, WebChannel.can_push),
    make=lambda _kit: WebChannel(),
    most=lambda _settings: Most(),
)
