"""Whom somebody may invite to a session outside any branch: an office everybody, or those in its scope.

Whoever invites an audience reads who is in it, so this follows the scope of the role and nothing else.
"""

from bot.people.model import Person, Role, RoleKind, ScopeKind
from bot.places.countries import region_of


def opens(person: Person) -> bool:
    """Tell whether somebody may arrange sessions outside any branch at all: the programme office."""
    return person.absent_at is None and person.left_at is None and any(_areas(role) for role in person.roles)


def may_open(person: Person, audience: str) -> bool:
    """Tell whether an audience ("all", "unit:PATH" or "country:CODE") is hers to invite and to see."""
    return opens(person) and any(_covers(area, audience) for role in person.roles for area in _areas(role))


def _areas(role: Role) -> list[tuple[ScopeKind | None, str]]:
    """Return the areas of an office, (None, "") for everything; an office for one matter has none."""
    if role.kind is not RoleKind.OFFICE:
        return []
    return [(kind, value) for kind, value in role.scope if kind is not ScopeKind.MATTER] if role.scope else [(None, "")]


def _covers(area: tuple[ScopeKind | None, str], audience: str) -> bool:
    kind, value = area
    name, _, wanted = audience.partition(":")
    if kind is None:
        return True
    if kind is ScopeKind.UNIT:
        return name == "unit" and f"{wanted}/".startswith(f"{value}/")
    if name != "country" or not wanted:
        return False
    try:
        return wanted == value if kind is ScopeKind.COUNTRY else region_of(wanted) == value
    except KeyError:
        return False
