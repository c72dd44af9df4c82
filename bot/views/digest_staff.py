"""Members of staff who have looked at nothing for a month, for the office that may know: nobody is ranked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select

from bot.digests.rules import LOOKED_AWAY
from bot.digests.store import digest_readers
from bot.people.model import STAFF_ROLES
from bot.people.store import people, roles
from bot.views.digest import seen_by
from bot.views.scope import Scope

MOST = 8


def looked_away(conn: Connection, scope: Scope, now: datetime) -> dict[str, Any]:
    """Return who has not looked for a month, the longest first, and how many more; nothing but for an office.

    An office that looks after some students hears of the counsellors of those.
    """
    if not scope.office:
        return {"names": [], "more": 0}
    is_staff = exists().where(
        roles.c.person_id == people.c.id, roles.c.kind.in_(sorted(kind.value for kind in STAFF_ROLES))
    )
    query = (
        select(people.c.name, digest_readers.c.looked_at)
        .join(digest_readers, digest_readers.c.person_id == people.c.id)
        .where(digest_readers.c.looked_at < now - LOOKED_AWAY, people.c.id != (scope.viewer_id or 0), is_staff)
        .where(people.c.absent_at.is_(None), people.c.left_at.is_(None))
        .order_by(digest_readers.c.looked_at, people.c.id)
    )
    if not scope.whole:
        query = query.where(people.c.id.in_(_counsellors(scope, now)))
    found = conn.execute(query).all()
    names = [{"name": row.name, "since": row.looked_at.isoformat()} for row in found[:MOST]]
    return {"names": names, "more": max(len(found) - MOST, 0)}


def _counsellors(scope: Scope, now: datetime) -> Any:
    """Return the ids of the counsellors of an office's students."""
    return select(people.c.counsellor_id).where(seen_by(scope, now)).correlate(None)
