"""A member of staff presses a button below an alarm: takes the case, or says that they have spoken."""

from typing import Any

from bot.cases import store as cases
from bot.cases.model import Case, CaseState
from bot.engine.compose_facts import of_student
from bot.engine.deeds import acknowledge, resolve
from bot.journal import store as journal
from bot.people import store as people
from handlers.context import Chat


def pressed(chat: Chat, case_id: int, deed: str) -> bool:
    """Do it if this person was told about the case; False when the button means nothing."""
    if deed not in {"ack", "spoken"}:
        return False
    case = cases.by_id(chat.conn, case_id)
    if case is None or chat.person.id not in cases.alarmed(chat.conn, case_id):
        line = journal.line(
            chat.now,
            "case.refused",
            person_id=None if case is None else case.person_id,
            actor_id=chat.person.id,
            case_id=case_id,
        )
        journal.write(chat.conn, [line])
        chat.say("staff/case_refused")
    elif case.state is CaseState.RESOLVED:
        chat.say("staff/case_over")
    elif deed == "ack":
        _take(chat, case)
    else:
        acknowledge(chat.conn, case_id, chat.person.id, chat.now)
        resolve(chat.conn, case_id, chat.person.id, "spoken", chat.now)
        chat.say("staff/case_spoken", student=_student(chat, case))
    return True


def _take(chat: Chat, case: Case) -> None:
    done = acknowledge(chat.conn, case.id, chat.person.id, chat.now)
    if done.done:
        chat.say("staff/ack_won", case=case.id, student=_student(chat, case))
    else:
        other = people.by_id(chat.conn, done.case.acknowledged_by or 0)
        chat.say("staff/ack_lost", taken_by=other.name if other else "")


def _student(chat: Chat, case: Case) -> dict[str, Any]:
    return of_student(chat.conn, case.person_id, chat.services.settings, chat.now)
