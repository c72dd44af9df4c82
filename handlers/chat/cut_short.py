"""A message of hers was longer than what is kept of one: she reads where it ends, and can send the rest.

An app lets nobody write so much at once, but a mail does, and whoever takes a short line keeps less.
"""

from bot.addresses.model import OF_BRANCHES
from handlers.context import Chat

TAIL = 24
"""Characters at the end of what was kept by which she finds the place; what belongs to a branch is not said again."""


def tell(chat: Chat, text: str) -> None:
    """Say so, unless all of her words were kept."""
    text, most = text.strip(), chat.most_kept
    if most is not None and len(text) > most:
        is_branch = any(one.template.startswith(OF_BRANCHES) for one in chat.replies)
        tail = "" if is_branch else " ".join(text[max(most - TAIL, 0) : most].split())
        chat.say("cut_short", kept=most, tail=tail)
