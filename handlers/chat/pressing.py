"""A button is pressed: what its data says decides which handler takes it. Data is never trusted."""

from collections.abc import Callable

from bot.prompts.model import Choice, ShareWith
from handlers.chat import (
    alarm_tested,
    answered,
    buddied,
    buddy_asked,
    buddy_said,
    busied,
    calendar_linked,
    case_pressed,
    channels_ordered,
    checkin,
    checklisted,
    cried,
    digested,
    drafted,
    enrolled,
    flighted,
    followed_up,
    helped,
    incident_reported,
    languaged,
    left_out,
    noted,
    owed,
    paused,
    positioned,
    relayed,
    reminded,
    reviewed,
    rollcall_answered,
    searched,
    session_answered,
    session_planned,
    shared,
    stopped,
    talked,
    undone,
    waiting,
    zoned,
)
from handlers.context import Chat

MOST = 2**63
_TURNS_AWAY = frozenset(
    {
        "answer",
        "volunteer",
        "undo",
        "share",
        "checkin",
        "help",
        "stop",
        "roll",
        "meet",
        "rsvp",
        "buddies",
        "draft",
        "study",
        "owed",
        "due",
        "todo",
        "talk",
        "followup",
        "flight",
        "opp",
        "review",
    }
)


def pressed(chat: Chat, data: str) -> bool:
    """Do what a button says; False when it says nothing that we know."""
    name, _, value = data.partition(":")
    handler = _HANDLERS.get(name)
    if name in _TURNS_AWAY and not (name == "meet" and value.endswith(":keep")):  # what it keeps lies in the step
        waiting.leave(chat)
    return handler is not None and handler(chat, value)


def _answer(chat: Chat, value: str) -> bool:
    prompt_id, choice = _number_and_rest(value)
    if prompt_id is None or choice not in set(Choice):
        return False
    answered.pressed(chat, prompt_id, Choice(choice))
    return True


def _volunteer(chat: Chat, value: str) -> bool:
    if value not in set(Choice):
        return False
    answered.volunteered(chat, Choice(value))
    return True


def _undo(chat: Chat, value: str) -> bool:
    prompt_id, rest = _number_and_rest(value)
    if prompt_id is None or rest:
        return False
    undone.pressed(chat, prompt_id)
    return True


def _share(chat: Chat, value: str) -> bool:
    prompt_id, whom = _number_and_rest(value)
    if prompt_id is not None and whom == left_out.CHOICE:
        left_out.pressed_below(chat, prompt_id)
        return True
    if prompt_id is None or whom not in set(ShareWith):
        return False
    shared.pressed(chat, prompt_id, ShareWith(whom))
    return True


def _note(chat: Chat, value: str) -> bool:
    return (value == "off" or _number_and_rest(value)[0] is not None) and noted.pressed(chat, value)


def _case(chat: Chat, value: str) -> bool:
    case_id, deed = _number_and_rest(value)
    return case_id is not None and case_pressed.pressed(chat, case_id, deed)


def _relay(chat: Chat, value: str) -> bool:
    case_id, deed = _number_and_rest(value)
    return case_id is not None and relayed.pressed(chat, case_id, deed)


def _buddy(chat: Chat, value: str) -> bool:
    case_id, word = _number_and_rest(value)
    return case_id is not None and buddy_said.pressed(chat, case_id, word)


def _buddies(chat: Chat, value: str) -> bool:
    deed, _, number = value.partition(":")
    pair_id, rest = _number_and_rest(number)
    if rest:
        return False
    if pair_id is not None and buddy_asked.pressed(chat, deed, pair_id):
        return True
    return buddied.pressed(chat, deed, pair_id)


def _roll(chat: Chat, value: str) -> bool:
    prompt_id, choice = _number_and_rest(value)
    return prompt_id is not None and rollcall_answered.pressed(chat, prompt_id, choice)


def _meet(chat: Chat, value: str) -> bool:
    prompt_id, choice = _number_and_rest(value)
    return prompt_id is not None and session_answered.pressed(chat, prompt_id, choice)


def _due(chat: Chat, value: str) -> bool:
    reminder_id, word = _number_and_rest(value)
    return reminder_id is not None and reminded.pressed(chat, reminder_id, word)


def _talk(chat: Chat, value: str) -> bool:
    deed, _, number = value.partition(":")
    talk_id, rest = _number_and_rest(number)
    return not rest and chat.is_student and talked.pressed(chat, deed, talk_id)


def _follow_up(chat: Chat, value: str) -> bool:
    follow_up_id, word = _number_and_rest(value)
    return follow_up_id is not None and followed_up.pressed(chat, follow_up_id, word)


def _enrol(chat: Chat, value: str) -> bool:
    return enrolled.pressed(chat, value.partition(":")[0])


def _position(chat: Chat, _value: str) -> bool:
    positioned.asked(chat)
    return True


def _checkin(chat: Chat, _value: str) -> bool:
    checkin.asked(chat)
    return True


def _help(chat: Chat, _value: str) -> bool:
    helped.asked(chat)
    return True


def _number_and_rest(value: str) -> tuple[int | None, str]:
    number, _, rest = value.partition(":")
    usable = number.isascii() and number.isdecimal() and int(number) < MOST if len(number) < 20 else False  # noqa: PLR2004
    return (int(number) if usable else None), rest


_HANDLERS: dict[str, Callable[[Chat, str], bool]] = {
    "alarm": alarm_tested.pressed,
    "answer": _answer,
    "volunteer": _volunteer,
    "undo": _undo,
    "share": _share,
    "note": _note,
    "position": _position,
    "case": _case,
    "relay": _relay,
    "buddy": _buddy,
    "busy": busied.pressed,
    "calendar": calendar_linked.pressed,
    "hold": session_planned.pressed,
    "channels": channels_ordered.pressed,
    "buddies": _buddies,
    "roll": _roll,
    "meet": _meet,
    "rsvp": _meet,
    "due": _due,
    "flight": flighted.pressed,
    "opp": searched.pressed,
    "todo": checklisted.pressed,
    "talk": _talk,
    "followup": _follow_up,
    "report": incident_reported.pressed,
    "draft": drafted.pressed,
    "review": reviewed.pressed,
    "study": drafted.study_pressed,
    "owed": owed.pressed,
    "sos": cried.pressed,
    "enrol": _enrol,
    "lang": languaged.pressed,
    "zone": zoned.pressed,
    "pause": paused.pressed,
    "stop": stopped.pressed,
    "checkin": _checkin,
    "digest": digested.pressed,
    "counsellor": left_out.pressed,
    "help": _help,
}
