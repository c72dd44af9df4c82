"""Which members of staff look after a student: her counsellor, the office, the psychological support.

A supervisor is never among them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.people import store as people_store
from bot.people.model import SUPPORT, Person, RoleKind, ScopeKind
from bot.places.countries import region_of
from bot.prompts.model import ShareWith
from bot.trips import store as trips_store


@dataclass(frozen=True)
class Helpers:
    """Everybody who may be told of students, loaded once for a batch."""

    office: tuple[int, ...]
    support: tuple[int, ...]
    staff: dict[int, Person]
    places: dict[int, frozenset[tuple[ScopeKind, str]]] = field(default_factory=dict)
    """By student, everything that a scope may name to hold her; loaded only where anybody's role has a scope at all."""
    coordinators: tuple[int, ...] = ()

    def counsellor_of(self, student: Person) -> int | None:
        """Return her counsellor or who stands in, while present and not left out as she wishes."""
        return None if student.skips_counsellor else self._present(student.stand_in_id, student.counsellor_id)

    def _present(self, *ids: int | None) -> int | None:
        for one in ids:
            found = self.staff.get(one) if one is not None else None
            if found is not None and found.absent_at is None and found.has_role(RoleKind.COUNSELLOR):
                return one
        return None

    def office_of(self, student: Person) -> list[int]:
        """Return who of the office looks after her: whoever looks after everybody, or has her in scope."""
        mine = self.places.get(student.id, frozenset())
        found = [one for one in self.office if not (areas := areas_of(self.staff[one])) or areas & mine]
        return [one for one in found if one not in left_out(student)]

    def coordinators_of(self, student: Person) -> list[int]:
        """Return who coordinates the region or unit that she is in; a coordinator without a scope has nobody."""
        mine = self.places.get(student.id, frozenset())
        found = [one for one in self.coordinators if areas_of(self.staff[one], RoleKind.COORDINATOR) & mine]
        return [one for one in found if one not in left_out(student)]

    def all_of(self, student: Person) -> list[int]:
        """Return everybody of the staff who may look after her: counsellor, coordinators, office."""
        counsellor = self.counsellor_of(student)
        first = [] if counsellor is None else [counsellor]
        return list(dict.fromkeys([*first, *self.coordinators_of(student), *self.office_of(student)]))

    def for_hard(self, student: Person, whom: ShareWith) -> list[int]:
        """Return whom a hard week is told to: exactly whom she chose, also a counsellor whom she leaves out else."""
        if whom in {ShareWith.COUNSELLOR, ShareWith.STAND_IN}:
            chosen = self._present(student.counsellor_id if whom is ShareWith.COUNSELLOR else student.stand_in_id)
            return [] if chosen is None else [chosen]
        return {ShareWith.OFFICE: self.office_of(student), ShareWith.SUPPORT: list(self.support)}.get(whom, [])


def left_out(student: Person) -> frozenset[int | None]:
    """Return whom she wishes to hear of nothing, whatever else that person is; a choice of hers goes before it."""
    return frozenset({student.counsellor_id, student.stand_in_id} if student.skips_counsellor else ())


def load_helpers(conn: Connection, students: Iterable[Person]) -> Helpers:
    """Load the office, the support and the counsellors of some students."""
    students = list(students)
    office = people_store.ids_with_role(conn, RoleKind.OFFICE)
    supporting = set()
    for kind in (RoleKind.OFFICE, RoleKind.COUNSELLOR, RoleKind.COORDINATOR):
        supporting.update(people_store.ids_with_role(conn, kind))
    named = {one for student in students for one in (student.counsellor_id, student.stand_in_id) if one is not None}
    staff = people_store.by_ids(conn, supporting | named)
    support = tuple(person_id for person_id in sorted(supporting) if is_support(staff[person_id]))
    # Whoever is only the psychological support has the role "office" with that matter; alarms are not hers.
    alarmed = tuple(one for one in office if not only_support(staff[one]))
    coordinators = tuple(one for one in sorted(supporting) if staff[one].has_role(RoleKind.COORDINATOR))
    narrow = bool(coordinators) or any(areas_of(staff[one]) for one in alarmed)
    return Helpers(alarmed, support, staff, _places(conn, students) if narrow else {}, coordinators)


def areas_of(person: Person, kind: RoleKind = RoleKind.OFFICE) -> frozenset[tuple[ScopeKind, str]]:
    """Return the units, regions and countries to which a role of somebody is limited; empty: to nothing."""
    held = (role for role in person.roles if role.kind is kind)
    return frozenset(one for role in held for one in role.scope if one[0] is not ScopeKind.MATTER)


def _places(conn: Connection, students: Sequence[Person]) -> dict[int, frozenset[tuple[ScopeKind, str]]]:
    paths = people_store.unit_paths(conn)
    trips = trips_store.of_people(conn, [student.id for student in students])
    found = {}
    for student in students:
        names = paths.get(student.unit_id or 0, "").split("/")
        countries = {trip.country for trip in trips.get(student.id, ()) if trip.cancelled_at is None}
        found[student.id] = frozenset(
            {(ScopeKind.UNIT, "/".join(names[: depth + 1])) for depth in range(len(names))}
            | {(ScopeKind.COUNTRY, country) for country in countries}
            | {(ScopeKind.REGION, region) for country in countries if (region := region_of(country))}
        )
    return found


def is_support(person: Person) -> bool:
    """Tell whether somebody is the psychological support."""
    return any((ScopeKind.MATTER, SUPPORT) in role.scope for role in person.roles)


def only_support(person: Person) -> bool:
    """Tell whether somebody is nothing but the psychological support."""
    return all(
        {kind for kind, _ in role.scope} == {ScopeKind.MATTER} for role in person.roles if role.kind is RoleKind.OFFICE
    )
