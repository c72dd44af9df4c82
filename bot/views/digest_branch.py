"""What a secretary reads of a branch: how many members there are and how many abroad, who leaves and comes back.

For the page only: branch matters do not travel on every channel, so no message holds any of this.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from bot.branches.store import branch_members, branches, led_by
from bot.people.store import people
from bot.trips.store import trips
from bot.views.digest_trips import trips_near


def branches_of(conn: Connection, secretary_id: int, now: datetime) -> list[dict[str, Any]]:
    """Return the branches of a secretary or deputy as plain JSON: nothing of how anybody is."""
    today = now.date()
    mine = select(branches.c.id, branches.c.key, branches.c.kind).where(led_by(secretary_id))
    found = []
    for row in conn.execute(mine.order_by(branches.c.key)):
        of_it = select(branch_members.c.person_id).where(branch_members.c.branch_id == row.id)
        members = people.c.id.in_(of_it) & people.c.absent_at.is_(None) & people.c.left_at.is_(None)
        abroad = (
            select(func.count(trips.c.person_id.distinct()))
            .join(people, people.c.id == trips.c.person_id)
            .where(members, trips.c.cancelled_at.is_(None), trips.c.departs <= today, trips.c.returns >= today)
        )
        count = select(func.count()).select_from(people).where(members)
        found.append(
            {
                "key": row.key,
                "kind": row.kind,
                "members": int(conn.execute(count).scalar_one()),
                "abroad": int(conn.execute(abroad).scalar_one()),
                "trips": trips_near(conn, members, today),
            }
        )
    return found
