"""A simulation in which nobody answers counts exactly what the service itself would send to platforms that accept."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from bot.app import App
from bot.clock import ManualClock
from bot.local_time import to_wall
from bot.outbox.store import attempts, outbox
from bot.people.store import people
from bot.prompts.store import prompts
from bot.settings import Settings
from bot.settings_channels import Channels
from bot.simulation.order import Order
from bot.simulation.run import simulate
from tests.bot.simulation.conftest import BOT, NOW
from tests.fakes.channel import ScriptedChannel
from tests.support.rehearsing import leave_what_is_off

DAYS = 14


def test_nobody_answers(demo: Settings, tmp_path: Path) -> None:
    before = (tmp_path / "yanxin.db").read_bytes()
    outcome = simulate(Order(NOW, DAYS, answer_rate=0.0), demo)
    assert (tmp_path / "yanxin.db").read_bytes() == before

    sent, states = live(demo, NOW, NOW + timedelta(days=DAYS))
    assert outcome.messages == len(sent)
    assert outcome.by_channel == Counter(row.channel for row in sent)
    assert outcome.by_kind == Counter(row.kind for row in sent)
    assert outcome.by_template == Counter(row.template for row in sent)
    assert {day: n for day, n in outcome.by_day.items() if n} == Counter(row.accepted_at.date() for row in sent)
    staff = Counter(to_wall(row.accepted_at, row.zone).hour for row in sent if row.kind == "alarm")
    assert all(outcome.by_local_hour[hour] >= count for hour, count in staff.items())
    assert {name: count for name, count in outcome.prompts.items() if count} == states
    assert set(outcome.by_channel) == {"telegram", "web"}
    assert {"question", "reminder", "alarm"} <= set(outcome.by_kind)
    for name, pressure in outcome.pressure.items():
        seconds = Counter(row.accepted_at for row in sent if row.channel == name)
        assert pressure.second.messages == max(seconds.values())


def live(settings: Settings, start: datetime, end: datetime) -> tuple[list[Any], dict[str, int]]:
    """Let the service itself live; return the messages that it sent and the states of the prompts that opened."""
    clock = ManualClock(start)
    app = App(settings.model_copy(update={"channels": Channels()}), clock, paced=False)
    app.add_channel(ScriptedChannel("telegram", BOT))
    leave_what_is_off(app)
    try:
        asyncio.run(_days(app, clock, end))
        return app.database.read(lambda conn: (_sent(conn, start), _states(conn, start, end)))
    finally:
        app.close()


async def _days(app: App, clock: ManualClock, end: datetime) -> None:
    plan_at = clock.now()
    while clock.now() < end:
        if clock.now() >= plan_at:
            await app.rounds.plan()
            plan_at += timedelta(days=1)
        await app.step()
        clock.set(min(at for at in (app.next_due(), plan_at, end) if at is not None))


def _sent(conn: Connection, start: datetime) -> list[Any]:
    query = (
        select(outbox.c.channel, outbox.c.kind, outbox.c.template, outbox.c.accepted_at, people.c.zone)
        .join(people, people.c.id == outbox.c.person_id)
        .join(attempts, attempts.c.outbox_id == outbox.c.id)
        .where(attempts.c.result == "accepted", attempts.c.finished_at >= start)
    )
    return list(conn.execute(query))


def _states(conn: Connection, start: datetime, end: datetime) -> dict[str, int]:
    query = (
        select(prompts.c.state, func.count())
        .where(prompts.c.opens_at >= start, prompts.c.opens_at < end, prompts.c.state != "scheduled")
        .group_by(prompts.c.state)
    )
    found: Counter[str] = Counter()
    for state, count in conn.execute(query):
        found["open" if state in {"open", "late"} else state] += count
    return dict(found)
