"""Sessions in a school of tests: a branch with its members, a session that is made, moved, cancelled and replied to."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.branches.store import branch_members, branches
from bot.engine import sessions as engine
from bot.engine.session_replies import Outcome, say
from bot.prompts.model import Prompt
from bot.sessions.model import KIND, Rsvp, Session
from bot.sessions.rules import Plan
from tests.support.school import School, utc

START = utc("2026-10-24 10:00")
"""A Saturday: 18:00 in Beijing, noon in Berlin, the night before its clocks change."""
TITLE, LINK = "二十大精神学习", "https://meet.example.edu/abc"


def branch(school: School, members: Iterable[int], key: str = "B1", secretary: int | None = None) -> int:
    """Make a branch of these people."""

    def add(conn: Connection) -> int:
        values = {"key": key, "kind": "league", "secretary_id": secretary}
        branch_id = int(conn.execute(branches.insert().values(values).returning(branches.c.id)).scalar_one())
        for person_id in members:
            conn.execute(branch_members.insert().values(branch_id=branch_id, person_id=person_id))
        return branch_id

    return int(school.do(add))


def join(school: School, branch_id: int, person_id: int) -> None:
    row = {"branch_id": branch_id, "person_id": person_id}
    school.do(lambda conn: conn.execute(branch_members.insert().values(row)))
    school.work_off()


def leave(school: School, person_id: int) -> None:
    gone = delete(branch_members).where(branch_members.c.person_id == person_id)
    school.do(lambda conn: conn.execute(gone))


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "title": "二十大精神学习",
        "starts_at": START,
        "zone": "Asia/Shanghai",
        "minutes": 60,
        "link": LINK,
    }
    return Plan(**values | changes)


def create(school: School, key: str = "B1", **changes: Any) -> Session:
    quiet = school.db.read(school.programmes.current).quiet
    made: Session = school.do(lambda conn: engine.create(conn, key, plan(**changes), None, school.now, quiet))
    school.work_off()
    return made


def change(school: School, session: Session, **changes: Any) -> Session:
    quiet = school.db.read(school.programmes.current).quiet
    made: Session = school.do(lambda conn: engine.change(conn, session.id, changes, None, school.now, quiet))
    school.work_off()
    return made


def move(school: School, session: Session, **by: int) -> Session:
    """Move a session by so many `hours`, `days` or `minutes`."""
    return change(school, session, starts_at=session.starts_at + timedelta(**by))


def cancel(school: School, session: Session) -> None:
    quiet = school.db.read(school.programmes.current).quiet
    school.do(lambda conn: engine.cancel(conn, session.id, None, school.now, quiet))
    school.work_off()


def invitation(school: School, session: Session, person_id: int) -> Prompt:
    return next(one for one in school.prompts(person_id, KIND) if one.occasion == session.occasion)


def reply(school: School, session: Session, person_id: int, word: Rsvp) -> Outcome:
    quiet = school.db.read(school.programmes.current).quiet
    prompt = invitation(school, session, person_id)
    done = school.do(lambda conn: say(conn, prompt.id, person_id, word, "telegram", school.now, quiet))
    school.work_off()
    outcome: Outcome = done.outcome
    return outcome


def told(school: School, person_id: int) -> list[tuple[str, str]]:
    """Return what somebody was sent about sessions: the template's name, and when in UTC."""
    found = school.sent(person_id)
    return [
        (template.removeprefix("session/"), f"{at:%m-%d %H:%M}")
        for template, at, _ in found
        if template.startswith("session/")
    ]


def row_of(school: School, table: Any, **where: Any) -> Any:
    query = select(table).where(*(table.c[name] == value for name, value in where.items()))
    return school.db.read(lambda conn: conn.execute(query).one_or_none())
