"""What a simulation says of the weeks to come, and what it leaves alone."""

import socket
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.errors import UsageError, YanxinError
from bot.journal.store import journal
from bot.outbox.store import outbox
from bot.people.store import people
from bot.programmes.versions import default_text
from bot.schema import metadata
from bot.settings import Settings
from bot.settings_channels import Channels
from bot.simulation.copying import NO_ROSTER
from bot.simulation.lines import lines
from bot.simulation.order import Order
from bot.simulation.run import simulate
from bot.storage.opening import open_database
from tests.bot.simulation.conftest import NOW, settings_of
from tests.support.shipped import without

START = datetime(2026, 11, 20, tzinfo=UTC)
WEEK = Order(START, days=8, students=40)


@pytest.fixture(autouse=True)
def _no_sockets(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") is None:
        monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a simulation reached for the network"))


@pytest.fixture
def nothing(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "none", telegram=False)


def test_the_same_seed_gives_the_same_figures(nothing: Settings) -> None:
    once, again, other = (simulate(order, nothing).to_json() for order in (WEEK, WEEK, replace(WEEK, seed=2)))
    assert once == again
    assert once["messages"] != other["messages"]


def test_an_invented_roster_needs_no_database_and_leaves_nothing(
    nothing: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    assert simulate(WEEK, nothing).messages > 40
    assert list(tmp_path.iterdir()) == [scratch]
    assert not list(scratch.iterdir())


def test_the_figures_fit_together(nothing: Settings) -> None:
    found = simulate(WEEK, nothing)
    sums = (found.by_channel, found.by_kind, found.by_template, found.by_local_hour, found.by_day)
    assert {sum(figures.values()) for figures in sums} == {found.messages}
    assert found.by_kind["reply"] == found.prompts["answered"]
    assert found.prompts["answered"] > found.prompts["missed"] > 0
    assert len(found.by_day) == 8
    assert found.alarms.total == found.by_kind["alarm"]
    assert found.alarms.most_per_day >= found.alarms.most_per_counsellor_and_day > 0
    assert found.pressure["telegram"].limit_per_second == nothing.limits.telegram_messages_per_second
    assert found.pressure["web"].drain_seconds is None


def test_everybody_who_can_be_reached_answers(nothing: Settings) -> None:
    asked = (without("checklist", "flight"), "mine.toml")  # whose ends no answer brings about
    found = simulate(replace(WEEK, answer_rate=1.0, programme=asked), nothing)
    unproven = found.by_template["staff/channels_unproven"]  # nobody links a second app in it
    ends = [found.prompts[state] for state in ("missed", "unreached", "excused")]  # excused: she has left meanwhile
    assert sum(ends) == unproven > 0
    assert found.prompts["answered"] > 20
    assert "staff/case_missed" not in found.by_template


def test_nobody_answers(nothing: Settings) -> None:
    found = simulate(replace(WEEK, answer_rate=0.0), nothing)
    assert found.prompts["answered"] == 0
    assert not {"reply", "edit", "clear"} & found.by_kind.keys()
    assert found.prompts["missed"] > 10
    assert found.prompts["unreached"] > 2  # who never looks at her page was never asked


def test_another_programme_is_tried(nothing: Settings) -> None:
    text = default_text().replace('after = { days = 1, at = "12:30" }', 'after = "PT5H"', 1)
    text = text.replace('at = "18:30"', 'at = "19:00"')
    usual, tried = (simulate(replace(WEEK, programme=one), nothing) for one in (None, (text, "mine.toml")))
    assert usual.rungs_moved == 0
    assert tried.rungs_moved > 0
    assert 0 < tried.moved_share <= 1
    assert tried.by_local_hour[18] < usual.by_local_hour[18]


def test_answers_go_where_the_question_went(demo: Settings) -> None:
    found = simulate(Order(NOW, 8, answer_rate=1.0), demo)
    assert found.prompts["missed"] == found.prompts["not_asked"] == 0
    assert found.by_kind["reply"] >= found.prompts["answered"] > 10
    assert found.by_channel.keys() == {"telegram", "web"}


@pytest.mark.usefixtures("demo")
def test_a_channel_that_is_not_enabled_sends_nothing(tmp_path: Path) -> None:
    found = simulate(Order(NOW, 8), settings_of(tmp_path, telegram=False))
    assert found.by_channel.keys() == {"web"}
    assert found.not_sent["waiting"] > 0


def test_the_past_of_a_database_cannot_be_simulated(demo: Settings) -> None:
    with pytest.raises(UsageError, match=r"past: it has lived until 2026-11-\d\dT[\d:]+Z; "):
        simulate(Order(NOW - timedelta(days=1), 7), demo)


def test_without_a_roster_there_is_nothing_to_simulate(nothing: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no roster"):
        simulate(Order(START), nothing)
    open_database(settings_of(tmp_path, telegram=False)).close()
    (tmp_path / "keys.txt").unlink()
    with pytest.raises(UsageError) as caught:
        simulate(Order(START), settings_of(tmp_path, telegram=False))
    assert str(caught.value) == NO_ROSTER
    assert not (tmp_path / "keys.txt").exists()  # a key made here would look like the right one later


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "yanxin.db").write_text("no database" * 1000)
    with pytest.raises(YanxinError, match="cannot be read"):
        simulate(Order(START), settings_of(tmp_path))


@pytest.mark.postgres
def test_a_server_is_copied_with_everything_that_counts(demo: Settings, fresh_pg_url: str) -> None:
    server = demo.model_copy(update={"database": demo.database.model_copy(update={"url": fresh_pg_url})})
    with pytest.raises(YanxinError, match="yanxin migrate"):
        simulate(Order(NOW), server)
    original, target = open_database(demo), open_database(server, migrating=True)
    try:
        original.read(lambda source: target.write(lambda conn: _copy(source, conn)))
        order = Order(NOW, days=10, answer_rate=0.7)
        assert simulate(order, server) == simulate(order, demo)
        assert target.read(_size) == original.read(_size)
    finally:
        original.close()
        target.close()


def _copy(source: Connection, conn: Connection) -> None:
    conn.exec_driver_sql("SET session_replication_role = replica")  # in any order, whoever refers to whom
    for table in metadata.sorted_tables:
        rows: list[dict[str, Any]] = [dict(row) for row in source.execute(select(table)).mappings()]
        if rows:
            conn.execute(table.insert(), rows)


def _size(conn: Connection) -> tuple[int, ...]:
    return tuple(
        conn.execute(select(func.count()).select_from(table)).scalar_one() for table in (people, outbox, journal)
    )


def test_every_platform_is_held_against_its_own_limits(nothing: Settings) -> None:
    form = {"id": "template-1", "kinds": ["question"], "fields": {"thing1": "{text}"}}
    on = nothing.model_dump()["channels"]
    on["wechat"] |= {"templates": [form]}
    found = simulate(WEEK, Settings.model_validate(nothing.model_dump() | {"channels": on}))
    assert found.by_channel.keys() >= set(Channels.model_fields) - {"mail"}  # few have nothing but mail
    limits = nothing.limits
    rates = {name: one.limit_per_second for name, one in found.pressure.items()}
    assert rates["wechat"] == limits.wechat_messages_per_second
    quotas = {(name, used.quota): used for name, one in found.pressure.items() for used in one.quotas}
    assert quotas["wecom", "per_day"].most == limits.wecom_accounts * limits.wecom_messages_per_account_per_day
    assert 0 < quotas["wecom", "per_day"].used <= found.by_channel["wecom"]
    assert 0 < quotas["dingtalk", "calls_per_month"].used <= found.by_channel["dingtalk"]
    assert ("wechat", "per_window") not in quotas  # answers were thanked for, inside WeChat's own call, and that is all
    text = "\n".join(lines(found))
    assert "messages in a day of Beijing" in text
    assert "calls in a month of Beijing" in text
    assert "20 calls/s" in text


def test_an_account_of_wechat_without_forms_asks_nobody_who_has_not_written(nothing: Settings) -> None:
    assert "wechat" not in simulate(WEEK, nothing).by_channel
