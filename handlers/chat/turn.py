"""One turn of a conversation with somebody we know: who may say what in which state, and what it counts as.

The order is the promise: a cry for help first, then commands, then plain answers, then what waits for words.
"""

from collections.abc import Callable

from bot.addresses.model import AddressState
from bot.dialogues.store import Dialogue
from bot.engine.life import sign_of_life
from bot.engine.relaying import say_to_owner
from bot.inbox.model import Incoming, Said
from bot.inbox.rules import Cry, cry_in
from bot.prompts.model import Choice
from handlers.chat import (
    answered,
    blocked,
    buddied,
    busied,
    case_noted,
    checklisted,
    cried,
    cried_here,
    drafted,
    enrolled,
    file_received,
    flighted,
    followed_up,
    incident_reported,
    languaged,
    not_understood,
    noted,
    paused,
    positioned,
    relayed,
    reminded,
    reviewed,
    rollcall_answered,
    session_answered,
    session_attended,
    session_planned,
    session_round,
    stopped,
    unknown_command,
    waiting,
    zoned,
)
from handlers.chat.asking import just_answered, unanswered, urgent_case
from handlers.chat.commanded import commanded
from handlers.chat.pressing import pressed
from handlers.chat.words import answer_in, command_in, is_consent, is_digit, is_false_alarm, yes_or_no
from handlers.context import Chat

_OWN_WORDS = frozenset(
    {
        flighted.STEP,
        session_answered.STEP,
        session_attended.MAKEUP_STEP,
        session_round.STEP,
        session_planned.STEP,
        reviewed.STEP,
    }
)
"""Steps in which whatever she writes is meant for them, also what would mean something elsewhere."""
_ABOUT_OTHERS = frozenset({case_noted.STEP, reviewed.STEP})
"""Steps in which staff write about somebody else: urgent words there are no cry."""

_OF_ROW: dict[str, tuple[str, Callable[[Chat, int, str], None]]] = {
    noted.STEP: ("prompt", noted.written),
    session_answered.STEP: ("prompt", session_answered.reason_written),
    session_attended.MAKEUP_STEP: ("prompt", session_attended.makeup_written),
    session_round.STEP: ("prompt", session_round.written),
    case_noted.STEP: ("case", case_noted.written),
    reminded.STEP: ("reminder", reminded.date_written),
    followed_up.STEP: ("follow_up", followed_up.written),
}
"""What takes her words in a step that belongs to a prompt, a case or a reminder, as its data calls it."""
_PLAIN: dict[str, Callable[[Chat, str], None]] = {
    paused.STEP: paused.written,
    zoned.STEP: zoned.written,
    busied.STEP: busied.written,
    session_planned.STEP: session_planned.written,
    buddied.STEP: buddied.written,
    flighted.STEP: flighted.time_written,
}
"""What takes her words in a step of its own."""


def take_turn(chat: Chat, incoming: Incoming) -> None:
    """Do what a message means and say the replies; any message of hers but a cry shows that she is there."""
    if incoming.said is Said.ALLOWED:
        chat.counts_as_alive = False  # her settings are no word of hers
        return
    if incoming.said is Said.BLOCKED:
        blocked.gone(chat)
        return
    if incoming.said is Said.MIGRATED:
        blocked.moved(chat, incoming.data)
        return
    blocked.back(chat, greet=incoming.said is Said.UNBLOCKED)
    if incoming.said in {Said.UNBLOCKED, Said.ENTERED, Said.OTHER}:
        return
    if not _replies_to_cry(chat, incoming):
        _listen(chat, incoming)
    if chat.is_student and chat.counts_as_alive:
        sign_of_life(chat.conn, chat.person.id, chat.now, cleared=chat.is_cleared)


def _listen(chat: Chat, incoming: Incoming) -> None:
    cry = _cry(chat, incoming)
    if cry is Cry.ASK and _has_its_place(chat, incoming):
        cry = None
    if cry is not None:
        incident_reported.keep_words(chat, incoming.text)
        relayed.also_said(chat, incoming)
        cried.cried(chat, cry, incoming.text)
    elif _is_pending(chat):
        chat.counts_as_alive = False  # whoever holds the link, it need not be her yet
        _pending(chat, incoming)
    elif chat.person.left_at is not None and not _is_for_helpers(chat, incoming):
        stopped.wrote_after(chat, incoming.data)
    elif incoming.said is Said.PRESS:
        if not pressed(chat, incoming.data):
            not_understood.written(chat, "")
    elif _sent(chat, incoming):
        return
    elif incoming.said is Said.START:
        commanded(chat, "/start", "")
    else:
        _read(chat, incoming)
        if incoming.files:
            file_received.beside(chat, incoming)


def _sent(chat: Chat, incoming: Incoming) -> bool:
    """Take what is neither a press nor words; False for those."""
    if incoming.said is Said.ATTENDS:
        session_answered.by_calendar(chat, incoming.data, incoming.text)
    elif incoming.said is Said.POSITION and incoming.latitude is not None and incoming.longitude is not None:
        positioned.sent(chat, incoming.latitude, incoming.longitude)
    elif incoming.said is Said.FILE:
        if not file_received.sent(chat, incoming):
            _read(chat, incoming)
    else:
        return False
    return True


def _has_its_place(chat: Chat, incoming: Incoming) -> bool:
    """Tell whether urgent words are written by staff about somebody else, in a conversation, a reply or a note; or are
    her answer to a roll-call, which is more than a question whether it is urgent.
    """
    if chat.is_student or incoming.said is not Said.TEXT:
        there = chat.person.left_at is None and not _is_pending(chat)
        return there and rollcall_answered.needs_help(chat, incoming.text)
    step = waiting.step(chat)
    return (step is not None and step.step in _ABOUT_OTHERS) or relayed.meant_for(chat, incoming, step) is not None


