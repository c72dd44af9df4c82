"""Invitations that are a link: made where somebody asks for one, and with the question for a second channel."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.channels.known import KNOWN
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.settings import Settings

INVITED_FOR = timedelta(days=14)
LINKED = frozenset(name for name, about in KNOWN.items() if about.link is not None)
"""Channels to which a link alone leads. In WeChat it is a code that WeChat makes; WeCom and DingTalk need none."""


def enrolment(conn: Connection, person_id: int, channel: str, real_now: datetime) -> str:
    """Return the token of a new invitation to a channel, good once and for a fortnight."""
    expires_at = real_now + INVITED_FOR
    return links.make(conn, LinkPurpose.ENROL, person_id, real_now=real_now, expires_at=expires_at, channel=channel)


def to_chat(conn: Connection, settings: Settings, person_id: int, channel: str, real_now: datetime) -> str:
    """Return a link that opens our chat in a channel of `LINKED` for one person; LookupError for any other."""
    link = KNOWN[channel].link
    if link is None:
        raise LookupError(f"no link leads to {channel}")
    return link(settings.channels, enrolment(conn, person_id, channel, real_now))
