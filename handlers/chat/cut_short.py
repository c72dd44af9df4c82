"""A message of hers was longer than what is kept of one: she reads where it ends, and can send the rest.

An app lets nobody write so much at once, but a mail does, and whoever takes a short line keeps less.
"""

from bot.addresses.model import OF_BRANCHES
from bot.inbox.model import Incoming
from handlers.context import Chat

TAIL = 24
"""Characters at the end of what was kept by which she finds the place; what belongs to a branch is not said again."""


def tell(chat: Chat, incoming: Incoming) -> None:
    """Say so, unless all of her words were kept."""
    text = incoming.text.strip()
    kept = len(text) if chat.most_kept is None else min(chat.most_kept, len(text))
    if incoming.is_cut or kept < len(text):
        is_branch = any(one.template.startswith(OF_BRANCHES) for one in chat.replies)
        tail = "" if is_branch else " ".join(text[max(kept - TAIL, 0) : kept].split())
        chat.say("cut_short", kept=kept, tail=tail, has_words=bool(text))
