"""What lies ahead, what was due and is not done, and what waits to be tried again: for clocks that are moved."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.dialogues.rules import CRY_ASKED, CRY_WAIT
from bot.dialogues.store import dialogues
from bot.inbox.store import inbox
from bot.storage.database import Database
from scheduler.next_due import Horizon, horizon
from tests.fakes.ground import NOW, Ground, open_ground

OURS = [("web", "web")]
SOON, BEFORE = NOW + timedelta(minutes=5), NOW - timedelta(minutes=5)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_ground(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)


def look(database: Database) -> Horizon:
    return database.read(lambda conn: horizon(conn, NOW, OURS))


def test_nothing(database: Database) -> None:
    assert look(database) == Horizon(None, is_behind=False, is_retrying=False)


def test_a_prompt_and_a_case_ahead(database: Database, ground: Ground) -> None:
    person = ground.student("S1")
    ground.prompt(person, "scheduled", next_at=SOON)
    ground.case(person, "missed", next_at=SOON + timedelta(minutes=1))
    assert look(database) == Horizon(SOON, is_behind=False, is_retrying=False)


def test_a_cry_falls_due_three_minutes_after_it_was_asked_about(database: Database, ground: Ground) -> None:
    person = ground.student("S1")
    ground.put(dialogues, person_id=person, step=CRY_ASKED, updated_at=NOW - timedelta(minutes=1))
    assert look(database) == Horizon(NOW - timedelta(minutes=1) + CRY_WAIT, is_behind=False, is_retrying=False)


def behind(ground: Ground, what: str) -> None:
    person = ground.student("S1")
    if what == "prompt":
        ground.prompt(person, "scheduled", next_at=NOW)
    elif what == "case":
        ground.case(person, "missed", next_at=BEFORE)
    elif what == "cry":
        ground.put(dialogues, person_id=person, step=CRY_ASKED, updated_at=NOW - CRY_WAIT)
    elif what == "message":
        ground.message(person, None, state="waiting", tries=0, next_try_at=NOW)
    else:
        values = {"channel": "web", "account": "web", "external_id": "1", "sender": "x", "urgent": False}
        ground.put(inbox, received_at=BEFORE, state="new", tries=0, **values)


@pytest.mark.parametrize("what", ["prompt", "case", "cry", "message", "inbox"])
def test_what_was_due_and_is_not_done(database: Database, ground: Ground, what: str) -> None:
    behind(ground, what)
    assert look(database).is_behind


def test_what_was_set_aside_halts_nothing(database: Database, ground: Ground) -> None:
    ground.prompt(ground.student("S1"), "scheduled", next_at=BEFORE, error="KeyError")
    assert look(database) == Horizon(None, is_behind=False, is_retrying=False)


@pytest.mark.parametrize(
    ("changes", "is_retrying"),
    [
        ({"tries": 1}, True),
        ({"tries": 0}, False),
        ({"tries": 1, "state": "failed"}, False),
        ({"tries": 1, "channel": "telegram"}, False),
    ],
)
def test_a_message_that_was_tried_and_waits(
    database: Database, ground: Ground, changes: dict[str, Any], is_retrying: bool
) -> None:
    ground.message(ground.student("S1"), None, **{"state": "waiting", "next_try_at": SOON} | changes)
    assert look(database).is_retrying is is_retrying


def test_messages_of_an_account_that_nobody_serves_are_not_waited_for(database: Database, ground: Ground) -> None:
    ground.message(ground.student("S1"), None, state="waiting", tries=0, channel="telegram", next_try_at=BEFORE)
    assert not look(database).is_behind
    assert not database.read(lambda conn: horizon(conn, NOW, [])).is_behind
