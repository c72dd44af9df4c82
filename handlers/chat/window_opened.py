"""She is heard on a platform that counts: what we may send her for a while, and what has waited for that goes out."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import WINDOWED
from bot.allowances.model import Opening, Window
from bot.engine.pushing import heard
from bot.inbox.model import InboxRow, Incoming
from bot.settings import Limits
from handlers.services import Services


def opened(conn: Connection, row: InboxRow, incoming: Incoming, services: Services) -> None:
    """Count what she allows by what she did; nothing on channels that do not count, and for strangers."""
    if row.channel not in WINDOWED or not (incoming.opens or incoming.leaves):
        return
    address = addresses.by_external(conn, row.channel, row.account, row.sender)
    if address is None:
        return
    opening = None
    if incoming.opens:
        how = Opening(incoming.opens)
        opening = (how, window_of(how, services.settings.limits), row.received_at)
    heard(conn, address, services.clock.now(), opening=opening, leaves=incoming.leaves)


def window_of(how: Opening, limits: Limits) -> Window:
    """Return what WeChat allows after a word or a tap of hers."""
    if how is Opening.TAPPED:
        return Window(float(limits.wechat_tap_seconds), limits.wechat_messages_per_tap)
    return Window(timedelta(hours=limits.wechat_window_hours).total_seconds(), limits.wechat_messages_per_window)
