"""Members of staff with their roles, what these let them see, and where they are signed in. For the office.

The roster is the source of roles; the console shows them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from bot.people import store as people_store
from bot.people.model import STAFF_ROLES, Person
from bot.people.store import people, roles
from bot.signins import store as signins
from bot.signins.store import Session

PAGE = 100


@dataclass(frozen=True)
class Member:
    """One of them; `sessions` are those that still open the console."""

    person: Person
    sessions: tuple[Session, ...]


@dataclass(frozen=True)
class StaffList:
    """One page, by number."""

    members: list[Member]
    total: int
    page: int
    pages: int


def staff_list(conn: Connection, real_now: datetime, words: str = "", page: int = 1) -> StaffList:
    """Return one page of the members of staff who are present, narrowed by a part of name or number."""
    kinds = sorted(kind.value for kind in STAFF_ROLES)
    staff = select(roles.c.person_id).where(roles.c.kind.in_(kinds))
    present: list[ColumnElement[bool]] = [
        people.c.id.in_(staff),
        people.c.absent_at.is_(None),
        people.c.left_at.is_(None),
    ]
    if words:
        present.append(
            people.c.name.icontains(words, autoescape=True) | people.c.number.icontains(words, autoescape=True)
        )
    total = int(conn.execute(select(func.count()).select_from(people).where(*present)).scalar_one())
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    query = select(people.c.id).where(*present).order_by(people.c.number).limit(PAGE).offset((page - 1) * PAGE)
    ids = list(conn.execute(query).scalars())
    known = people_store.by_ids(conn, ids)
    live = signins.of_people(conn, ids, real_now)
    members = [Member(known[one], tuple(each for each in live if each.person_id == one)) for one in ids]
    return StaffList(members, total, page, pages)
