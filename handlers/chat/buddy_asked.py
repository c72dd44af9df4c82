"""She answers whoever would like to be her buddy: yes, no, or not from her again. Of a no nobody hears."""

from bot.buddies import store
from bot.buddies.model import MOST_BUDDIES
from bot.engine import pairing
from bot.engine.pairing import Outcome
from bot.people import store as people
from handlers.chat import buddied
from handlers.context import Chat


def pressed(chat: Chat, deed: str, pair_id: int) -> bool:
    """Take her answer; False when the button is none of the three."""
    if deed == "yes":
        _accept(chat, pair_id)
    elif deed in {"no", "never"}:
        if pairing.decline(chat.conn, pair_id, chat.person.id, chat.now, for_good=deed == "never"):
            chat.say("buddy/declined", for_good=deed == "never")
        else:
            chat.say("buddy/proposed", outcome=Outcome.OVER, number="", most=MOST_BUDDIES)
    else:
        return False
    return True


def _accept(chat: Chat, pair_id: int) -> None:
    done = pairing.accept(chat.conn, pair_id, chat.person.id, chat.now)
    pair = store.by_id(chat.conn, pair_id)
    asker = people.by_id(chat.conn, pair.person_id) if pair is not None and done.outcome is Outcome.AGREED else None
    if asker is None:
        chat.say("buddy/proposed", outcome=done.outcome, number="", most=MOST_BUDDIES)
    else:
        chat.say("buddy/agreed", buddy=buddied.plain(asker.name), pair=pair_id)
