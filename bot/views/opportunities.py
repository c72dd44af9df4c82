"""The catalogue of opportunities, as a student searches it and as the office sees it, which sees no names."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from bot.figures.hiding import SMALLEST
from bot.figures.store import hosts
from bot.opportunities.model import Opportunity
from bot.opportunities.store import followers, from_row, opportunities
from bot.people.model import Person, RoleKind, ScopeKind
from bot.people.store import units

MOST = 200


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty means all. `partner` is a host or the tag of a partnership."""

    country: str = ""
    type: str = ""
    partner: str = ""
    words: str = ""


@dataclass(frozen=True)
class Offered:
    """An opportunity with what a reader wants to know beside it; `followers` is None for one to four people."""

    opportunity: Opportunity
    is_open: bool
    unit: str = ""
    followers: int | None = 0


def keeps(person: Person) -> bool:
    """Tell whether somebody is the office of the whole university, which enters opportunities."""
    return _whole(person, RoleKind.OFFICE)


def may_look(person: Person) -> bool:
    """Tell whether somebody of the staff may see all opportunities with their numbers."""
    return keeps(person) or _whole(person, RoleKind.READER)


def catalogue(conn: Connection, now: datetime, wanted: Wanted | None = None) -> list[Offered]:
    """Return what fits, open ones first and of those the nearest last day, then what is over, the latest first.

    What the school took back is not in it.
    """
    found = [one for one in _all(conn, now) if one.opportunity.withdrawn_at is None]
    return _in_order([one for one in found if wanted is None or fits(one.opportunity, wanted)])[:MOST]


def for_office(conn: Connection, now: datetime) -> list[Offered]:
    """Return everything, what was taken back last, each with how many students keep it in mind."""
    counts = followers(conn)
    counted = (replace(one, followers=_shown(counts.get(one.opportunity.id, 0))) for one in _all(conn, now))
    there = _in_order(counted)
    return sorted(there, key=lambda one: one.opportunity.withdrawn_at is not None)


def one_of(conn: Connection, opportunity_id: int, now: datetime) -> Offered | None:
    """Return one opportunity as the catalogue has it; None when there is none or it was taken back."""
    return next((one for one in catalogue(conn, now) if one.opportunity.id == opportunity_id), None)


def fits(one: Opportunity, wanted: Wanted) -> bool:
    """Tell whether an opportunity is what is looked for."""
    if wanted.country not in {"", one.country} or wanted.type not in {"", one.type}:
        return False
    if wanted.partner not in {"", one.host, one.tag}:
        return False
    words = wanted.words.casefold().split()
    held = f"{one.title} {one.title_en} {one.host} {one.tag} {one.funding} {one.text} {one.text_en}".casefold()
    return all(word in held for word in words)


def _whole(person: Person, kind: RoleKind) -> bool:
    """Tell whether a role is for everything, or for the unit at the top of the tree."""
    tops = (
        not role.scope or any(of is ScopeKind.UNIT and "/" not in path for of, path in role.scope)
        for role in person.roles
        if role.kind is kind
    )
    return any(tops)


def _shown(count: int) -> int | None:
    return None if 0 < count < SMALLEST else count


def _all(conn: Connection, now: datetime) -> list[Offered]:
    tags = {row.name: row.tag for row in conn.execute(select(hosts.c.name, hosts.c.tag))}
    paths = {row.id: row.path for row in conn.execute(select(units.c.id, units.c.path))}
    found = []
    for row in conn.execute(select(opportunities)):
        one = from_row(row)
        one = replace(one, tag=one.tag or tags.get(one.host, ""))
        found.append(Offered(one, one.withdrawn_at is None and one.due_at > now, paths.get(one.unit_id or 0, "")))
    return found


def _in_order(found: Iterable[Offered]) -> list[Offered]:
    def order(one: Offered) -> tuple[bool, float, int]:
        due = one.opportunity.due_at.timestamp()
        return (not one.is_open, due if one.is_open else -due, one.opportunity.id)

    return sorted(found, key=order)