def _is_for_helpers(chat: Chat, incoming: Incoming) -> bool:
    """Tell whether somebody who has left is still being helped and says something to that: leaving ends no case."""
    said = incoming.said in {Said.TEXT, Said.POSITION, Said.FILE} or incoming.data in {"sos:false", "position"}
    return said and urgent_case(chat) is not None


def _cry(chat: Chat, incoming: Incoming) -> Cry | None:
    """Return the cry in what somebody wrote or pressed; labels of the keyboard are commands, not words."""
    if incoming.said is Said.PRESS:
        urgent = incoming.data == "sos:yes" or incoming.data.endswith(":urgent")
        own_way = chat.person.left_at is None and not _is_pending(chat)
        return Cry.SOS if urgent and not own_way else None
    command = command_in(incoming.text, chat.services.renderer.keyboard_commands())
    if command is not None and command[0] == "/sos":
        return Cry.SOS
    return cry_in(incoming.text)


def _replies_to_cry(chat: Chat, incoming: Incoming) -> bool:
    """Take a yes or no to the question whether it is urgent, also before she has agreed, or after she left."""
    if incoming.said not in {Said.PRESS, Said.TEXT}:
        return False
    pressed_yes_or_no = {"sos:yes": True, "sos:no": False}.get(incoming.data)
    reply = pressed_yes_or_no if incoming.said is Said.PRESS else yes_or_no(incoming.text)
    if reply is None or not waiting.cry_waits(chat):
        return False
    cried.replied(chat, yes=reply)
    chat.counts_as_alive = chat.counts_as_alive and not _is_pending(chat)
    return True


def _is_pending(chat: Chat) -> bool:
    return chat.address is not None and chat.address.state is AddressState.PENDING


def _pending(chat: Chat, incoming: Incoming) -> None:
    if cried_here.went_on(chat, incoming):
        return
    wants = incoming.said is Said.PRESS and incoming.data.startswith(("enrol:", "sos:no"))
    if incoming.said is Said.TEXT and is_consent(incoming.text):
        enrolled.pressed(chat, "yes")
    elif not (wants and pressed(chat, incoming.data)):
        enrolled.ask_consent(chat)


def _read(chat: Chat, incoming: Incoming) -> None:
    text = incoming.text
    command = command_in(text, chat.services.renderer.keyboard_commands())
    if command is not None and commanded(chat, *command):
        return
    cry, step = waiting.both(chat)
    if step is not None and step.step == checklisted.STEP:  # it waits for a file, not for words
        step = None
    if cry:  # what she was doing before waits until this is settled
        relayed.also_said(chat, incoming)
        cried.went_on(chat, text)
        return
    if command is not None and unknown_command.refused(chat, command[0], text, step):
        return
    if is_false_alarm(text) and urgent_case(chat) is not None:
        cried.false_alarm(chat)
    elif (about := relayed.meant_for(chat, incoming, step)) is not None:
        relayed.written(chat, about, text)
    else:
        _take_words(chat, text, step)


def _take_words(chat: Chat, text: str, step: Dialogue | None) -> None:
    if chat.is_student and (step is None or not is_digit(text)) and rollcall_answered.written(chat, text):
        return
    free = step is None or (not is_digit(text) and step.step not in _OWN_WORDS)
    taken = free and (session_attended.written(chat, text) or session_answered.written(chat, text))
    if taken or (step is None and (flighted.written(chat, text) or followed_up.stopped(chat, text))):
        return
    waits = unanswered(chat) if chat.is_student else None
    name = None if step is None or step.step == noted.DECLINED else step.step
    choice = _answer(text, name, waits=waits is not None) if chat.is_student else None
    if choice is not None:
        if (case := urgent_case(chat)) is not None:
            say_to_owner(chat.conn, case, text, chat.now)  # what she says while she is helped, her helper reads
        if waits is not None:
            answered.pressed(chat, waits.id, choice)
        else:
            answered.volunteered(chat, choice)
    elif (step is None or step.step == noted.DECLINED) and drafted.written(chat, text):
        return
    elif step is None or not _belongs(chat, step.step, step.data, text):
        declined = step is not None and step.step == noted.DECLINED
        answer = just_answered(chat) if chat.is_student and urgent_case(chat) is None else None
        if answer is not None and not declined:
            noted.written(chat, answer.id, text)
        else:
            not_understood.written(chat, text)


def _answer(text: str, step: str | None, *, waits: bool) -> Choice | None:
    """Return the plain answer in a text: inside a dialogue only what cannot be meant for it."""
    if step in {noted.STEP} | _ABOUT_OTHERS | _OWN_WORDS:
        return None
    asked = waits and (step is None or (step in {zoned.STEP, languaged.STEP} and is_digit(text)))
    return answer_in(text, asked=asked)


def _belongs(chat: Chat, step: str, data: dict[str, object], text: str) -> bool:
    name, of_row = _OF_ROW.get(step, ("", None))
    if of_row is not None and isinstance(number := data.get(name), int):
        of_row(chat, number, text)
    elif step in _PLAIN:
        _PLAIN[step](chat, text)
    elif step == zoned.UNTIL:
        zoned.until_written(chat, str(data.get("place", "")), text)
    elif step == languaged.STEP:
        return languaged.written(chat, text)
    elif step == reviewed.STEP:
        reviewed.written(chat, data, text)
    elif step in incident_reported.STEPS:
        incident_reported.written(chat, step, data, text)
    else:
        return False
    return True
