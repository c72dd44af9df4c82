"""Somebody who looks after a student writes down what both agreed, says that it is done, or takes her own words back.

The console calls it. Each time the student is looked for in the writer's scope anew; the journal says who did what.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.agreements import store
from bot.agreements.model import LONGEST
from bot.journal import store as journal
from bot.people.model import Person
from bot.views.person import find
from bot.views.scope import Scope


@dataclass(frozen=True)
class Writer:
    """Who writes, what she may see, and when."""

    person_id: int
    scope: Scope
    now: datetime


def write(conn: Connection, who: Writer, number: str, text: str) -> bool:
    """Keep a note; False when there is no such student for this writer. ValueError for a text of a wrong length."""
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"a note has 1 to {LONGEST} characters")
    student = _student(conn, who, number)
    if student is None:
        return False
    note = store.add(conn, student.id, who.person_id, text, who.now)
    _journal(conn, who, student, "written", note)
    return True


def done(conn: Connection, who: Writer, number: str, agreement_id: int) -> bool:
    """Say that it is done; False when there is no such note for this writer, or it was said before."""
    student = _student(conn, who, number)
    if student is None or not store.done(conn, agreement_id, student.id, who.now):
        return False
    _journal(conn, who, student, "done", agreement_id)
    return True


def take_back(conn: Connection, who: Writer, number: str, agreement_id: int) -> bool:
    """Delete a note of one's own; False when there is none."""
    student = _student(conn, who, number)
    if student is None or not store.take_back(conn, agreement_id, student.id, who.person_id):
        return False
    _journal(conn, who, student, "taken_back", agreement_id)
    return True


def _student(conn: Connection, who: Writer, number: str) -> Person | None:
    """Return a student in scope who has not left this writer out."""
    student = find(conn, who.scope, number, who.now)
    return None if student is None or who.scope.is_left_out(student) else student


def _journal(conn: Connection, who: Writer, student: Person, deed: str, agreement_id: int) -> None:
    detail = {"agreement": agreement_id}
    line = journal.line(who.now, f"agreement.{deed}", person_id=student.id, actor_id=who.person_id, **detail)
    journal.write(conn, [line])
