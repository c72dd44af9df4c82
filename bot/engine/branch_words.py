"""Nothing of a branch travels through Telegram, DingTalk or mail: a neutral line with a link stands for it there.

The one place that says so. `bot.engine.compose` asks it for whatever it writes, `bot.engine.delivery` when it would
send what was written for another channel before, and `bot.engine.letters` for the subject of a mail.
"""

from bot.addresses.model import OF_BRANCHES, WITHOUT_BRANCHES
from bot.outbox.model import Message

NEUTRAL = "branch_neutral"


def is_neutral(message: Message) -> bool:
    """Tell whether a message may say no more than that there is something."""
    return message.channel in WITHOUT_BRANCHES and message.template.startswith(OF_BRANCHES)


def template_of(message: Message) -> str:
    """Return the template in which a message is written for its channel."""
    return NEUTRAL if is_neutral(message) else message.template
