"""Who has to do with roll-calls: never supervisors, secretaries, or whoever is only the psychological support."""

from bot.engine.who_helps import only_support
from bot.people.model import Person, RoleKind


def may_see(person: Person) -> bool:
    """Tell whether somebody sees roll-calls, as far as the scope goes."""
    return may_start(person) or person.has_role(RoleKind.COUNSELLOR, RoleKind.READER)


def may_start(person: Person) -> bool:
    """Tell whether somebody may start and close roll-calls: coordinators and the office."""
    return person.has_role(RoleKind.COORDINATOR) or (person.has_role(RoleKind.OFFICE) and not only_support(person))
