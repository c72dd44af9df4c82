"""She looks after her buddies: who they are, asking one by number or code, and ending it without anybody hearing."""

from typing import Any

from bot.buddies import store
from bot.buddies.model import MOST_BUDDIES, Pair
from bot.buddies.rules import code_in, is_full, number_in, stands_for, waits
from bot.engine import pairing
from bot.engine.pairing import Outcome, Proposal
from bot.people import store as people
from handlers.chat import waiting
from handlers.chat.words import is_off
from handlers.context import Chat

STEP = "buddy.number"


def asked(chat: Chat, wish: str = "") -> None:
    """Show her buddies, or ask whoever has the number or code behind the command."""
    if not chat.is_student:
        chat.say("buddy/not_student")
    elif wish:
        written(chat, wish)
    else:
        chat.say("buddy/mine", **_mine(chat))


def written(chat: Chat, text: str) -> None:
    """Take a student number or a code in her words."""
    if is_off(text):
        waiting.end(chat)
        chat.say("buddy/mine", **_mine(chat))
        return
    code, number = code_in(text), number_in(text)
    if code is None and number is None:
        waiting.wait_for(chat, STEP)
        chat.say("buddy/proposed", outcome="unreadable", number="", most=MOST_BUDDIES)
        return
    waiting.end(chat)
    if code is not None:
        _say_code(chat, pairing.take_code(chat.conn, chat.person.id, code, chat.now))
    else:
        _say_proposal(chat, pairing.propose(chat.conn, chat.person.id, number or "", chat.now), number or "")


def pressed(chat: Chat, deed: str, pair_id: int | None) -> bool:
    """Do what a button of the list says; False when it says nothing that we know."""
    if not chat.is_student:
        return False
    if deed == "new":
        waiting.wait_for(chat, STEP)
        chat.say("buddy/ask")
    elif deed == "code":
        made = pairing.offer_code(chat.conn, chat.person.id, chat.now)
        if isinstance(made, Outcome):
            _say_proposal(chat, Proposal(made), "")
        else:
            chat.say("buddy/code", code=made)
    elif deed == "list":
        asked(chat)
    elif pair_id is None or deed not in {"show", "end", "far", "near", "allow"}:
        return False
    elif deed == "allow":
        store.unblock(chat.conn, chat.person.id, pair_id)  # here the number is that of a person
        asked(chat)
    elif deed == "end":
        _end(chat, pair_id)
    elif deed in {"far", "near"}:
        pair = pairing.set_anywhere(chat.conn, pair_id, chat.person.id, chat.now, anywhere=deed == "far")
        _show(chat, pair)
    else:
        pair = store.by_id(chat.conn, pair_id)
        _show(chat, pair if pair is not None and stands_for(pair, chat.person.id) else None)
    return True


def _end(chat: Chat, pair_id: int) -> None:
    pair = store.by_id(chat.conn, pair_id)
    agreed = pair is not None and stands_for(pair, chat.person.id)
    if pair is not None and pairing.end(chat.conn, pair_id, chat.person.id, chat.now):
        chat.say("buddy/ended", agreed=agreed, buddy=_name(chat, pair) if agreed else "")
    else:
        asked(chat)


def _show(chat: Chat, pair: Pair | None) -> None:
    her_id = chat.person.id
    if pair is None or her_id not in {pair.person_id, pair.other_id}:
        asked(chat)
        return
    chat.say(
        "buddy/shown",
        pair=pair.id,
        buddy=_name(chat, pair),
        anywhere=pair.anywhere,
        mine=pair.anywhere_for(her_id),
    )


def _say_proposal(chat: Chat, done: Proposal, number: str) -> None:
    if done.outcome is Outcome.AGREED and done.pair is not None:
        chat.say("buddy/agreed", buddy=_name(chat, done.pair), pair=done.pair.id)
    else:
        chat.say("buddy/proposed", outcome=done.outcome, number=number, most=MOST_BUDDIES)


def _say_code(chat: Chat, done: Proposal) -> None:
    if done.outcome is Outcome.ASKED and done.pair is not None:
        chat.say("buddy/asked", buddy=_name(chat, done.pair), pair=done.pair.id)
    else:
        outcome = "no_code" if done.outcome is Outcome.OVER else done.outcome
        chat.say("buddy/proposed", outcome=outcome, number="", most=MOST_BUDDIES)


def _mine(chat: Chat) -> dict[str, Any]:
    her_id, pairs = chat.person.id, store.of_person(chat.conn, chat.person.id)
    agreed = [pair for pair in pairs if stands_for(pair, her_id)]
    waiting_for = [pair for pair in pairs if pair.person_id == her_id and waits(pair, chat.now)]
    blocked = store.blocked_by(chat.conn, her_id)
    named = people.by_ids(chat.conn, [pair.partner_of(her_id) or 0 for pair in agreed] + blocked)
    return {
        "agreed": [
            {"pair": pair.id, "name": plain(named[other].name), "anywhere": pair.anywhere}
            for pair in agreed
            if (other := pair.partner_of(her_id)) in named and other is not None
        ],
        # By the number that she wrote, or none for a code: whose it is, she learns when the other one agrees.
        "waiting": [{"pair": pair.id, "number": pair.number or ""} for pair in waiting_for],
        "blocked": [{"id": one, "name": plain(named[one].name)} for one in blocked if one in named],
        "room": not is_full(pairs, her_id, chat.now),
        "most": MOST_BUDDIES,
    }


def _name(chat: Chat, pair: Pair) -> str:
    other = people.by_id(chat.conn, pair.partner_of(chat.person.id) or 0)
    return "" if other is None else plain(other.name)


def plain(name: str) -> str:
    """Return a name as it can stand on a button, whose end is a bracket."""
    return "".join(" " if letter in "[]()\n" else letter for letter in name).strip()
