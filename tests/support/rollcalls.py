"""Roll-calls in a school of tests: drafted, confirmed, closed, and what their board counts."""

from typing import Any

from sqlalchemy import Connection, func, select

from bot.engine import rollcalls as engine
from bot.engine.rollcalls import Draft
from bot.people import store as people_store
from bot.prompts.model import Prompt
from bot.prompts.store import from_row, prompts
from bot.rollcalls.model import KIND, Area, Rollcall
from bot.rollcalls.store import by_id, rollcall_members
from bot.views.scope import Scope, scope_of
from tests.support.school import School

SHAKEN = "东京发生 7 级地震"


def draft(school: School, area: Area, *, drill: bool = False, author: int | None = None) -> Draft:
    """Count a roll-call; by the office unless somebody else is named."""
    author = school.office if author is None else author

    def work(conn: Connection) -> Draft:
        person = people_store.by_id(conn, author)
        assert person is not None
        scope = scope_of(conn, person) or Scope(None)
        within = scope.students(school.now.date())
        return engine.draft(conn, author, SHAKEN, area, within, school.now, school.now, is_drill=drill)

    made: Draft = school.do(work)
    return made


def start(school: School, area: Area, *, drill: bool = False, author: int | None = None) -> Rollcall:
    """Count, confirm and work off what follows."""
    made = draft(school, area, drill=drill, author=author)
    starter = school.office if author is None else author
    found: Rollcall = school.do(
        lambda conn: engine.start(conn, made.rollcall.id, starter, made.token, school.now, school.now)
    )
    school.work_off()
    return found


def close(school: School, rollcall: Rollcall) -> None:
    school.do(lambda conn: engine.close(conn, rollcall.id, school.office, school.now))
    school.work_off()


def counts(school: School, rollcall: Rollcall) -> dict[str, int]:
    """Return how many are in which state."""
    table = rollcall_members
    query = select(table.c.state, func.count()).where(table.c.rollcall_id == rollcall.id).group_by(table.c.state)
    return school.db.read(lambda conn: {row[0]: row[1] for row in conn.execute(query)})


def member(school: School, rollcall: Rollcall, person_id: int) -> Any:
    table = rollcall_members
    query = select(table).where(table.c.rollcall_id == rollcall.id, table.c.person_id == person_id)
    return school.db.read(lambda conn: conn.execute(query).one_or_none())


def question(school: School, rollcall: Rollcall, person_id: int) -> Prompt:
    query = select(prompts).where(
        prompts.c.person_id == person_id, prompts.c.item == KIND, prompts.c.occasion == rollcall.occasion
    )
    return school.db.read(lambda conn: from_row(conn.execute(query).one()))


def now_of(school: School, rollcall: Rollcall) -> Rollcall:
    found = school.db.read(lambda conn: by_id(conn, rollcall.id))
    assert found is not None
    return found
