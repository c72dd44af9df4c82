"""What the journal says of an import: ids and names of fields, never a value. Called by `handlers.roster_imported`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.journal import store as journal
from bot.roster.columns import (
    BRANCHES,
    DEADLINES,
    EXPIRIES,
    HOSTS,
    INTAKE,
    MEMBERS,
    ONLINE,
    OPPORTUNITIES,
    PAPERS,
    PEOPLE,
    TARGETS,
    TRIPS,
)
from bot.roster.model import Change, ChangeKind, Difference
from bot.trips.store import trips

_NOUNS = {
    PEOPLE: "person",
    TRIPS: "trip",
    BRANCHES: "branch",
    MEMBERS: "branch_member",
    INTAKE: "intake",
    TARGETS: "target",
    HOSTS: "host",
    PAPERS: "papers",
    ONLINE: "online_visit",
    DEADLINES: "deadline",
    EXPIRIES: "paper",
    OPPORTUNITIES: "opportunity",
}
_DONE = {
    ChangeKind.ADD: "added",
    ChangeKind.CHANGE: "changed",
    ChangeKind.REVIVE: "revived",
    ChangeKind.ABSENT: "absent",
}


def write_lines(
    conn: Connection,
    difference: Difference,
    people: Mapping[str, int],
    branches: Mapping[str, int],
    now: datetime,
    actor_id: int | None,
) -> None:
    """Append a line for every change; `people` and `branches` give ids by number and key."""
    trip_ids: dict[str, int] = {}
    if difference.of(TRIPS, ChangeKind.ADD):
        trip_ids = {row.key: row.id for row in conn.execute(select(trips.c.key, trips.c.id))}
    lines = []
    for change in difference.changes:
        about, detail = _about(change, people, branches, trip_ids)
        action = f"{_NOUNS[change.sheet]}.{_DONE[change.kind]}"
        lines.append(journal.line(now, action, person_id=about, actor_id=actor_id, **detail))
    journal.write(conn, lines)


def _about(
    change: Change, people: Mapping[str, int], branches: Mapping[str, int], trip_ids: Mapping[str, int]
) -> tuple[int | None, dict[str, Any]]:
    """Return whom a line is about and its detail.

    Matters of branch and party stand in nobody's own history: counsellors and supervisors read that.
    """
    # An added row names all its fields, which says nothing.
    fields = "" if change.kind is ChangeKind.ADD else ",".join(f.name for f in change.fields if f.name != "party")
    detail: dict[str, Any] = {"fields": fields} if fields else {}
    match change.sheet:
        case "people":
            return people[change.key[0]], detail
        case "trips":
            trip_id = change.id if change.id is not None else trip_ids[change.key[0]]
            return people[str(change.values["number"])], {"trip": trip_id, **detail}
        case "branches":
            return None, {"branch": branches[change.key[0]], **detail}
        case "online_visits" | "expiries":
            return people[str(change.values["number"])], detail
        case "intake" | "targets" | "hosts" | "papers" | "deadlines" | "opportunities":
            return None, {"row": "/".join(change.key), **detail}
        case _:
            return None, {"branch": branches[change.key[0]], "member": people[change.key[1]]}
