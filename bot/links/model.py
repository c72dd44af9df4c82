"""One-time and private links: only the hash of a token is ever stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkPurpose(StrEnum):
    """What a link is good for."""

    LOGIN = "login"  # signs staff in to the console, once
    ENROL = "enrol"  # links a chat account to a person, once
    CHAT = "chat"  # a student's private web chat; bound to the first device that confirms it
    ANSWER = "answer"  # the answer page of one prompt
    MAIL = "mail"  # the page of one mail: its message, and its buttons
    REPLY = "reply"  # the reference of one mail, by which replies and bounces are known; it opens nothing
    DIGEST = "digest"  # ends the digests of a member of staff
    CALENDAR = "calendar"  # her feed, which calendar programs fetch for as long as she leaves it on
    CALENDAR_PAGE = "calendar_page"  # the page on which she makes such links and takes them back
    RECEIPT = "receipt"  # shows a student who was told what about her
    MINE = "mine"  # a member's own page: what is due, her study reports, what her branch shares
    CARD = "card"  # the numbers of where she is, as an image to keep
    OWN_LIST = "todo"  # her list: what is to do before departure, and what has a last day
    REPORT = "report"  # the page on which a student writes her report
    PLAN = "plan"  # what others tell of stays, for a student who plans one


@dataclass(frozen=True)
class Link:
    """A link without its token; `device` is the hash of the cookie of the device that confirmed it."""

    id: int
    purpose: LinkPurpose
    person_id: int
    channel: str | None
    prompt_id: int | None
    address_id: int | None
    outbox_id: int | None
    device: str | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


def new_token() -> str:
    """Make a token of 43 url-safe characters (fits Telegram's start parameter)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored of a token: SHA-256 in hex. A random token of 256 bits needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
