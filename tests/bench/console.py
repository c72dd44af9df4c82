"""The console at size: the board of 20,000 students abroad, and lists, searches and the map among 100,000.

Beside each: a plain SELECT of fifty names in the same run and database. The database is asked through the same views
as the pages; a page adds its template, which `the board with its page` measures.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, select

from bot.clock import monotonic
from bot.people.store import people
from bot.prompts.store import prompts
from bot.storage.database import Database
from bot.views.board import Filter, board
from bot.views.people_list import people_page
from bot.views.people_wanted import Wanted
from bot.views.scope import Scope
from tests.bench.figures import Figure
from tests.bench.ground import DUE, fill, fresh, settle

ABROAD, KNOWN = 20_000, 100_000
BOARD_WITHIN, LIST_WITHIN = 300, 500
"""Milliseconds."""
TIMES = 20
NOW = DUE + timedelta(hours=26)
ALL = Scope(viewer_id=1, whole=True, office=True)
_PAGES = (
    ("everybody", Wanted()),
    ("a name by its pinyin", Wanted(q="linm")),
    ("a number", Wanted(q="1077")),
    ("a city by its name in English", Wanted(q="New York")),
    ("abroad in one country", Wanted(phase="abroad", country="US")),
    ("well", Wanted(state="well")),
    ("silent, one in a hundred", Wanted(state="silent")),
    ("not reachable, nobody", Wanted(reach="none", state="not_reachable")),
)


def figures(server: str, abroad: int = ABROAD, known: int = KNOWN) -> Iterator[Figure]:
    """Measure the board and the lists on SQLite, then on PostgreSQL."""
    for name, where in (("SQLite", None), ("PostgreSQL", server)):
        with fresh(where) as database:
            fill(database, abroad)
            _as_after_a_question(database)
            taken = _slowest(database, lambda conn: board(conn, ALL, NOW, Filter()))
            yield _figure(f"board of {abroad:,} students", name, database, taken, BOARD_WITHIN)
        with fresh(where) as database:
            fill(database, known)
            _as_after_a_question(database)
            for what, wanted in _PAGES:
                taken = _slowest(database, partial(_page, wanted=wanted))
                yield _figure(f"{what} among {known:,}", name, database, taken, LIST_WITHIN)


def _page(conn: Connection, wanted: Wanted) -> Any:
    return people_page(conn, ALL, wanted, NOW)


def _as_after_a_question(database: Database) -> None:
    """Let most have answered the last question; one in a hundred is silent."""

    def change(conn: Connection) -> None:
        last = and_(prompts.c.kind == "checkin", prompts.c.next_at == DUE)
        silent = and_(last, prompts.c.person_id % 100 == 0)
        asked: dict[str, Any] = {"asked_at": DUE, "next_at": None}
        conn.execute(prompts.update().where(silent).values(state="late", **asked))
        conn.execute(prompts.update().where(last).values(state="answered", choice="fine", answered_at=DUE, **asked))

    database.write(change)
    settle(database)


def _slowest(database: Database, ask: Callable[[Connection], Any]) -> float:
    """Return the milliseconds within which 95 of 100 are answered."""
    taken = []
    for _ in range(TIMES):
        begun = monotonic()
        database.read(ask)
        taken.append((monotonic() - begun) * 1000)
    return sorted(taken)[int(len(taken) * 0.95) - 1]


def _figure(what: str, where: str, database: Database, taken: float, within: int) -> Figure:
    plain = _slowest(database, lambda conn: conn.execute(select(people.c.name).limit(50)).all())
    return Figure(
        what, where, f"{taken:.0f} ms at p95", f"fifty names by a plain SELECT {plain:.1f} ms", f"within {within} ms",
        taken <= within,
    )  # fmt: skip
