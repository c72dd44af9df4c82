"""One way to reach a person: a channel and the channel's own id, with what is known of its health."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PULL_ONLY = frozenset({"web"})
"""Channels that wait for her to look: what lies there has not been asked until her page has shown it."""

VOUCHED = frozenset({"wecom", "dingtalk", "mail"})
"""Channels whose directory the school itself keeps: an id there stands on the roster, no invitation is needed."""

MAIL = "mail"
AFTER_CHATS = 1000
"""Where mail addresses begin in everybody's order: they come from the roster and are tried after each chat of hers."""

WINDOWED = frozenset({"wechat"})
"""Channels whose platform counts what we may say, and only for a while after she was heard (`bot.allowances`)."""

TAKES_FILES = frozenset({"telegram", "wecom", "wechat", "dingtalk"})
"""Channels whose platform gives out photos that somebody sent."""

WITHOUT_BUTTONS = frozenset({"wecom", "wechat", "dingtalk"})
"""Channels whose messages may be read without buttons: on them a sign is taken for the button that it stands for."""

WITHOUT_BRANCHES = frozenset({"telegram", "dingtalk", "mail"})
"""Channels that nothing of a branch travels through: there a neutral line with a link stands for it."""

OF_BRANCHES = ("branch/", "study/", "session/")
"""How the templates of branch matters begin."""

OF_MEMBERS = ("branch/", "study/")
"""Those of them that travel only where a school allows it: what a member writes to her branch, and what she owes it."""

WAKE_ONLY = frozenset({"apprise"})
"""Channels that wake a member of staff and carry nothing else: no question, reply or notice ever goes there."""


class AddressState(StrEnum):
    """What is known of an address."""

    PENDING = "pending"  # an enrolment has begun and is not finished
    WORKING = "working"
    GONE = "gone"  # she blocked the bot or her account is no more
    WRONG = "wrong"  # the platform says that there is no such address
    REVOKED = "revoked"  # taken back by her or by the office


@dataclass(frozen=True)
class Address:
    """One way to reach a person; `position` is her own order, the lowest first."""

    id: int
    person_id: int
    channel: str
    account: str
    external_id: str
    state: AddressState
    position: int
    reason: str | None
    linked_at: datetime | None
    last_ok_at: datetime | None
    last_failed_at: datetime | None
    shut: str | None = None
    """Why a question or an alarm could not be delivered there when it was last tried, though the address works
    (`bot.allowances.model.Why`); that ends when she is heard again."""
    heard_at: datetime | None = None
    """When something of hers came from there for the last time."""

    @property
    def is_proven(self) -> bool:
        """Tell whether both ways are known to work: a message was taken there and something came back."""
        works = self.state is AddressState.WORKING
        return works and self.last_ok_at is not None and self.heard_at is not None

    @property
    def was_proven(self) -> bool:
        """Tell whether that was so already when she was heard last; the word with which she links it came before."""
        heard_since = self.linked_at is not None and self.heard_at is not None and self.heard_at > self.linked_at
        return self.is_proven and heard_since
