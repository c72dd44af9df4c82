"""Which members of staff look after a student: her counsellor, the office, the psychological support.

A supervisor is never among them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.people import store as people_store
from bot.people.model import SUPPORT, Person, RoleKind, ScopeKind
from bot.prompts.model import ShareWith


@dataclass(frozen=True)
class Helpers:
    """Everybody who may be told of students, loaded once for a batch."""

    office: tuple[int, ...]
    support: tuple[int, ...]
    staff: dict[int, Person]

    def counsellor_of(self, student: Person) -> int | None:
        """Return her counsellor, while that person is present."""
        found = self.staff.get(student.counsellor_id) if student.counsellor_id is not None else None
        present = found is not None and found.absent_at is None and found.has_role(RoleKind.COUNSELLOR)
        return student.counsellor_id if present else None

    def for_alarm(self, student: Person) -> list[int]:
        """Return whom an alarm goes to: her counsellor and the office, each once."""
        counsellor = self.counsellor_of(student)
        first = [] if counsellor is None else [counsellor]
        return list(dict.fromkeys([*first, *self.office]))

    def for_hard(self, student: Person, whom: ShareWith) -> list[int]:
        """Return whom a hard week is told to: exactly whom she chose."""
        if whom is ShareWith.COUNSELLOR:
            counsellor = self.counsellor_of(student)
            return [] if counsellor is None else [counsellor]
        return {ShareWith.OFFICE: list(self.office), ShareWith.SUPPORT: list(self.support)}.get(whom, [])


def load_helpers(conn: Connection, students: Iterable[Person]) -> Helpers:
    """Load the office, the support and the counsellors of some students."""
    office = people_store.ids_with_role(conn, RoleKind.OFFICE)
    supporting = set()
    for kind in (RoleKind.OFFICE, RoleKind.COUNSELLOR, RoleKind.COORDINATOR):
        supporting.update(people_store.ids_with_role(conn, kind))
    counsellors = {student.counsellor_id for student in students if student.counsellor_id is not None}
    staff = people_store.by_ids(conn, supporting | counsellors)
    support = tuple(person_id for person_id in sorted(supporting) if is_support(staff[person_id]))
    # Whoever is only the psychological support has the role "office" with that matter; alarms are not hers.
    return Helpers(tuple(i for i in office if not only_support(staff[i])), support, staff)


def is_support(person: Person) -> bool:
    """Tell whether somebody is the psychological support."""
    return any((ScopeKind.MATTER, SUPPORT) in role.scope for role in person.roles)


def only_support(person: Person) -> bool:
    """Tell whether somebody is nothing but the psychological support."""
    return all(
        {kind for kind, _ in role.scope} == {ScopeKind.MATTER} for role in person.roles if role.kind is RoleKind.OFFICE
    )
