"""A member of staff presses a button about a case: takes it, says what was done, puts it off, passes it on, ends it.

An old button acts on what holds now: whoever comes too late reads who has the case, and is offered what makes sense.
"""

from collections.abc import Callable

from bot.cases import store as cases
from bot.cases.model import Case, CaseState
from bot.cases.rules import put_off_until
from bot.engine import deeds
from bot.engine.case_people import may_hand_over, others_for
from bot.engine.deeds import Deed
from bot.engine.facts import load_facts
from bot.people import store as people
from handlers.chat import case_noted
from handlers.chat.case_said import again, allowed, refused, say
from handlers.context import Chat

MOST_NAMES = 12
"""How many people a message offers by name; the console offers all."""


def pressed(chat: Chat, case_id: int, data: str) -> bool:
    """Do what a button says, if this person may look after the case; False when the button means nothing."""
    word, _, value = data.partition(":")
    handler = _HANDLERS.get(word)
    if handler is None or (value and word not in {"snooze", "give"}):
        return False
    case_noted.leave(chat)
    case = cases.by_id(chat.conn, case_id)
    if case is None or not allowed(chat, case):
        refused(chat, case_id, case)
    elif case.state is CaseState.RESOLVED and word != "reopen":
        say(chat, case, "staff/case_over")
    else:
        return handler(chat, case, value)
    return True


def _take(chat: Chat, case: Case, _value: str) -> bool:
    done = deeds.acknowledge(chat.conn, case.id, chat.person.id, chat.now)
    return _told(chat, done, "staff/ack_won")


def _take_over(chat: Chat, case: Case, _value: str) -> bool:
    return _told(chat, deeds.take_over(chat.conn, case.id, chat.person.id, chat.now), "staff/ack_won")


def _spoken(chat: Chat, case: Case, _value: str) -> bool:
    return _told(chat, deeds.resolve(chat.conn, case.id, chat.person.id, deeds.SPOKEN, chat.now), "staff/case_spoken")


def _tried(how: str) -> Callable[[Chat, Case, str], bool]:
    def tried(chat: Chat, case: Case, _value: str) -> bool:
        if case.state is CaseState.OPEN:  # whoever calls her looks after it
            deeds.acknowledge(chat.conn, case.id, chat.person.id, chat.now)
        done = deeds.contacted(chat.conn, case.id, chat.person.id, how, chat.now)
        return _told(chat, done, "staff/deed_noted", what=how)

    return tried


def _note(chat: Chat, case: Case, _value: str) -> bool:
    case_noted.asked(chat, case)
    return True


def _put_off(chat: Chat, case: Case, value: str) -> bool:
    zone = load_facts(chat.conn, [chat.person.id])[chat.person.id].zone_now(chat.now)
    until = put_off_until(value, chat.now, zone)
    if until is None:
        return False
    done = deeds.snooze(chat.conn, case.id, chat.person.id, until, chat.now)
    return _told(chat, done, "staff/deed_put_off", until=until)


def _ask_whom(chat: Chat, case: Case, _value: str) -> bool:
    if not may_hand_over(case, chat.person.id):
        return again(chat, case, "taken")
    found = others_for(chat.conn, case, chat.person.id, chat.now)
    names = [{"id": one.id, "name": _label(one.name)} for one in found[:MOST_NAMES]]
    say(chat, case, "staff/deed_pass", people=names, more=len(found) > MOST_NAMES)
    return True


def _give(chat: Chat, case: Case, value: str) -> bool:
    if not (value.isascii() and value.isdecimal() and len(value) < 19):  # noqa: PLR2004 - an id in 64 bits
        return False
    if not may_hand_over(case, chat.person.id):
        return again(chat, case, "taken")
    to = people.by_id(chat.conn, int(value))
    done = deeds.hand_over(chat.conn, case.id, chat.person.id, int(value), chat.now)
    if not done.done and done.why == "not_yours":
        return again(chat, done.case, "not_theirs")
    return _told(chat, done, "staff/deed_passed", to=to.name if to else "")


def _reopen(chat: Chat, case: Case, _value: str) -> bool:
    return _told(chat, deeds.reopen(chat.conn, case.id, chat.person.id, chat.now), "staff/deed_now")


def _show(chat: Chat, case: Case, _value: str) -> bool:
    say(chat, case, "staff/deed_now")
    return True


def _told(chat: Chat, done: Deed, template: str, **data: object) -> bool:
    if not done.done:
        return again(chat, done.case, done.why)
    say(chat, done.case, template, **data)
    return True


def _label(name: str) -> str:
    """Write a name so that it can stand on a button, whatever the roster calls somebody."""
    return " ".join(name.translate({ord("["): "(", ord("]"): ")"}).split()) or "?"


_HANDLERS: dict[str, Callable[[Chat, Case, str], bool]] = {
    "ack": _take,
    "over": _take_over,
    "spoken": _spoken,
    "called": _tried("called"),
    "no_answer": _tried("no_answer"),
    "note": _note,
    "snooze": _put_off,
    "pass": _ask_whom,
    "give": _give,
    "reopen": _reopen,
    "show": _show,
}
