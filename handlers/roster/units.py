"""Finds the units that a roster names, and makes those that are missing. Called by `handlers.roster_imported`."""

from collections.abc import Iterable

from sqlalchemy import Connection

from bot.people import store as people_store
from bot.people.store import units


def unit_ids(conn: Connection, paths: Iterable[str]) -> dict[str, int]:
    """Return the id of every unit by its path; the units of `paths` are made along their way where they are missing."""
    ids = {path: unit_id for unit_id, path in people_store.unit_paths(conn).items()}
    for path in sorted(set(paths)):
        parts = path.split("/")
        above: int | None = None
        for end, name in enumerate(parts, 1):
            here = "/".join(parts[:end])
            if here not in ids:
                added = units.insert().values(parent_id=above, name=name, path=here).returning(units.c.id)
                ids[here] = conn.execute(added).scalar_one()
            above = ids[here]
    return ids
