"""People, their roles and what a role lets its holder see."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class RoleKind(StrEnum):
    """What somebody is to the service; one person may be several things."""

    STUDENT = "student"
    COUNSELLOR = "counsellor"
    SUPERVISOR = "supervisor"
    COORDINATOR = "coordinator"
    SECRETARY = "secretary"
    OFFICE = "office"
    READER = "reader"


STAFF_ROLES = frozenset(RoleKind) - {RoleKind.STUDENT}
CARE_ROLES = frozenset({RoleKind.COUNSELLOR, RoleKind.COORDINATOR, RoleKind.OFFICE})
"""Roles that may see how a student is and look after her; supervisors and secretaries never do."""


class ScopeKind(StrEnum):
    """What a scope value names."""

    UNIT = "unit"
    REGION = "region"
    COUNTRY = "country"
    MATTER = "matter"


SUPPORT = "support"
"""The matter whose holder is the psychological support: `matter:support` in the roster."""


class Level(StrEnum):
    """Level of study."""

    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTOR = "doctor"


@dataclass(frozen=True)
class Role:
    """A role of a person with its scope values as (kind, value); units are paths, countries ISO codes."""

    kind: RoleKind
    scope: tuple[tuple[ScopeKind, str], ...] = ()


@dataclass(frozen=True)
class Person:
    """Anyone the service knows. `zone` is the home zone, for staff the one that they named.

    `skips_counsellor`: as she wishes, her office is told in her counsellor's place whatever happens. `stand_in_id`: who
    looks after her in place of her counsellor for a while (`bot.stand_ins` knows until when).
    """

    id: int
    number: str
    name: str
    unit_id: int | None
    language: str
    zone: str
    email: str | None = None
    phone: str | None = None
    level: Level | None = None
    counsellor_id: int | None = None
    supervisor_id: int | None = None
    paused_until: date | None = None
    consent_at: datetime | None = None
    left_at: datetime | None = None
    absent_at: datetime | None = None
    skips_counsellor: bool = False
    stand_in_id: int | None = None
    created_at: datetime | None = None
    roles: tuple[Role, ...] = field(default=())

    def has_role(self, *kinds: RoleKind) -> bool:
        """Tell whether she has one of the roles."""
        return any(role.kind in kinds for role in self.roles)
