"""Nothing of a branch travels through Telegram, DingTalk or mail: a neutral line with a link stands for it there.

What a member writes to her home branch, and what she owes it, travels only on the channels that the school allows. The
one place that says so. `bot.engine.compose` asks it for whatever it writes, `bot.engine.delivery` when it would send
what was written for another channel before, and `bot.engine.letters` for the subject of a mail.
"""

from bot.addresses.model import OF_BRANCHES, OF_MEMBERS, WITHOUT_BRANCHES
from bot.outbox.model import Message
from bot.settings import Settings

NEUTRAL = "branch_neutral"


def is_neutral(message: Message, settings: Settings) -> bool:
    """Tell whether a message may say no more than that there is something."""
    if message.template.startswith(OF_MEMBERS):
        return message.channel not in settings.branches.channels
    return message.channel in WITHOUT_BRANCHES and message.template.startswith(OF_BRANCHES)


def template_of(message: Message, settings: Settings) -> str:
    """Return the template in which a message is written for its channel."""
    return NEUTRAL if is_neutral(message, settings) else message.template


def has_own_page(message: Message) -> bool:
    """Tell whether the page of a member is where a message is shown whole."""
    return message.template.startswith(OF_MEMBERS)
