"""Loads what the database holds of a roster, in the roster's own terms. Called by `handlers.roster_imported`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.branches.regroupings import branch_leavings
from bot.branches.store import branch_members, branches, party_statuses
from bot.people import store as people_store
from bot.people.store import people, role_scopes, roles
from bot.roster.columns import BRANCHES, MEMBERS, PEOPLE, TRIPS
from bot.roster.model import Key, Stored, StoredRow, Value
from bot.trips.store import trips
from handlers.roster.deadlines import load_deadlines
from handlers.roster.figures import load_figures
from handlers.roster.opportunities import load_opportunities

_PLAIN = ("number", "name", "zone", "level", "language", "email", "phone")
_TRIP = (
    "host",
    "host_supervisor",
    "city",
    "country",
    "zone",
    "departs",
    "returns",
    "type",
    "funding",
    "approval",
    "emergency_contact",
)


def load_stored(conn: Connection) -> Stored:
    """Return every person, trip, branch and membership as a roster would write them."""
    units = people_store.unit_paths(conn)
    numbers = {row.id: row.number for row in conn.execute(select(people.c.id, people.c.number))}
    keys = {row.id: row.key for row in conn.execute(select(branches.c.id, branches.c.key))}
    return Stored(
        {
            **load_figures(conn, units, numbers),
            **load_deadlines(conn, units, numbers),
            **load_opportunities(conn, units),
            PEOPLE: _people(conn, units, numbers),
            TRIPS: _trips(conn, numbers),
            BRANCHES: _branches(conn, units, numbers),
            MEMBERS: {
                # Who has left of her own accord stands there as if she were in it: the roster puts nobody back.
                (keys[row.branch_id], numbers[row.person_id]): StoredRow(0, _member(keys, numbers, row))
                for row in conn.execute(select(branch_leavings).order_by(branch_leavings.c.id))
            }
            | {
                (keys[row.branch_id], numbers[row.person_id]): StoredRow(row.id, _member(keys, numbers, row))
                for row in conn.execute(select(branch_members).order_by(branch_members.c.id))
            },
        },
        frozenset(units.values()),
    )


def _people(conn: Connection, units: Mapping[int, str], numbers: Mapping[int, str]) -> dict[Key, StoredRow]:
    held = _roles(conn)
    party = {row.person_id: row.status for row in conn.execute(select(party_statuses))}
    found: dict[Key, StoredRow] = {}
    for row in conn.execute(select(people).order_by(people.c.id)):
        kinds, scope = held.get(row.id, (set(), set()))
        values: dict[str, Value] = {name: getattr(row, name) for name in _PLAIN}
        values |= {
            "unit": units.get(row.unit_id),
            "role": tuple(sorted(kinds)),
            "scope": tuple(sorted(scope)),
            "party": party.get(row.id),
            "counsellor": numbers.get(row.counsellor_id),
            "supervisor": numbers.get(row.supervisor_id),
        }
        # Once she has enrolled she says herself which language and, as a student, by which clock; the roster no longer.
        chosen = {"language", "zone"} if kinds == {"student"} else {"language"}
        own = frozenset(chosen if row.consent_at is not None else ())
        found[(row.number,)] = StoredRow(row.id, values, gone=row.absent_at is not None, own=own)
    return found


def _roles(conn: Connection) -> dict[int, tuple[set[str], set[str]]]:
    """Return the roles of each person, and her scope as `kind:value`."""
    query = select(roles.c.person_id, roles.c.kind, role_scopes.c.kind.label("scope"), role_scopes.c.value).outerjoin(
        role_scopes, role_scopes.c.role_id == roles.c.id
    )
    found: dict[int, tuple[set[str], set[str]]] = {}
    for row in conn.execute(query):
        kinds, scope = found.setdefault(row.person_id, (set(), set()))
        kinds.add(row.kind)
        if row.scope is not None:
            scope.add(f"{row.scope}:{row.value}")
    return found


def _trips(conn: Connection, numbers: Mapping[int, str]) -> dict[Key, StoredRow]:
    found: dict[Key, StoredRow] = {}
    for row in conn.execute(select(trips).order_by(trips.c.id)):
        values: dict[str, Value] = {"trip": row.key, "number": numbers[row.person_id]}
        values |= {name: getattr(row, name) for name in _TRIP}
        found[(row.key,)] = StoredRow(row.id, values, gone=row.cancelled_at is not None and row.withdrawn_at is None)
    return found


def _branches(conn: Connection, units: Mapping[int, str], numbers: Mapping[int, str]) -> dict[Key, StoredRow]:
    found: dict[Key, StoredRow] = {}
    for row in conn.execute(select(branches).order_by(branches.c.id)):
        values: dict[str, Value] = {
            "branch": row.key,
            "kind": row.kind,
            "unit": units.get(row.unit_id),
            "secretary": numbers.get(row.secretary_id),
            "deputy": numbers.get(row.deputy_id),
            "place": row.place,
        }
        found[(row.key,)] = StoredRow(row.id, values, gone=row.absent_at is not None)
    return found


def _member(keys: Mapping[int, str], numbers: Mapping[int, str], row: Row[Any]) -> dict[str, Value]:
    return {"branch": keys[row.branch_id], "number": numbers[row.person_id]}
