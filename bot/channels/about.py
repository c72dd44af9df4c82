"""What the rest of the service must know of a channel before one is made: each channel's folder says it in `about.py`,
and `bot.channels.known` lists them. The wiring makes channels from it, a simulation counts by it, links are made by it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from bot.allowances.model import Form
from bot.channels.base import Channel
from bot.channels.group_robot import GroupRobot
from bot.channels.token import TokenStore
from bot.platforms.most import Most
from bot.settings import Limits, Settings
from bot.settings_channels import Channels


@dataclass(frozen=True)
class Kit:
    """What a channel is made with: the settings, the real time, where the token of an account is kept, and what adds to
    the calls of an account in this month and says how many there are.
    """

    settings: Settings
    real: Callable[[], datetime]
    tokens: Callable[[str, str], TokenStore]
    calls: Callable[[str, str], Callable[[int], Awaitable[int]]]


@dataclass(frozen=True)
class Ours:
    """Our account on a platform, as delivery sees it."""

    account: str
    can_edit: bool
    can_push: bool
    forms: tuple[Form, ...] = ()


@dataclass(frozen=True)
class About:
    """One channel. Its name is that of its folder, of its section in the settings, and of `addresses.channel`.

    `title` is what the command line calls it; people read `templates/chat/parts/channel_called.txt`. `reads` has
    `understand` and `is_known`; `most` says what its platform lets an account send.
    """

    name: str
    title: str
    reads: ModuleType
    ours: Callable[[Channels], Ours]
    make: Callable[[Kit], Channel]
    most: Callable[[Settings], Most]
    link: Callable[[Channels, str], str] | None = None
    """The address that leads a student to our chat with the token of her invitation; None where no link does."""
    is_coded: bool = False
    """Its platform makes a code to scan of an invitation (`bot.channels.base.Coded`)."""
    joins: str = ""
    """What `{number}` does to join where the school's directory vouches and no invitation is needed."""
    robots: Callable[[Kit], Sequence[GroupRobot]] | None = None
    """Makes the robots of its groups, which stand in its section as `groups`."""
    group_limits: Callable[[Limits], tuple[int, int]] | None = None
    """How many bytes a group takes in one message, and how many messages in a minute."""

    def is_on(self, settings: Settings) -> bool:
        """Tell whether the settings switch it on."""
        return self.name in settings.channels.live
