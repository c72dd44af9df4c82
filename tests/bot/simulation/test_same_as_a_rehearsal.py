"""What a simulation counts is what a rehearsal on a copy of the same database has sent, message by message."""

import shutil
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.settings_channels import Channels
from bot.simulation.order import Order
from bot.simulation.run import simulate
from tests.bot.simulation.conftest import BOT, NOW, settings_of
from tests.bot.simulation.test_same_as_the_service import _sent, _states
from tests.support.rehearsing import rehearsing

DAYS = 8
SPEED = 10_000


def test_a_rehearsal_sends_exactly_what_was_foretold_and_no_faster_than_asked(demo: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("yanxin.db", "keys.txt"):
        shutil.copy(tmp_path / name, copy / name)
    end = NOW + timedelta(days=DAYS)
    settings = settings_of(copy).model_copy(update={"channels": Channels()})
    with rehearsing(settings, NOW, SPEED) as on:
        channel = on.telegram(BOT)
        on.lives(until=end)
        sent, states = on.app.database.read(lambda conn: (_sent(conn, NOW), _states(conn, NOW, end)))
        assert on.clock.now() == end
        assert on.real.seconds == pytest.approx(timedelta(days=DAYS).total_seconds() / SPEED)

    outcome = simulate(Order(NOW, DAYS, answer_rate=0.0), demo)
    assert outcome.messages == len(sent)
    assert outcome.by_channel == Counter(row.channel for row in sent)
    assert outcome.by_template == Counter(row.template for row in sent)
    assert {day: n for day, n in outcome.by_day.items() if n} == Counter(row.accepted_at.date() for row in sent)
    assert {name: count for name, count in outcome.prompts.items() if count} == states
    assert {"question", "reminder", "alarm"} <= set(outcome.by_kind)
    assert channel.texts
    assert all(text.startswith(("【演练】", "[Rehearsal] ")) for text in channel.texts)
