"""For whom a session is: the members of a branch, or an audience outside any branch: all students, a unit, a country.

A key that begins with `open:` names an audience; every other one is the key of a branch.
"""

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select, true

from bot.branches.store import branches
from bot.people.model import RoleKind
from bot.people.store import people, roles, units
from bot.places.countries import find_country
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Session
from bot.sessions.store import session_invitations
from bot.trips.store import trips

OPEN = "open:"
ALL = "all"
UNIT, COUNTRY = "unit:", "country:"


def whose(conn: Connection, key: str) -> tuple[int | None, str | None]:
    """Return the branch or the audience that a key names; SessionRefused when there is none."""
    if key.startswith(OPEN):
        return None, _checked(conn, key.removeprefix(OPEN))
    query = select(branches.c.id).where(branches.c.key == key, branches.c.absent_at.is_(None))
    branch_id = conn.execute(query).scalar()
    if branch_id is None:
        raise SessionRefused(Fault.BRANCH, key)
    return branch_id, None


def audiences(conn: Connection) -> list[str]:
    """Return all that an open session can be for: everybody, each unit, each country where somebody is or will be."""
    paths = conn.execute(select(units.c.path).order_by(units.c.path)).scalars()
    countries = conn.execute(select(trips.c.country).where(trips.c.cancelled_at.is_(None)).distinct()).scalars()
    return [ALL, *(UNIT + path for path in paths), *(COUNTRY + code for code in sorted(filter(None, countries)))]


def audience_moves(conn: Connection, session: Session) -> tuple[list[int], list[int]]:
    """Return who is in the audience of a session and not invited, and the prompts of those who are in it no more."""
    invited = session_invitations
    query = select(invited.c.person_id, invited.c.prompt_id).where(
        invited.c.session_id == session.id, invited.c.left_at.is_(None)
    )
    there = {row.person_id: row.prompt_id for row in conn.execute(query)}
    wanted = set(people_in(conn, session.audience or "", session.starts_at))
    gone = [prompt_id for person_id, prompt_id in there.items() if person_id not in wanted]
    return sorted(wanted - set(there)), sorted(gone)


def people_in(conn: Connection, audience: str, at: datetime) -> list[int]:
    """Return the students who are in an audience for a session that begins at an instant."""
    return list(conn.execute(select(people.c.id).where(_is_in(audience, at)).order_by(people.c.id)).scalars())


def is_for(conn: Connection, person_id: int, session: Session) -> bool:
    """Tell whether somebody is in the audience of a session outside any branch."""
    hers = (people.c.id == person_id, _is_in(session.audience or "", session.starts_at))
    return conn.execute(select(people.c.id).where(*hers)).first() is not None


def _is_in(audience: str, at: datetime) -> ColumnElement[bool]:
    """Return the condition on `people` that holds for students in an audience at an instant."""
    is_student = exists().where(roles.c.person_id == people.c.id, roles.c.kind == RoleKind.STUDENT.value)
    present = people.c.left_at.is_(None) & people.c.absent_at.is_(None) & is_student
    kind, _, value = audience.partition(":")
    if kind == ALL:
        return present & true()
    if kind == "unit":
        below = units.c.path.startswith(f"{value}/", autoescape=True)
        return present & people.c.unit_id.in_(select(units.c.id).where(or_(units.c.path == value, below)))
    day = at.astimezone(UTC).date()
    abroad = select(trips.c.person_id).where(
        trips.c.country == value, trips.c.cancelled_at.is_(None), trips.c.departs <= day, trips.c.returns >= day
    )
    return present & people.c.id.in_(abroad)


def _checked(conn: Connection, audience: str) -> str:
    kind, _, value = audience.partition(":")
    if audience == ALL:
        return ALL
    if kind == "unit" and conn.execute(select(exists().where(units.c.path == value))).scalar():
        return audience
    if kind == "country" and (code := find_country(value.strip())) is not None:
        return f"{COUNTRY}{code}"
    raise SessionRefused(Fault.AUDIENCE, audience)
