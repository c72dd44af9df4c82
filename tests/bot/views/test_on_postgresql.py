"""The views say the same on a real PostgreSQL as on SQLite."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.figures.tables import Choice
from bot.people.store import by_number
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.views.board import Board, Filter, board
from bot.views.digest import care
from bot.views.map import spots
from bot.views.outbox_list import messages
from bot.views.people_list import people_page
from bot.views.people_wanted import STATES, Wanted
from bot.views.person import view_person
from bot.views.responses import responses
from bot.views.responses_page import responses_page
from bot.views.scope import Scope, scope_of
from bot.views.statistics import statistics
from bot.views.words import words_of
from tests.fakes.ground import NOW, Ground, open_ground
from tests.fakes.school import NAMES, settle

FILTERS = (Filter(), Filter(unit="雁北大学", country="US", words="s0"), Filter(category="late", page=9))


def in_order(seen: Board) -> Board:
    """Sort by number: how names sort is the business of each engine's collation."""
    return replace(seen, rows=sorted(seen.rows, key=lambda row: row.number))


def pages(conn: Connection, scope: Scope) -> list[dict[str, str]]:
    """Read the responses page by page, as programs do."""
    rows, after = responses_page(conn, scope, NOW - timedelta(days=30), None, 3, NOW)
    while after is not None:
        more, after = responses_page(conn, scope, NOW - timedelta(days=30), after, 3, NOW)
        rows += more
    return rows


def listed(conn: Connection, scope: Scope, wanted: Wanted) -> list[Any]:
    """Read the first page of the list of people without ids, by number."""
    page = people_page(conn, scope, wanted, NOW)
    rows = [replace(row, person_id=0, place="") for row in page.rows]
    return [page.total, page.saw_all, *sorted(rows, key=lambda row: row.number)]


def digest(conn: Connection, scope: Scope) -> dict[str, Any]:
    """Read what a digest says of how students are."""
    found = care(conn, scope, NOW)
    assert found is not None
    return found | {"need": [(one["name"], one["why"], one["city"], one["by"]) for one in found["need"]]}


def everything(conn: Connection) -> list[Any]:
    """Read every view through every kind of scope; ids differ by engine and are left out."""
    scopes = [Scope.everything(), Scope(None, countries=("US",), units=("雁北大学/经济学院",), support=True)]
    for number in ("C1", "O1"):
        person = by_number(conn, number)
        assert person is not None
        found = scope_of(conn, person)
        assert found is not None
        scopes.append(found)
    seen: list[Any] = []
    for scope in scopes:
        seen += [in_order(board(conn, scope, NOW, chosen)) for chosen in FILTERS]
        seen += [listed(conn, scope, Wanted(state=state)) for state in ("", *STATES)]
        narrowed = (Wanted(q="s0", sort="number"), Wanted(q="纽约"), Wanted(country="US", phase="abroad", reach="none"))
        seen += [listed(conn, scope, wanted) for wanted in narrowed]
        seen += [spots(conn, scope, NOW), spots(conn, scope, NOW, "US")]
        seen.append(list(responses(conn, scope, NOW.date(), NOW)))
        seen.append(digest(conn, scope))
        seen.append(pages(conn, scope))
        seen.append(statistics(conn, scope, Choice(), NOW))
        seen.append([row | {"id": ""} for row in messages(conn, scope, None)])
        for index in range(len(NAMES)):
            view = view_person(conn, scope, f"S{index:02}", NOW)
            seen.append(view and [(asked.prompt.state, asked.answer, len(asked.deliveries)) for asked in view.timeline])
            seen.append(view and [case.case.reason for case in view.cases])
            seen.append(view and words_of(conn, scope, view.person))
    return seen


@pytest.mark.postgres
def test_both_engines_agree(tmp_path: Path, fresh_pg_url: str) -> None:
    embedded = open_ground(tmp_path)
    server = Database(parse_url(fresh_pg_url), Keyring([Keyring.new_key()]))
    metadata.create_all(server.engine)
    try:
        for database in (embedded, server):
            settle(Ground(database))
        assert embedded.read(everything) == server.read(everything)
    finally:
        embedded.close()
        server.close()
