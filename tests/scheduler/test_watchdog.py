"""The watchdog sees each thing that should have happened, and nothing while all is well."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.fetches.store import fetches
from bot.inbox.store import inbox
from bot.outbox.store import attempts
from bot.programmes import store as programmes_store
from bot.programmes.versions import Programmes, default_text
from bot.prompts.store import prompts
from bot.storage.database import Database
from scheduler.plan_everyone import plan_everyone
from scheduler.watchdog import CODES, Problem, look, without_next
from tests.fakes.ground import NOW, Ground, open_ground


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_ground(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)


SOON = NOW + timedelta(hours=1)


def ago(**by: float) -> dict[str, object]:
    return {"next_try_at": NOW - timedelta(**by), "state": "waiting", "tries": 0}


def late_inbox(ground: Ground, state: str, minutes: int) -> None:
    ground.put(
        inbox,
        channel="web",
        account="web",
        external_id=state,
        sender="s",
        raw={},
        urgent=False,
        received_at=NOW - timedelta(minutes=minutes),
        state=state,
        tries=0,
    )


def alarmed(ground: Ground, state: str) -> None:
    """Put an open case of which one alarm is in a state."""
    student, helper = ground.student("1"), ground.student("2")
    case = ground.case(student, "urgent", round=1, told_at=NOW - timedelta(minutes=3), next_at=SOON)
    ground.message(helper, None, kind="alarm", case_id=case, state=state, next_try_at=NOW + timedelta(hours=1))


def stuck(ground: Ground, minutes: int) -> None:
    person = ground.student("1")
    message = ground.message(person, None, state="sending")
    ground.put(attempts, outbox_id=message, body={}, epoch=1, started_at=NOW - timedelta(minutes=minutes))


def sent_file(ground: Ground, minutes: int) -> None:
    person = ground.student("1")
    ground.put(
        fetches,
        key="in:1:file:0",
        person_id=person,
        address_id=ground.address(person, channel="telegram"),
        channel="telegram",
        account="1",
        wanted_for="report",
        of_id=1,
        place="done",
        file={"ref": "r", "name": "", "title": ""},
        tries=0,
        created_at=NOW,
        next_at=NOW - timedelta(minutes=minutes),
    )


CASES: list[tuple[str, Callable[[Ground], object], Callable[[Ground], object]]] = [
    (
        "prompts_overdue",
        lambda g: g.prompt(g.student("1"), "open", next_at=NOW - timedelta(minutes=6)),
        lambda g: g.prompt(g.student("1"), "open", next_at=NOW - timedelta(minutes=4)),
    ),
    (
        "prompts_set_aside",
        lambda g: g.prompt(g.student("1"), "open", next_at=NOW - timedelta(hours=1), error="KeyError"),
        lambda g: g.prompt(g.student("1"), "answered", next_at=None, error="KeyError"),
    ),
    (
        "cases_overdue",
        lambda g: g.case(g.student("1"), "urgent", next_at=NOW - timedelta(minutes=6)),
        lambda g: g.case(g.student("1"), "urgent", next_at=NOW - timedelta(minutes=4)),
    ),
    (  # whoever has it, its time comes: an acknowledgement that nobody follows up is taken back
        "cases_overdue",
        lambda g: g.case(g.student("1"), "missed", state="acknowledged", next_at=NOW - timedelta(minutes=6)),
        lambda g: g.case(g.student("1"), "missed", state="snoozed", next_at=NOW + timedelta(days=6)),
    ),
    (  # it would never come up again
        "cases_overdue",
        lambda g: g.case(g.student("1"), "missed", state="acknowledged", next_at=None),
        lambda g: g.case(g.student("1"), "missed", state="resolved", next_at=None),
    ),
    (
        "cases_overdue",
        lambda g: g.case(g.student("1"), "hard", state="acknowledged", share_with="office", next_at=None),
        lambda g: g.case(g.student("1"), "hard", share_with="office", next_at=None),
    ),
    (
        "nobody_told",
        lambda g: g.case(g.student("1"), "urgent", round=1, told_at=NOW - timedelta(minutes=3), next_at=SOON),
        lambda g: alarmed(g, "waiting"),
    ),
    (
        "nobody_told",
        lambda g: alarmed(g, "failed"),
        lambda g: g.case(g.student("1"), "rollcall", round=1, told_at=NOW - timedelta(minutes=3)),
    ),
    (
        "messages_overdue",
        lambda g: g.message(g.student("1"), None, priority=0, **ago(minutes=3)),
        lambda g: g.message(g.student("1"), None, priority=0, **ago(minutes=1)),
    ),
    (
        "messages_overdue",
        lambda g: g.message(g.student("1"), None, priority=2, **ago(minutes=31)),
        lambda g: g.message(g.student("1"), None, priority=2, **ago(minutes=20)),
    ),
    (
        "messages_overdue",
        lambda g: g.message(g.student("1"), None, priority=0, **ago(minutes=-5) | {"tries": 4}),
        lambda g: g.message(g.student("1"), None, priority=2, **ago(minutes=-5) | {"tries": 4}),
    ),
    ("messages_stuck", lambda g: stuck(g, 11), lambda g: stuck(g, 5)),
    ("files_overdue", lambda g: sent_file(g, 6), lambda g: sent_file(g, 4)),
    ("inbox_overdue", lambda g: late_inbox(g, "new", 3), lambda g: late_inbox(g, "new", 1)),
    ("inbox_failed", lambda g: late_inbox(g, "failed", 30), lambda g: late_inbox(g, "failed", 25 * 60)),
]


@pytest.mark.parametrize(("code", "bad", "_good"), CASES)
def test_it_sees(ground: Ground, database: Database, code: str, bad: Callable[[Ground], object], _good: object) -> None:
    bad(ground)
    assert database.read(lambda conn: look(conn, NOW)) == [Problem(code, 1)]
    assert code in CODES


@pytest.mark.parametrize(("code", "_bad", "good"), CASES)
def test_it_does_not_cry_wolf(
    ground: Ground, database: Database, code: str, _bad: object, good: Callable[[Ground], object]
) -> None:
    good(ground)
    assert code not in [problem.code for problem in database.read(lambda conn: look(conn, NOW))]


def test_it_sees_who_has_no_next_question(ground: Ground, database: Database) -> None:
    programmes = Programmes()
    assert database.read(lambda conn: without_next(conn, programmes, NOW, 0, 10)) == (0, None)
    database.write(lambda conn: programmes_store.add(conn, default_text(), "0" * 64, NOW))
    first, second = ground.student("1"), ground.student("2")
    for person in (first, second):
        ground.trip(person)
    assert database.read(lambda conn: without_next(conn, programmes, NOW, 0, 10)) == (2, second)
    database.write(lambda conn: plan_everyone(conn, programmes, NOW))
    assert database.read(lambda conn: without_next(conn, programmes, NOW, 0, 10)) == (0, second)
    database.write(lambda conn: conn.execute(prompts.delete().where(prompts.c.person_id == second)).close())
    assert database.read(lambda conn: without_next(conn, programmes, NOW, first, 10)) == (1, second)
    assert database.read(lambda conn: without_next(conn, programmes, NOW, second, 10)) == (0, None)
