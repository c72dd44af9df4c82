"""What she writes while somebody looks after her goes to that person, and back: in a conversation that staff begin with
a button, by replying to a message of a case, or by her answering to one.
"""

from bot.cases import store as cases
from bot.cases.model import Case, CaseState, Reason
from bot.dialogues.rules import RELAY
from bot.dialogues.store import Dialogue
from bot.engine import relaying
from bot.engine.line import owner_of
from bot.inbox.model import Incoming, Said
from bot.inbox.rules import Cry, cry_in
from bot.outbox.attempts import case_replied_to
from bot.people import store as people
from handlers.chat import waiting
from handlers.chat.case_said import again, allowed, refused, say
from handlers.context import Chat

STEP = RELAY


def pressed(chat: Chat, case_id: int, deed: str) -> bool:
    """Begin or end a conversation about a case; False when the button means neither."""
    if deed not in {"write", "end"}:
        return False
    case = cases.by_id(chat.conn, case_id)
    if case is not None and case.person_id == chat.person.id:
        _hers_pressed(chat, case)
    elif case is None or not allowed(chat, case):
        refused(chat, case_id, case)
    elif deed == "end":
        leave(chat)
        say(chat, case, "staff/relay_ended")
    else:
        done = relaying.takes(chat.conn, case, chat.person.id, chat.now)
        if done.done:
            waiting.wait_for(chat, STEP, case=case.id)
            say(chat, done.case, "staff/relay_open")
        else:
            again(chat, done.case, done.why)
    return True


def meant_for(chat: Chat, incoming: Incoming, step: Dialogue | None) -> int | None:
    """Return the case about which somebody of the staff writes: in a conversation, or as a reply to our message."""
    if incoming.said is not Said.TEXT:
        return None
    if incoming.reply_ref is not None and chat.address is not None:
        case_id = case_replied_to(chat.conn, chat.address.id, incoming.reply_ref)
        case = cases.by_id(chat.conn, case_id) if case_id is not None else None
        if case is not None and case.person_id != chat.person.id and allowed(chat, case):
            return case.id
    case_id = step.data.get("case") if step is not None and step.step == STEP else None
    return case_id if isinstance(case_id, int) else None


def also_said(chat: Chat, incoming: Incoming) -> None:
    """Pass on what she writes to somebody in a hard week, though we ask about it first; a bare SOS goes its own way."""
    if cry_in(incoming.text) is Cry.SOS:
        return
    about = meant_for(chat, incoming, waiting.step(chat))
    case = None if about is None else cases.by_id(chat.conn, about)
    if case is not None and case.person_id == chat.person.id and case.reason is not Reason.URGENT:
        relaying.say_to_owner(chat.conn, case, incoming.text, chat.now)


def written(chat: Chat, case_id: int, text: str) -> None:
    """Pass on what somebody of the staff writes, or say that it went to nobody and why; her own answer likewise."""
    case = cases.by_id(chat.conn, case_id)
    if case is not None and case.person_id == chat.person.id:
        hers(chat, case, text)
        return
    if case is None or not allowed(chat, case):
        leave(chat)
        refused(chat, case_id, case)
        return
    done = relaying.say_to_student(chat.conn, case_id, chat.person.id, text, chat.now)
    if done.done:
        say(chat, done.case, "staff/relay_sent", in_conversation=_in_conversation(chat, case_id))
    else:
        leave(chat)
        say(chat, done.case, "staff/relay_lost")


def hers(chat: Chat, case: Case, text: str) -> None:
    """Take what she writes while she is being helped, and tell her who reads it."""
    _reply(chat, case, passed=relaying.say_to_owner(chat.conn, case, text, chat.now))


def her_file(chat: Chat, case: Case, caption: str) -> None:
    """Say that she sent a file, which does not go through; what she wrote below it does."""
    relaying.sent_file(chat.conn, case, chat.now)
    relaying.say_to_owner(chat.conn, case, caption, chat.now)
    chat.say("sos/file_not_passed", reader=_reader(chat, case))


def to_nobody(chat: Chat) -> bool:
    """Tell somebody of the staff that words went to nobody, with those she may write to; False when there are none."""
    mine = cases.held_by(chat.conn, chat.person.id)
    if not mine:
        return False
    found = people.by_ids(chat.conn, {case.person_id for case in mine})
    names = [{"case": case.id, "name": _label(found[case.person_id].name)} for case in mine if case.person_id in found]
    chat.say("staff/not_sent", students=names[:5])
    return True


def leave(chat: Chat) -> None:
    """End a conversation, if one is going on."""
    found = waiting.step(chat)
    if found is not None and found.step == STEP:
        waiting.end(chat)


def _hers_pressed(chat: Chat, case: Case) -> None:
    """Let her answer to what was written to her; during a call for help all she writes goes there anyway."""
    if owner_of(case, chat.now) is None and case.state is CaseState.RESOLVED:
        chat.say("student/line_closed", teacher="", case_reason=case.reason)
        return
    if case.reason is not Reason.URGENT:
        waiting.wait_for(chat, STEP, case=case.id)
    chat.say("student/relay_open", reader=_reader(chat, case))


def _reply(chat: Chat, case: Case, *, passed: bool) -> None:
    if case.reason is Reason.URGENT:
        chat.say("sos/words_kept", reader=_reader(chat, case) if passed else "")
    elif passed:
        chat.say("student/passed_on", reader=_reader(chat, case))
    else:
        leave(chat)
        chat.say("student/line_closed", teacher="", case_reason=case.reason)


def _reader(chat: Chat, case: Case) -> str:
    """Return the name of who reads what she writes now; empty while nobody does, or nobody knows that it is she."""
    if chat.address is not None and chat.address.linked_at is None:
        return ""
    owner = people.by_id(chat.conn, owner_of(case, chat.now) or 0)
    return owner.name if owner else ""


def _in_conversation(chat: Chat, case_id: int) -> bool:
    step = waiting.step(chat)
    return step is not None and step.step == STEP and step.data.get("case") == case_id


def _label(name: str) -> str:
    """Write a name so that it can stand on a button."""
    return " ".join(name.translate({ord("["): "(", ord("]"): ")"}).split()) or "?"
