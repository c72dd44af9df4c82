"""What is open and what comes next for her, as several chat handlers say it."""

from datetime import timedelta
from typing import Any

from bot.cases import store as cases
from bot.cases.model import Case, Reason
from bot.outbox import store as outbox
from bot.outbox.model import Kind, OutboxState
from bot.prompts import store as prompts
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.rollcalls.model import KIND as ROLLCALL
from bot.sessions.model import KIND as SESSION
from handlers.context import Chat

A_MOMENT = timedelta(minutes=10)
"""How long after an answer words that mean nothing else are taken as words to it."""
_OWN_WAY = frozenset({ROLLCALL, SESSION})
"""Kinds that are looked for by themselves."""
_COMING = (OutboxState.WAITING, OutboxState.SENDING)
_UNANSWERED = RUNNING | FAILED | {State.ALIVE}


def unanswered(chat: Chat) -> Prompt | None:
    """Return the newest question of how she is that she can still answer and has not."""
    opened = prompts.open_of(chat.conn, chat.person.id, chat.now)
    return next((one for one in reversed(opened) if one.state in _UNANSWERED and one.kind not in _OWN_WAY), None)


def just_answered(chat: Chat) -> Prompt | None:
    """Return the question that she has answered a moment ago: what she writes now goes with it."""
    opened = prompts.open_of(chat.conn, chat.person.id, chat.now)
    return next(
        (
            prompt
            for prompt in reversed(opened)
            if prompt.answered_at is not None
            and prompt.choice is not None
            and chat.now - prompt.answered_at <= A_MOMENT
        ),
        None,
    )


def ask_again(chat: Chat, prompt: Prompt) -> None:
    """Say the question of a prompt once more; that of a roll-call is not said beside one that is still on its way."""
    if prompt.kind != ROLLCALL or not _is_on_its_way(chat, prompt):
        chat.say(f"{prompt.kind}/question", prompt_id=prompt.id)


def _is_on_its_way(chat: Chat, prompt: Prompt) -> bool:
    """Tell whether the question is about to come to where she writes, held up by a window, a queue or an outage."""
    here = None if chat.address is None else chat.address.id
    coming = [
        one
        for one in outbox.of_prompt(chat.conn, prompt.id, _COMING)
        # What she has had elsewhere may be taken back by her writing; a reply is not.
        if (one.address_id, one.template) == (here, f"{prompt.kind}/question")
        and one.kind in ({Kind.REPLY} if prompt.asked_at else {Kind.REPLY, Kind.QUESTION})
    ]
    waiting = [one.id for one in coming if one.state is OutboxState.WAITING]
    outbox.update_many(chat.conn, waiting, next_try_at=chat.now)
    return bool(coming)


def next_data(chat: Chat) -> dict[str, Any]:
    """Return when she is asked next, as templates take it; `next_at` is None when nothing is planned."""
    at, zone = prompts.coming(chat.conn, chat.person.id, chat.now) or (None, None)
    return {"next_at": at, "next_zone": zone}


def urgent_case(chat: Chat) -> Case | None:
    """Return the case of her cry for help that nobody has ended yet."""
    cases_of = cases.going_on(chat.conn, chat.person.id)
    return next((case for case in cases_of if case.reason is Reason.URGENT), None)
