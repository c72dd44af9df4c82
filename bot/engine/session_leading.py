"""Who runs a session outside any branch: chosen by the office, told so once, and told of every change by others."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine.session_telling import withdraw
from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people.model import STAFF_ROLES, RoleKind
from bot.people.store import people, roles
from bot.sessions import leaders
from bot.sessions.model import Session

TEMPLATE = "staff/session_run"
MAY_LEAD = STAFF_ROLES - {RoleKind.READER}
"""Who can be asked to run one: any member of staff who does more than look."""


def could_lead(conn: Connection) -> list[tuple[int, str, str]]:
    """Return who can be chosen, by name: id, number and name."""
    kinds = [kind.value for kind in MAY_LEAD]
    holds = select(roles.c.person_id).where(roles.c.kind.in_(kinds))
    query = select(people.c.id, people.c.number, people.c.name).where(
        people.c.id.in_(holds), people.c.absent_at.is_(None), people.c.left_at.is_(None)
    )
    return [(row.id, row.number, row.name) for row in conn.execute(query.order_by(people.c.sorts_as, people.c.number))]


def choose(
    conn: Connection,
    session: Session,
    numbers: Collection[str],
    actor_id: int | None,
    now: datetime,
    *,
    tells: bool = True,
) -> bool:
    """Let these members of staff run a session outside any branch; False where nobody is new and nobody gone.

    Whoever is new hears of it, if another has chosen her.
    """
    if session.audience is None:
        return False
    wanted = [one for one, number, _ in could_lead(conn) if number in numbers]
    new, gone = leaders.put(conn, session.id, wanted)
    lines = [
        journal.line(now, "session.to_run", person_id=one, actor_id=actor_id, session=session.id) for one in sorted(new)
    ]
    journal.write(conn, lines)
    if tells:
        _tell(conn, session, new, "yours", actor_id, now)
    return bool(new or gone)


def tell_of_change(conn: Connection, session: Session, what: str, actor_id: int | None, now: datetime) -> None:
    """Tell those who run a session that it was `moved` or is `off`, all but whoever did that."""
    _tell(conn, session, set(leaders.leaders_of(conn, session.id)), what, actor_id, now)


def _tell(
    conn: Connection, session: Session, person_ids: Collection[int], what: str, actor_id: int | None, now: datetime
) -> None:
    """Queue what somebody who runs a session has to know, in her day; what waits of before is not true any more."""
    for one in sorted(set(person_ids) - {actor_id}):
        key = f"run:{session.id}:{one}:"
        waits = (outbox.c.key.startswith(key, autoescape=True), outbox.c.state == OutboxState.WAITING.value)
        unsent = list(conn.execute(select(outbox.c.id, outbox.c.data).where(*waits)))
        withdraw(conn, [row.id for row in unsent], "session_changed")
        is_new = any(row.data and row.data["what"] == "yours" for row in unsent)
        if is_new and what == "off":
            continue  # she has not heard of it yet: there is nothing to take back
        tell(
            conn,
            one,
            Kind.NOTICE,
            TEMPLATE,
            key=f"{key}{session.sequence}:{what}:{int(now.timestamp())}",
            priority=Priority.PROMPT,
            now=now,
            data={
                "what": "yours" if is_new else what,
                "session": session.id,
                "title": "" if session.is_discreet else session.title,
                "starts_at": session.starts_at.isoformat(),
                "series_every": session.every or "",
            },
            not_before=not_before_her_morning(conn, one, now),
            expires_at=session.ends_at,
        )
