"""The rounds of a service: what the watchdog finds is told everywhere, and goes when it is mended."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.app import App
from bot.clock import ManualClock
from bot.engine.programme_replan import go_on
from bot.programmes.versions import default_text
from bot.prompts.store import notes, prompts
from bot.settings import Settings
from handlers.programme_loaded import start_load
from scheduler import heartbeat, plan_check
from scheduler.watchdog import Problem
from tests.fakes.ground import NOW, Ground


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    settings = Settings.model_validate(
        {"database": {"url": f"sqlite:///{tmp_path}/y.db"}, "security": {"key_file": f"{tmp_path}/k.txt"}}
    )
    made = App(settings, ManualClock(NOW), paced=False)
    yield made
    made.close()


def gauge(app: App, code: str) -> float | None:
    return app.metrics.registry.get_sample_value("yanxin_problems", {"code": code})


def test_what_is_overdue_is_logged_counted_and_makes_the_service_not_ready(app: App) -> None:
    ground = Ground(app.database)
    prompt = ground.prompt(ground.student("1"), "open", next_at=NOW - timedelta(minutes=10))
    app.is_planned = True
    with capture_logs() as lines:
        assert asyncio.run(app.rounds.watch()) == [Problem("prompts_overdue", 1)]
    assert [(line["event"], line["code"]) for line in lines] == [("watchdog.problem", "prompts_overdue")]
    assert gauge(app, "prompts_overdue") == 1
    assert asyncio.run(app.problems()) == ["prompts_overdue: 1"]
    app.database.write(lambda conn: conn.execute(prompts.delete().where(prompts.c.id == prompt)).close())
    assert asyncio.run(app.rounds.watch()) == []
    assert gauge(app, "prompts_overdue") == 0
    assert asyncio.run(app.problems()) == []


def test_who_has_no_next_question_is_found_piece_by_piece(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_check, "AT_ONCE", 2)
    ground = Ground(app.database)
    for number in range(5):
        ground.trip(ground.student(str(number)))
    asyncio.run(app.rounds.plan())
    for _ in range(8):
        assert asyncio.run(app.rounds.watch()) == []
    app.database.write(lambda conn: conn.execute(prompts.delete().where(prompts.c.person_id == 4)).close())
    with capture_logs():
        found = [asyncio.run(app.rounds.watch()) for _ in range(8)]
    assert [Problem("without_next", 1)] in found
    asyncio.run(app.rounds.plan())
    with capture_logs():
        assert [asyncio.run(app.rounds.watch()) for _ in range(8)][-1] == []


def test_the_heartbeat_is_withheld_while_something_is_wrong(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[Problem]] = []

    async def beat(_url: str, problems: list[Problem]) -> bool:
        told.append(list(problems))
        return not problems

    monkeypatch.setattr(heartbeat, "beat", beat)
    assert asyncio.run(app.rounds.beat())
    app.rounds.problems = [Problem("inbox_overdue", 2)]
    assert not asyncio.run(app.rounds.beat())
    assert told == [[], [Problem("inbox_overdue", 2)]]
    assert app.metrics.registry.get_sample_value("yanxin_heartbeats_total") == 1


def test_everything_that_may_not_be_kept_goes_in_one_round(app: App) -> None:
    ground = Ground(app.database)
    person = ground.student("1")
    for _ in range(450):
        ground.put(notes, person_id=person, kind="position", body={}, at=NOW - timedelta(days=4))
    assert asyncio.run(app.rounds.purge()) == 450


def test_planning_goes_through_everybody(app: App) -> None:
    ground = Ground(app.database)
    people = [ground.student(str(number)) for number in range(3)]
    for person in people:
        ground.trip(person)
    assert asyncio.run(app.rounds.plan()) == 1
    planned = app.database.read(lambda conn: {row.person_id for row in conn.execute(prompts.select())})
    assert planned == set(people)


def test_the_bell_finishes_a_programme_whose_loader_was_killed(app: App) -> None:
    ground = Ground(app.database)
    for number in range(5):
        ground.trip(ground.student(str(number)))
    asyncio.run(app.rounds.plan())
    text = default_text().replace('at = "18:30"', 'at = "19:00"')
    app.database.write(lambda conn: start_load(conn, text, NOW, app.programmes))
    app.database.write(lambda conn: go_on(conn, app.programmes, 2))
    versions = select(prompts.c.version_id).distinct()
    with app.database.engine.connect() as conn:
        assert len(conn.execute(versions).all()) == 2
    assert [problem.code for problem in asyncio.run(app.rounds.watch())] == []
    assert asyncio.run(app.rounds.programme()) > 0
    assert asyncio.run(app.rounds.programme()) == 0
    with app.database.engine.connect() as conn:
        assert conn.execute(versions).scalars().all() == [2]
