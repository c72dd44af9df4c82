"""What kind of life a database leads: a real one, that of the demo, or that of a copy on which people may try things.

Kept in `service_state`. The wiring marks a database before anything else is done with it; `bot.rehearsal` asks here
whether it may move the time of one.
"""

from typing import Final

from sqlalchemy import Connection, func, select

from bot.errors import UsageError
from bot.inbox.store import inbox
from bot.outbox.store import attempts
from bot.people.store import people
from bot.storage import state

REHEARSAL: Final = "rehearsal"
"""The key under which `bot.rehearsal` keeps where its clock stands; a database that has it belongs to rehearsals."""
_REAL = "lived_for_real"
_DEMO = "demo"
_COPY = "copy"


def mark_demo(conn: Connection) -> None:
    """Note that everybody who is in this database is invented; whoever comes later is not."""
    state.write(conn, _DEMO, str(_last_person(conn)))


def mark_copy(conn: Connection) -> None:
    """Note that this database is a copy, made to try things on."""
    state.write(conn, _COPY, "1")


def take_for_real(conn: Connection) -> None:
    """Claim a database for the real service; UsageError when it belongs to rehearsals."""
    if state.read(conn, REHEARSAL) is not None or state.read(conn, _COPY) is not None:
        raise UsageError(
            "This database belongs to a rehearsal, whose time is not the real one: "
            "go on with --rehearse, or name another database in [database] url."
        )
    if state.read(conn, _REAL) is None:
        state.write(conn, _REAL, "1")


def may_rehearse(conn: Connection) -> bool:
    """Tell whether time may be moved here: a copy, the demo and nobody else, or one in which nothing was ever said."""
    if state.read(conn, _COPY) is not None:
        return True
    invented = state.read(conn, _DEMO)
    if invented is not None and int(invented) >= _last_person(conn):
        return True
    if _last_person(conn) == 0:
        return True
    # A database from before there were marks has none, but somebody was written to.
    lived = (select(column).limit(1) for column in (attempts.c.id, inbox.c.id))
    return state.read(conn, _REAL) is None and all(conn.execute(query).first() is None for query in lived)


def _last_person(conn: Connection) -> int:
    return int(conn.execute(select(func.max(people.c.id))).scalar() or 0)
