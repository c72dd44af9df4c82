"""What was agreed with a student, with the names of who wrote it down: for her, and for whoever has her in scope."""

from sqlalchemy import Connection, select

from bot.agreements.model import SHOWN, Agreement
from bot.agreements.store import agreements
from bot.people.store import people


def agreed_with(conn: Connection, person_id: int, most: int = SHOWN) -> list[Agreement]:
    """Return what was agreed: what is still to be done first, then the newest. The caller has looked at the scope."""
    query = (
        select(agreements, people.c.name)
        .join(people, people.c.id == agreements.c.author_id)
        .where(agreements.c.person_id == person_id)
        .order_by(agreements.c.done_at.is_not(None), agreements.c.at.desc(), agreements.c.id.desc())
        .limit(most)
    )
    return [
        Agreement(row.id, row.person_id, row.author_id, row.name, row.text, row.at, row.done_at)
        for row in conn.execute(query)
    ]
