"""A member of staff chooses how often a digest comes, and acts on whom it names: call, spoken, more time, remind, pass.

What a button does is decided by how things are now: whoever has been taken on meanwhile is shown with the name of
whoever did, and a question that was answered meanwhile is over.
"""

from datetime import timedelta
from typing import Any

from bot.cases import store as cases
from bot.digests import store
from bot.digests.model import Every
from bot.engine import deeds, silence_taken
from bot.engine.digest_planning import is_reader, plan, rhythm_of
from bot.journal import store as journal
from bot.views.digest import one_of
from bot.views.scope import scope_of
from handlers.chat import case_pressed
from handlers.chat.case_said import again, allowed, say
from handlers.context import Chat

_CASE_WORD = {"call": "ack", "spoken": "spoken", "pass": "pass"}
DEEDS = frozenset({*_CASE_WORD, "extend", "remind"})
_NAMED = {"weekly": Every.WEEKLY, "每周": Every.WEEKLY, "daily": Every.DAILY, "每天": Every.DAILY}
_NAMED |= {"off": Every.OFF, "不要": Every.OFF, "关闭": Every.OFF}
MORE_TIME = timedelta(days=2)


def asked(chat: Chat, wish: str = "") -> None:
    """Say how often a digest comes, or take what stands behind the command."""
    if not is_reader(chat.person):
        chat.say("digest/not_staff")
        return
    if (every := _NAMED.get(wish.casefold())) is not None:
        choose(chat, every)
        return
    every = store.every_of(chat.conn, chat.person.id)
    plan(chat.conn, [chat.person.id], rhythm_of(chat.services.settings), chat.now)
    ahead = store.planned_of(chat.conn, [chat.person.id]).get(chat.person.id, [])
    chat.say("digest/choose", every=every.value, next_at=ahead[0].due_at if ahead else None)


def choose(chat: Chat, every: Every) -> None:
    """Let a digest come so often from now on."""
    store.choose(chat.conn, chat.person.id, every, chat.now)
    line = journal.line(chat.now, "digest.chosen", person_id=chat.person.id, every=every.value)
    journal.write(chat.conn, [line])
    asked(chat)


def pressed(chat: Chat, value: str) -> bool:
    """Do what a button of a digest says; False when it says nothing that we know."""
    word, _, rest = value.partition(":")
    if not is_reader(chat.person):
        return False
    if word == "how" and not rest:
        asked(chat)
        return True
    if word == "every" and rest in set(Every):
        choose(chat, Every(rest))
        return True
    student, _, prompt = rest.partition(":")
    ids = [_number(student), _number(prompt or "0")]
    if word not in {*DEEDS, "see"} or None in ids:
        return False
    _act(chat, word, ids[0] or 0, ids[1] or 0)
    return True


def _act(chat: Chat, word: str, student_id: int, prompt_id: int) -> None:
    one = _line(chat, student_id)
    if one is None:
        chat.say("digest/nothing")
    elif word == "see":
        show(chat, one)
    elif one["case"] is not None:
        _on_case(chat, word, one["case"])
    elif word in {"extend", "remind"}:
        _on_question(chat, word, student_id, prompt_id)
    else:
        programmes = chat.services.programmes
        taken = silence_taken.take(chat.conn, programmes, student_id, prompt_id, chat.person.id, chat.now)
        if taken is None:
            chat.say("digest/nothing")
        else:
            case_pressed.pressed(chat, taken.id, _CASE_WORD[word])


def _on_case(chat: Chat, word: str, case_id: int) -> None:
    case = cases.by_id(chat.conn, case_id)
    if case is None or not allowed(chat, case):
        chat.say("digest/nothing")
    elif word in _CASE_WORD:
        case_pressed.pressed(chat, case_id, _CASE_WORD[word])
    elif word == "extend":
        done = deeds.snooze(chat.conn, case_id, chat.person.id, chat.now + MORE_TIME, chat.now)
        if done.done:
            say(chat, done.case, "staff/deed_put_off", until=chat.now + MORE_TIME)
        else:
            again(chat, done.case, done.why)
    else:
        say(chat, case, "staff/deed_now")


def _on_question(chat: Chat, word: str, student_id: int, prompt_id: int) -> None:
    deed = silence_taken.extend if word == "extend" else silence_taken.remind
    done = deed(chat.conn, student_id, prompt_id, chat.person.id, chat.now)
    one = _line(chat, student_id)
    if one is None or done.why == "over":
        chat.say("digest/nothing")
    elif one["case"] is not None:
        show(chat, one)
    else:
        finished = {"extend": "extended", "remind": "reminded"}[word] if done.done else ""
        chat.say("digest/student", one=one, why_not=done.why, done=finished)


def show(chat: Chat, one: dict[str, Any]) -> None:
    """Show one student with what can be done: the buttons of the case where there is one that somebody has."""
    case = None if one["case"] is None else cases.by_id(chat.conn, one["case"])
    if case is not None and case.is_held:
        say(chat, case, "staff/deed_now")
    else:
        chat.say("digest/student", one=one, why_not="", done="")


def _line(chat: Chat, student_id: int) -> dict[str, Any] | None:
    scope = scope_of(chat.conn, chat.person)
    return None if scope is None else one_of(chat.conn, scope, student_id, chat.now)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None  # noqa: PLR2004 - 64 bits
