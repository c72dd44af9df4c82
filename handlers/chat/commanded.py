"""A command is given, with a slash or in Chinese words: it wins over whatever waits for her words."""

from collections.abc import Callable

from handlers.chat import (
    buddied,
    busied,
    calendar_linked,
    channels_ordered,
    checkin,
    checklisted,
    cried,
    digested,
    drafted,
    flighted,
    helped,
    incident_reported,
    languaged,
    left_out,
    mydata,
    owed,
    paused,
    planned,
    reviewed,
    searched,
    session_planned,
    stopped,
    talked,
    waiting,
    why,
    zoned,
)
from handlers.context import Chat


def commanded(chat: Chat, command: str, rest: str) -> bool:
    """Do what a command says; False when there is no such command."""
    handler = _HANDLERS.get(command)
    if handler is None:
        return False
    waiting.leave(chat)
    handler(chat, rest)
    return True


def _start(chat: Chat, _rest: str) -> None:
    chat.say("enrol/already")


def _sos(chat: Chat, rest: str) -> None:
    cried.sos(chat, rest)


def _zone(chat: Chat, rest: str) -> None:
    if rest:
        zoned.written(chat, rest)
    else:
        zoned.asked(chat)


def _not_going(chat: Chat) -> None:
    checklisted.off_asked(chat)


_HANDLERS: dict[str, Callable[[Chat, str], None]] = {
    "/start": _start,
    "/checkin": lambda chat, _rest: checkin.asked(chat),
    "/sos": _sos,
    "/pause": paused.asked,
    "/buddy": buddied.asked,
    "/notcounsellor": left_out.commanded,
    "/calendar": calendar_linked.asked,
    "/busy": busied.asked,
    "/session": session_planned.asked,
    "/channels": lambda chat, _rest: channels_ordered.asked(chat),
    "/zone": _zone,
    "/where": _zone,
    "/digest": digested.asked,
    "/language": languaged.asked,
    "/mydata": lambda chat, _rest: mydata.asked(chat),
    "/report": incident_reported.asked,
    "/write": drafted.asked,
    "/review": reviewed.asked,
    "/talk": talked.asked,
    "/plan": planned.asked,
    "/opportunities": searched.asked,
    "/study": drafted.study_asked,
    "/due": owed.asked,
    "/flight": flighted.asked,
    "/list": lambda chat, _rest: checklisted.asked(chat),
    "/notgoing": lambda chat, _rest: _not_going(chat),
    "/why": lambda chat, _rest: why.asked(chat),
    "/help": lambda chat, _rest: helped.asked(chat),
    "/stop": lambda chat, _rest: stopped.asked(chat),
}
COMMANDS = frozenset(_HANDLERS)
"""Every command; menus hold some of them."""
