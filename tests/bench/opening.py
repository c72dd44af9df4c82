"""How fast due check-ins are opened: real rules, outbox and journal in the transactions of the service, by one client.

Beside it, in the same run and database: the same rows written without any rule, row by row in batches as large, and by
four statements for all at once.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, select, text

from bot.clock import monotonic
from bot.outbox.store import outbox
from bot.storage.database import Database
from scheduler import prompts_due
from tests.bench.figures import Figure, rate
from tests.bench.ground import DUE, fill, fresh

STUDENTS = 50_000
BATCH = prompts_due.BATCH
TARGETS = {"SQLite": 20_000, "PostgreSQL": 8_000}
ZONES = (
    "America/New_York",
    "America/Toronto",
    "America/Detroit",
    "America/La_Paz",
    "America/Puerto_Rico",
    "America/Manaus",
)
"""Where it is half past six at `DUE` too."""


def figures(server: str) -> Iterator[Figure]:
    """Measure on both databases."""
    for where, address in (("SQLite", None), ("PostgreSQL", server)):
        ours = _measure(address, _open_all)
        plain = _measure(address, _plain)
        at_once = _measure(address, _at_once)
        yield Figure(
            f"opening {STUDENTS:,} due check-ins",
            where,
            f"{ours:,.0f}/s",
            f"a plain batch of similar writes {plain:,.0f}/s ({ours / plain:.2f}), set-based SQL {at_once:,.0f}/s",
            f"at least {TARGETS[where]:,}/s",
            ours >= TARGETS[where],
        )
        mixed = _measure(address, _open_all, scattered=True)
        yield Figure(
            f"… of students in {2 * len(ZONES)} situations, one here and one there",
            where,
            f"{mixed:,.0f}/s",
            f"all in the same one {ours:,.0f}/s ({mixed / ours:.2f})",
        )


def open_due(database: Database, programmes: Any) -> float:
    """Open everything that is due at `DUE`, as the bell does; return seconds."""
    begun = monotonic()
    while database.write(lambda conn: prompts_due.work_off(conn, DUE, programmes)):
        pass
    return monotonic() - begun


def queued(database: Database) -> int:
    """Return how many messages are in the outbox."""
    return int(database.read(lambda conn: conn.execute(select(func.count()).select_from(outbox)).scalar_one()))


def _measure(server: str | None, work: Callable[[Database, Any], float], *, scattered: bool = False) -> float:
    with fresh(server) as database:
        programmes = fill(database, STUDENTS)
        if scattered:
            database.write(_scatter)
        seconds = work(database, programmes)
        found = queued(database)
        assert found == STUDENTS, f"{found} messages of {STUDENTS}"
    return rate(STUDENTS, seconds)


def _scatter(conn: Connection) -> None:
    """Put neighbours into different zones, and two in seven on the page alone: none of a batch are all alike."""
    for number, zone in enumerate(ZONES):
        for table, column in (("trips", "id"), ("prompts", "person_id")):
            update = f"UPDATE {table} SET zone = :zone WHERE {column} % {len(ZONES)} = :number"  # noqa: S608 - ours
            conn.execute(text(update), {"zone": zone, "number": number})
    conn.execute(text("UPDATE addresses SET channel = 'web' WHERE person_id % 7 < 2"))


def _open_all(database: Database, programmes: Any) -> float:
    return open_due(database, programmes)


_UPDATE = "UPDATE prompts SET state = 'open', step = 0, next_at = :later WHERE "
_OUTBOX = """
INSERT INTO outbox (key, kind, person_id, prompt_id, template, priority, address_id, channel, account, state, tries,
                    created_at, next_try_at, expires_at)
SELECT 'p:' || id || ':1788906600:ask:0', 'question', person_id, id, 'checkin/question', 2, person_id, 'telegram',
       '7000000001', 'waiting', 0, :now, :now, :later
FROM prompts WHERE """
_JOURNAL = """
INSERT INTO journal (at, person_id, action, prompt_id)
SELECT :now, person_id, 'prompt.ask', id FROM prompts WHERE """
_NEXT = """
INSERT INTO prompts (person_id, item, kind, occasion, version_id, trip_id, zone, state, opens_at, due_at, next_at, step,
                     late_by_seconds)
SELECT person_id, item, kind, '2026-09-15', version_id, trip_id, zone, 'scheduled', :later, :later, :later, 0, 0
FROM prompts WHERE """
_STATEMENTS = (_UPDATE, _OUTBOX, _JOURNAL, _NEXT)


def _instants(database: Database) -> dict[str, str]:
    ending = "" if database.is_sqlite else "+00"
    return {"now": f"2026-09-08 22:30:00.000000{ending}", "later": f"2026-09-15 22:30:00.000000{ending}"}


def _due_ids(conn: Connection) -> list[int]:
    return list(conn.execute(text("SELECT id FROM prompts WHERE opens_at < '2026-09-09'")).scalars())


def _plain(database: Database, _programmes: Any) -> float:
    """Write the four rows of each prompt by its id: as a program without rules would, in batches of 200."""
    ids, instants = database.read(_due_ids), _instants(database)
    statements = [text(f"{statement}id = :id") for statement in _STATEMENTS]

    def batch(conn: Connection, some: list[int]) -> None:
        rows = [{"id": one, **instants} for one in some]
        for statement in statements:
            conn.execute(statement, rows)

    begun = monotonic()
    for start in range(0, len(ids), BATCH):
        database.write(partial(batch, some=ids[start : start + BATCH]))
    return monotonic() - begun


def _at_once(database: Database, _programmes: Any) -> float:
    """Write everything by four statements in one transaction."""
    instants = _instants(database)

    def all_at_once(conn: Connection) -> None:
        for statement in _STATEMENTS:
            conn.execute(text(f"{statement}opens_at < '2026-09-09'"), instants)

    begun = monotonic()
    database.write(all_at_once)
    return monotonic() - begun
