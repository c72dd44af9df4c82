"""A friend says whether she can reach somebody whom we miss. Called when she presses a button below our question."""

from datetime import datetime

from sqlalchemy import Connection

from bot.buddies.model import BuddyWord
from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import CaseState
from bot.engine.escalating import buddy_said
from bot.policies.model import Whom


def record_answer(conn: Connection, case_id: int, buddy_id: int, word: BuddyWord, now: datetime) -> bool:
    """Keep what a friend says of a case until it is over; what she says later counts.

    False when the case is over, or when she was never asked about it: nothing is kept then.
    """
    case = cases_store.by_id(conn, case_id, locked=True)  # of two friends at once the second sees what the first said
    asked_as = cases_store.alarmed_as(conn, case_id).get(buddy_id)
    if case is None or case.state is CaseState.RESOLVED or asked_as != Whom.BUDDY.value:
        return False
    if events.last_words(conn, case_id, "buddy").get(buddy_id) != word.value:
        buddy_said(conn, case, buddy_id, word.value, now)
    return True
