"""What every reply about a case says: how the case stands for its reader, which decides the buttons below.

`case_pressed` and `case_noted` speak through it.
"""

from typing import Any

from bot.cases.model import Case, CaseState
from bot.cases.rules import may_reopen
from bot.engine.compose_facts import of_student
from bot.engine.deeds import may_act
from bot.journal import store as journal
from bot.people import store as people
from handlers.context import Chat


def allowed(chat: Chat, case: Case) -> bool:
    """Tell whether whoever is here may look after a case; a student never looks after her own."""
    return may_act(chat.conn, case, chat.person, chat.now)


def refused(chat: Chat, case_id: int, case: Case | None) -> None:
    """Refuse, and keep in the journal that somebody tried."""
    person_id = None if case is None else case.person_id
    line = journal.line(chat.now, "case.refused", person_id=person_id, actor_id=chat.person.id, case_id=case_id)
    journal.write(chat.conn, [line])
    chat.say("staff/case_refused")


def say(chat: Chat, case: Case, template: str, **data: Any) -> None:
    """Say a template of `staff/` with the case as it is now."""
    taker = people.by_id(chat.conn, case.acknowledged_by) if case.is_held and case.acknowledged_by else None
    chat.say(
        template,
        case=case.id,
        case_reason=case.reason.value,
        stands=_stands(case, chat.person.id),
        taken_by=taker.name if taker else "",
        put_off=case.next_at if case.state is CaseState.SNOOZED else None,
        outcome=case.outcome or "",
        student=of_student(chat.conn, case.person_id, chat.services.settings, chat.now),
        **data,
    )


def again(chat: Chat, case: Case, why: str) -> bool:
    """Say why something was not done, and offer what makes sense now; always True, for handlers to return."""
    if case.state is CaseState.RESOLVED and why in {"over", "taken", "open"}:
        say(chat, case, "staff/case_over", reopened_elsewhere=why == "open")
    elif why == "taken" or (why == "over" and case.is_held):
        say(chat, case, "staff/ack_lost")
    else:
        say(chat, case, "staff/deed_not", why=why)
    return True


def _stands(case: Case, reader_id: int) -> str:
    if case.state is CaseState.RESOLVED:
        return "over" if may_reopen(case) else "gone"
    if not case.is_held:
        return "open"
    return "mine" if case.acknowledged_by == reader_id else "other"
