"""What waits for her words: one step of a dialogue, and above it the question whether she needs urgent help.

That question never hides what she was in the middle of: it is kept inside and comes back when she says no. Once help is
on its way nothing waits any more: whatever she writes then is for her helpers.
"""

from datetime import datetime
from typing import Any

from bot.dialogues import store as dialogues
from bot.dialogues.rules import CRY_ASKED, waits_still
from bot.dialogues.store import Dialogue
from handlers.context import Chat

MOST_WORDS = 20_000
"""Characters of what led to the question whether it is urgent, and of what she wrote then: it may be half a report."""
_LEFT = frozenset(
    {
        "case.note",
        "review.words",
        "session.reason",
        "session.offered",
        "session.code",
        "session.makeup",
        "session.round",
        "session.plan",
        "busy.when",
        "pause.date",
        "paper.date",
        "followup.answer",
        "flight.time",
        "zone.city",
        "zone.until",
        "buddy.number",
        "report.what",
        "report.where",
        "todo.file",
    }
)


def step(chat: Chat) -> Dialogue | None:
    """Return the step that her words belong to, unless it has waited too long."""
    return both(chat)[1]


def both(chat: Chat) -> tuple[bool, Dialogue | None]:
    """Return whether she has been asked for urgent help and has not replied, and the step as `step` has it."""
    found = _found(chat)
    cry = found is not None and found.step == CRY_ASKED
    if found is not None and cry:
        before = found.data.get("before")
        found = Dialogue(before["step"], before["data"], found.updated_at) if before else None
    if found is None or not waits_still(found.step, found.updated_at, chat.now):
        return cry, None
    return cry, found


def wait_for(chat: Chat, name: str, **data: Any) -> None:
    """Let her next words belong to a step."""
    cry = _cry(chat)
    if cry is None:
        _put(chat, name, chat.now, data)
    else:
        _put_cry(chat, cry, cry.data | {"before": {"step": name, "data": data}})


def end(chat: Chat) -> None:
    """Let her next words belong to nothing in particular."""
    cry = _cry(chat)
    if cry is None:
        dialogues.clear(chat.conn, chat.person.id)
    else:
        _put_cry(chat, cry, cry.data | {"before": None})


def leave(chat: Chat) -> None:
    """Let a step go from which she turns to something else; only enrolment is gone through to its end."""
    found = step(chat)
    if found is not None and found.step in _LEFT and not found.data.get("enrolling"):
        end(chat)


def ask_cry(chat: Chat, words: str) -> None:
    """Let the question for urgent help wait, with the words that led to it."""
    found = step(chat)
    before = None if found is None else {"step": found.step, "data": found.data}
    _put(chat, CRY_ASKED, chat.now, {"before": before, "words": words[:MOST_WORDS]})


def cry_waits(chat: Chat) -> bool:
    """Tell whether she has been asked for urgent help and has not replied."""
    return _cry(chat) is not None


def add_to_cry(chat: Chat, words: str) -> None:
    """Keep what she writes while that question waits: should it become an SOS, it is for her helpers."""
    cry = _cry(chat)
    if cry is not None:
        said = "\n".join(filter(None, [str(cry.data.get("words", "")), words.strip()]))
        _put_cry(chat, cry, cry.data | {"words": said[:MOST_WORDS]})


def end_for_help(chat: Chat) -> str:
    """End that question and all that waited: her words are for her helpers now. Return those that led to it."""
    cry = _cry(chat)
    dialogues.clear(chat.conn, chat.person.id)
    return "" if cry is None else str(cry.data.get("words", ""))


def cry_words(chat: Chat) -> str:
    """Return the words for which she was asked whether it is urgent."""
    cry = _cry(chat)
    return "" if cry is None else str(cry.data.get("words", ""))


def end_cry(chat: Chat) -> None:
    """End that question and give back what she was in the middle of."""
    cry = _cry(chat)
    if cry is None:
        return
    before = cry.data.get("before")
    if before:
        _put(chat, before["step"], cry.updated_at, before["data"])
    else:
        dialogues.clear(chat.conn, chat.person.id)


def _cry(chat: Chat) -> Dialogue | None:
    found = _found(chat)
    return found if found is not None and found.step == CRY_ASKED else None


def _found(chat: Chat) -> Dialogue | None:
    return None if chat.is_idle else dialogues.get(chat.conn, chat.person.id)


def _put(chat: Chat, name: str, at: datetime, data: dict[str, Any]) -> None:
    chat.is_idle = False
    dialogues.put(chat.conn, chat.person.id, name, at, data)


def _put_cry(chat: Chat, cry: Dialogue, data: dict[str, Any]) -> None:
    _put(chat, CRY_ASKED, cry.updated_at, data)
