"""Who may see which students, and which hard weeks: the one function that turns a person into what every view takes.

Pages call `scope_of`, commands `Scope.everything`. Supervisors and secretaries get none: safety is not theirs to see.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, true

from bot.people.model import CARE_ROLES, SUPPORT, Person, Role, RoleKind, ScopeKind
from bot.people.store import people, units
from bot.people.store import roles as role_rows
from bot.places.countries import region_of
from bot.prompts.model import ShareWith
from bot.prompts.store import prompts
from bot.trips.rules import BACK_FOR
from bot.trips.store import trips

SHARED_FOR = timedelta(days=120)
"""How long the psychological support sees a student who once chose it."""


@dataclass(frozen=True)
class Scope:
    """What somebody may see. `viewer_id` is None for the operator at the command line, who is nobody's counsellor."""

    viewer_id: int | None
    whole: bool = False
    own: bool = False
    office: bool = False
    support: bool = False
    units: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    in_care: bool = False
    """Of a counsellor's own students without those whom a colleague looks after for a while."""

    @classmethod
    def everything(cls) -> "Scope":
        """Return the scope of the command line: all students, hard weeks only where the office may know."""
        return cls(viewer_id=None, whole=True, office=True)

    def students(self, today: date) -> ColumnElement[bool]:
        """Return the condition on `people` that holds for students in this scope on a date (UTC)."""
        is_student = exists(
            select(role_rows.c.id).where(
                role_rows.c.person_id == people.c.id, role_rows.c.kind == RoleKind.STUDENT.value
            )
        )
        return and_(is_student, true() if self.whole else or_(false(), *self._parts(today)))

    def sees_hard(self, share_with: str | None, counsellor_id: int | None, stand_in_id: int | None = None) -> bool:
        """Tell whether a hard week that she shared with somebody may be shown here as one."""
        if share_with == ShareWith.STAND_IN:
            return self.viewer_id is not None and self.viewer_id == stand_in_id
        if share_with == ShareWith.COUNSELLOR:
            return self.viewer_id is not None and self.viewer_id == counsellor_id
        if share_with == ShareWith.OFFICE:
            return self.office
        return share_with == ShareWith.SUPPORT and self.support

    def let_in(self) -> ColumnElement[bool]:
        """Return the same as a condition on `people`: neither her counsellor nor who stands in, or not left out."""
        if self.viewer_id is None:
            return true()
        return or_(
            people.c.skips_counsellor.is_(False),
            and_(
                or_(people.c.counsellor_id.is_(None), people.c.counsellor_id != self.viewer_id),
                or_(people.c.stand_in_id.is_(None), people.c.stand_in_id != self.viewer_id),
            ),
        )

    def is_left_out(self, person: Person) -> bool:
        """Tell whether a student has asked that whoever looks hear nothing of what happens to her."""
        mine = self.viewer_id is not None and self.viewer_id in {person.counsellor_id, person.stand_in_id}
        return person.skips_counsellor and mine

    def hard_is_visible(
        self, share_with: ColumnElement[str | None], viewer: ColumnElement[int] | None = None
    ) -> ColumnElement[bool]:
        """Return the same as a condition in a query that has `people`; one that is kept gives `viewer` as parameter."""
        seen: list[ColumnElement[bool]] = []
        if self.viewer_id is not None:
            who = self.viewer_id if viewer is None else viewer
            seen.append(and_(share_with == ShareWith.COUNSELLOR.value, people.c.counsellor_id == who))
            seen.append(and_(share_with == ShareWith.STAND_IN.value, people.c.stand_in_id == who))
        if self.office:
            seen.append(share_with == ShareWith.OFFICE.value)
        if self.support:
            seen.append(share_with == ShareWith.SUPPORT.value)
        return or_(false(), *seen)

    def _parts(self, today: date) -> list[ColumnElement[bool]]:
        parts: list[ColumnElement[bool]] = []
        if self.own:
            mine = people.c.counsellor_id == self.viewer_id
            parts.append(and_(mine, people.c.stand_in_id.is_(None)) if self.in_care else mine)
            parts.append(people.c.stand_in_id == self.viewer_id)
        if self.units:
            below = [units.c.path.startswith(f"{path}/", autoescape=True) for path in self.units]
            parts.append(people.c.unit_id.in_(select(units.c.id).where(or_(units.c.path.in_(self.units), *below))))
        if self.countries:
            parts.append(
                people.c.id.in_(
                    select(trips.c.person_id).where(
                        trips.c.country.in_(self.countries),
                        trips.c.cancelled_at.is_(None),
                        trips.c.returns >= today - BACK_FOR,
                    )
                )
            )
        if self.support:
            parts.append(
                people.c.id.in_(
                    select(prompts.c.person_id).where(
                        prompts.c.share_with == ShareWith.SUPPORT.value,
                        prompts.c.answered_at >= _midnight(today - SHARED_FOR),
                    )
                )
            )
        return parts


def scope_of(conn: Connection, person: Person) -> Scope | None:
    """Return whom a person looks after; None for whoever may know nothing of how students are, or may only read."""
    return _scope(conn, person, CARE_ROLES)


def sight_of(conn: Connection, person: Person) -> Scope | None:
    """Return what a person may look at: whom she looks after, and what the role of a reader adds for the eyes alone."""
    return _scope(conn, person, CARE_ROLES | {RoleKind.READER})


def _scope(conn: Connection, person: Person, kinds: AbstractSet[RoleKind]) -> Scope | None:
    held = [role for role in person.roles if role.kind in kinds]
    if not held or person.absent_at is not None or person.left_at is not None:
        return None
    scope = Scope(viewer_id=person.id)
    for role in held:
        scope = _with_role(conn, scope, role)
    return scope


def _with_role(conn: Connection, scope: Scope, role: Role) -> Scope:
    areas = [(kind, value) for kind, value in role.scope if kind is not ScopeKind.MATTER]
    # An office whose scope is only a matter (say the psychological support) looks after that matter, not everything.
    # What a student shares with the office or the support is not for whoever reads only.
    whole = role.kind in {RoleKind.OFFICE, RoleKind.READER} and not role.scope
    regions = {value for kind, value in areas if kind is ScopeKind.REGION}
    return replace(
        scope,
        whole=scope.whole or whole,
        own=scope.own or role.kind is RoleKind.COUNSELLOR,
        office=scope.office or (role.kind is RoleKind.OFFICE and (whole or bool(areas))),
        support=scope.support or (role.kind is not RoleKind.READER and (ScopeKind.MATTER, SUPPORT) in role.scope),
        units=(*scope.units, *(value for kind, value in areas if kind is ScopeKind.UNIT)),
        countries=(
            *scope.countries,
            *(value for kind, value in areas if kind is ScopeKind.COUNTRY),
            *(_countries_in(conn, regions) if regions else ()),
        ),
    )


def _countries_in(conn: Connection, regions: set[str]) -> list[str]:
    used = conn.execute(select(trips.c.country).distinct().order_by(trips.c.country)).scalars()
    return [code for code in used if region_of(code) in regions]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)
