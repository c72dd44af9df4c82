"""The rotas that hold: what the settings say (a document), the overrides that people made, and who is present.

`bot.engine.on_duty` and `bot.engine.duty_gaps` decide from it, the pages and the command show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, select

from bot.documents import store as documents
from bot.duty import store as duty_store
from bot.duty.model import Duty, Rota
from bot.duty.parse import from_json
from bot.duty.rules import Scopes, with_overrides
from bot.people import store as people_store
from bot.people.model import CARE_ROLES, Person
from bot.places.countries import region_of

KIND = "duty"


@dataclass(frozen=True)
class Rotas:
    """Every rota with all its overrides, and the staff that they name, by number; whoever is away is not there."""

    rotas: tuple[Rota, ...]
    staff: dict[str, Person]

    @cached_property
    def present(self) -> frozenset[str]:
        """Return the numbers of those who can be on duty at all."""
        return frozenset(self.staff)

    def named(self, name: str) -> Rota | None:
        """Return a rota by its name."""
        return next((rota for rota in self.rotas if rota.name == name), None)


def load_duty(conn: Connection) -> Duty:
    """Return the rotas of the settings as they were loaded last; none at all when nothing was."""
    document = documents.latest(conn, KIND)
    return Duty() if document is None else from_json(document.body)


def load_rotas(conn: Connection) -> Rotas:
    """Load the rotas, the overrides that people made, and who is present."""
    duty = load_duty(conn)
    if not duty.rotas:
        return Rotas((), {})
    made = duty_store.overrides(conn)
    rotas = tuple(with_overrides(rota, (one.override for one in made if one.rota == rota.name)) for rota in duty.rotas)
    return Rotas(rotas, staff_of(conn, Duty(rotas).numbers))


def staff_of(conn: Connection, numbers: Sequence[str]) -> dict[str, Person]:
    """Return the members of staff who have these numbers and are present, by number."""
    table = people_store.people
    ids: list[int] = []
    for piece in (numbers[start : start + 500] for start in range(0, len(numbers), 500)):
        ids += conn.execute(select(table.c.id).where(table.c.number.in_(piece))).scalars()
    return {person.number: person for person in people_store.by_ids(conn, ids).values() if is_present(person)}


def is_present(person: Person) -> bool:
    """Tell whether somebody may look after students, which supervisors never do, and neither left nor went away."""
    return person.has_role(*CARE_ROLES) and person.absent_at is None and person.left_at is None


def scopes_at(unit_path: str, countries: Iterable[str]) -> Scopes:
    """Return everything that a rota's scope may name to cover a student of a unit in these countries."""
    names = unit_path.split("/") if unit_path else []
    codes = [code for code in countries if code]
    return frozenset(
        {("unit", "/".join(names[: depth + 1])) for depth in range(len(names))}
        | {("country", code) for code in codes}
        | {("region", region) for code in codes if (region := _region(code))}
    )


def _region(code: str) -> str | None:
    try:
        return region_of(code)
    except KeyError:
        return None
