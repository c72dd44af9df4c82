"""What she and whoever looks after her say to each other, through the bot and sealed: nobody's own account is shown.

Called by chat handlers and by the console. What staff write counts as a deed, so that nobody else is woken meanwhile.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState
from bot.engine import deeds, line
from bot.engine.deeds import Deed
from bot.journal import store as journal
from bot.people import store as people_store
from bot.prompts import notes

LONGEST = notes.LONGEST
"""Characters of one message; longer ones are cut."""


def say_to_student(conn: Connection, case_id: int, staff_id: int, text: str, now: datetime) -> Deed:
    """Pass on to a student what somebody of the staff writes to her; writing to her takes a case that nobody has.

    `why` as for every deed, or "empty" when there is nothing to say. LookupError when there is no such case.
    """
    case, staff = cases_store.by_id(conn, case_id), people_store.by_id(conn, staff_id)
    if case is None or staff is None:
        raise LookupError("there is no such case, or nobody of that number")
    text = text.strip()[:LONGEST]
    if not text:
        return Deed(done=False, why="empty", case=case)
    if not deeds.may_act(conn, case, staff, now):
        refused = journal.line(now, "case.refused", person_id=case.person_id, actor_id=staff_id, case_id=case_id)
        journal.write(conn, [refused])
        return Deed(done=False, why="not_yours", case=case)
    taken = takes(conn, case, staff_id, now)
    if not taken.done:
        return taken
    done = deeds.acted(conn, case_id, staff_id, line.WROTE, now, text=text)
    number = events.last_id(conn, case_id)
    line.to_student(conn, done.case, staff.name, text, f"case:{case_id}:line:{number}", now)
    return done


def takes(conn: Connection, case: Case, staff_id: int, now: datetime) -> Deed:
    """Let whoever writes to her look after her: a case that is nobody's is taken, somebody else's or a past one not."""
    if case.state is CaseState.OPEN:
        return deeds.acknowledge(conn, case.id, staff_id, now)
    if line.owner_of(case, now) == staff_id:
        return Deed(done=True, why="", case=case)
    return Deed(done=False, why="taken" if case.is_held else "over", case=case)


def say_to_owner(conn: Connection, case: Case, text: str, now: datetime) -> bool:
    """Keep her words with her case and pass them on to whoever looks after it; False when they wait for somebody."""
    text = text.strip()
    if not text:
        return False
    number = notes.add_words(conn, case.person_id, text, now, case_id=case.id)
    return line.to_owner(conn, case, line.Said.TEXT, text[:LONGEST], f"case:{case.id}:note:{number}", now)


def sent_file(conn: Connection, case: Case, now: datetime) -> bool:
    """Tell the owner of her case that she sent a file, which cannot be passed on; False when nobody has it yet."""
    number = events.add(conn, case.id, line.SENT_FILE, now, actor_id=case.person_id)
    return line.to_owner(conn, case, line.Said.FILE, "", f"case:{case.id}:file:{number}", now)


def sent_position(conn: Connection, case: Case, note_id: int, now: datetime) -> bool:
    """Tell the owner of her case that she sent where she is; the place itself is for the console alone."""
    return line.to_owner(conn, case, line.Said.POSITION, "", f"case:{case.id}:note:{note_id}", now)
