"""Which case a page of the console is about, and what its reader may do with it.

A case is shown to whoever has its student in scope, and to helpers: staff who were told of it, are on duty for her or
may look after her. Only helpers may do something with it. For everybody else there is no such case.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.cases import store as cases
from bot.cases.model import GIVEN_UP, Case
from bot.engine.deeds import may_act
from bot.journal import store as journal
from bot.people.model import Person
from bot.people.store import by_id
from bot.views.case_page import may_see
from bot.views.scope import Scope
from handlers.web.session import Reader

MOST = 2**63


@dataclass(frozen=True)
class Seen:
    """A case, its student, what of it the reader may see, and whether she may do something with it."""

    case: Case
    student: Person
    scope: Scope
    helps: bool


def seen_case(conn: Connection, reader: Reader, case_id: int, now: datetime) -> Seen | None:
    """Return a case as the reader may see it; None when there is none for her."""
    case = cases.by_id(conn, case_id) if case_id < MOST else None
    student = by_id(conn, case.person_id) if case else None
    if case is None or student is None or case.outcome in GIVEN_UP:
        return None
    helps = may_act(conn, case, reader.person, now)
    if not helps and not may_see(conn, reader.eyes, case, student, now):
        return None
    return Seen(case, student, reader.eyes, helps)


def refuse(conn: Connection, reader: Reader, case_id: int, now: datetime) -> None:
    """Keep in the journal that somebody tried to do something with a case that is not hers."""
    case = cases.by_id(conn, case_id) if case_id < MOST else None
    if case is not None:
        person_id = case.person_id
        line = journal.line(now, "case.refused", person_id=person_id, actor_id=reader.person.id, case_id=case_id)
        journal.write(conn, [line])
