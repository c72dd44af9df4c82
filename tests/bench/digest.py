"""Two thousand digests that fall due at once, each of fifty students: gathered, decided and stored, then rendered.

Beside it, in the same run and database: the fifty names of each read by one plain SELECT. Memory is what the process
holds more at its height than before the first one.
"""

import resource
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, insert, select, text

from bot.addresses.store import addresses
from bot.clock import monotonic
from bot.digests.model import Rhythm
from bot.digests.store import digests
from bot.engine.compose import compose
from bot.outbox.model import Kind
from bot.outbox.store import from_row, outbox
from bot.people.store import people, roles
from bot.rendering.renderer import Renderer
from bot.settings import Settings
from bot.storage.database import Database
from scheduler.digests_due import Frame, work_off
from tests.bench.figures import Figure
from tests.bench.ground import ACCOUNT, DUE, FIRST, PLANNED, fill, fresh

READERS, EACH = 2000, 50
WITHIN = 60.0
MEGABYTES = 50
STAFF = 10_000_000
"""The id of the first counsellor."""


def figures(_server: str, readers: int = READERS, each: int = EACH) -> Iterator[Figure]:
    """Measure on SQLite."""
    with fresh(None) as database:
        fill(database, readers * each)
        database.write(lambda conn: _staff(conn, readers, each))
        plain = _plain(database, readers)
        begun, before = monotonic(), _megabytes()
        frame = Frame(Rhythm(), "http://bench", DUE)
        while database.write(lambda conn: work_off(conn, DUE, frame)):
            pass
        written = monotonic() - begun
        rendered = _render(database)
        taken, more = monotonic() - begun, _megabytes() - before
    assert rendered == readers, f"{rendered} digests of {readers}"
    yield Figure(
        f"{readers:,} digests of {each} students each",
        "SQLite",
        f"{taken:.1f} s ({written:.1f} s to write, the rest to render), {more:.0f} MB more at its height",
        f"the names alone by a plain SELECT each {plain:.1f} s ({taken / plain:.0f} times)",
        f"within {WITHIN:.0f} s, less than {MEGABYTES} MB more",
        taken <= WITHIN and more < MEGABYTES,
    )


def _staff(conn: Connection, readers: int, each: int) -> None:
    ids = range(STAFF, STAFF + readers)
    person: dict[str, Any] = {"language": "zh", "zone": "Asia/Shanghai", "created_at": PLANNED}
    conn.execute(insert(people), [person | {"id": one, "number": f"C{one}", "name": f"C{one}"} for one in ids])
    conn.execute(insert(roles), [{"person_id": one, "kind": "counsellor"} for one in ids])
    address = {"channel": "telegram", "account": ACCOUNT, "state": "working", "position": 0, "linked_at": PLANNED}
    conn.execute(insert(addresses), [address | {"person_id": one, "external_id": f"c{one}"} for one in ids])
    due = {"occasion": "weekly:2026-09-08", "zone": "Asia/Shanghai", "state": "planned", "due_at": DUE, "next_at": DUE}
    conn.execute(insert(digests), [due | {"person_id": one} for one in ids])
    conn.execute(
        text("UPDATE people SET counsellor_id = :staff + (id - :first) / :each WHERE id >= :first AND id < :staff"),
        {"staff": STAFF, "first": FIRST, "each": each},
    )
    # One in ten is silent, as on a bad week: only those are named.
    conn.execute(
        text("UPDATE prompts SET state = 'late', asked_at = opens_at, next_at = NULL WHERE person_id % 10 = 0")
    )


def _plain(database: Database, readers: int) -> float:
    begun = monotonic()
    for one in range(STAFF, STAFF + readers):
        query = select(people.c.name).where(people.c.counsellor_id == one)
        database.read(lambda conn, query=query: conn.execute(query).all())  # type: ignore[misc]
    return monotonic() - begun


def _render(database: Database) -> int:
    renderer, settings, last, count = Renderer(), Settings(), 0, 0
    while True:
        query = select(outbox).where(outbox.c.kind == Kind.DIGEST.value, outbox.c.id > last).order_by(outbox.c.id)
        rows = database.read(lambda conn, query=query: conn.execute(query.limit(50)).all())  # type: ignore[misc]
        if not rows:
            return count
        for row in rows:
            database.read(lambda conn, row=row: compose(conn, from_row(row), renderer, settings, DUE))  # type: ignore[misc]
        count, last = count + len(rows), rows[-1].id


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
