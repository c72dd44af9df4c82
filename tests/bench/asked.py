"""How many are asked within a minute when so many check-ins fall due in one second: the outbox row is committed.

Beside it, for the sizes at which they still do something: the job queue of python-telegram-bot with a job for each
student, and APScheduler with its SQLAlchemy store.
"""

from collections.abc import Iterator

from bot.clock import monotonic
from scheduler import prompts_due
from tests.bench import peers
from tests.bench.figures import Figure
from tests.bench.ground import DUE, fill, fresh
from tests.bench.opening import queued

SIZES = (1_000, 8_000, 20_000, 100_000)
MOST = 1_000_000
MINUTE = 60.0
LIMIT_ON_POSTGRESQL = 150.0
"""How long a million may take there."""


def figures(server: str) -> Iterator[Figure]:
    """Measure the sizes at which others still do something, and some beyond, on both databases."""
    peers.silence()
    beside = {size: f"PTB's JobQueue {found:,} of {size:,}" for size, found in _queue()}
    for size, found in _stored():
        beside[size] = "; ".join(filter(None, [beside.get(size), f"APScheduler with a store {found:,} of {size:,}"]))
    for size in SIZES:
        for where, address in (("SQLite", None), ("PostgreSQL", server)):
            yield _figure(size, where, address, MINUTE, beside.get(size, ""))


def million(server: str) -> Iterator[Figure]:
    """Measure the largest size on both databases."""
    yield _figure(MOST, "SQLite", None, MINUTE, "")
    yield _figure(MOST, "PostgreSQL", server, LIMIT_ON_POSTGRESQL, "")


def _figure(size: int, where: str, address: str | None, limit: float, beside: str) -> Figure:
    asked, seconds = _asked(size, address, limit)
    told = f"all in {seconds:.1f} s" if asked == size else f"{asked:,} of them"
    return Figure(
        f"{size:,} due in one second", where, told, beside, f"all within {limit:.0f} s", asked == size
    )  # fmt: skip


def _asked(size: int, server: str | None, limit: float) -> tuple[int, float]:
    """Return how many were asked within the limit, and how many seconds that took."""
    with fresh(server) as database:
        programmes = fill(database, size)
        begun = monotonic()
        while database.write(lambda conn: prompts_due.work_off(conn, DUE, programmes)):
            if monotonic() - begun >= limit:
                break
        seconds = monotonic() - begun
        return queued(database), seconds


def _queue() -> Iterator[tuple[int, int]]:
    for size in peers.QUEUE_SIZES:
        yield size, peers.job_queue(size, MINUTE)


def _stored() -> Iterator[tuple[int, int]]:
    for size in peers.STORE_SIZES:
        yield size, peers.stored_jobs(size, MINUTE)
