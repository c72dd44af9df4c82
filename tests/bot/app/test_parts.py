"""The parts of one service: made once per file, at rest when nothing is due, given back whole."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.app import App, Running
from bot.clock import ManualClock
from bot.errors import YanxinError
from bot.outbox.model import Rendered
from bot.places.zone_finder import ZoneFinder
from bot.programmes import store as programmes_store
from bot.settings import Settings
from bot.storage.marks import take_for_real
from bot.storage.opening import open_database
from handlers.services import StrangerReply
from tests.fakes.channel import ScriptedChannel
from tests.fakes.ground import NOW
from tests.support.at_once import Other


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database": {"url": f"sqlite:///{tmp_path}/yanxin.db"},
            "security": {"key_file": f"{tmp_path}/keys.txt"},
        }
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    made = App(settings, ManualClock(NOW), paced=False)
    yield made
    made.close()


def test_a_second_service_on_one_file_is_refused_and_the_file_is_named(app: App, settings: Settings) -> None:
    with pytest.raises(YanxinError, match=r"Another Yanxin runs on .*yanxin\.db already"):
        App(settings, ManualClock(NOW))
    assert app.channels


def test_after_its_end_the_file_is_free_again(settings: Settings) -> None:
    for _ in range(2):
        App(settings, ManualClock(NOW)).close()


def test_a_service_that_could_not_be_made_leaves_the_file_free(settings: Settings, tmp_path: Path) -> None:
    broken = settings.model_copy(
        update={"programme": settings.programme.model_copy(update={"file": str(tmp_path / "no.toml")})}
    )
    with pytest.raises(YanxinError, match=r"no\.toml"):
        App(broken, ManualClock(NOW))
    App(settings, ManualClock(NOW)).close()


def test_an_empty_database_gets_its_programme_once(app: App) -> None:
    assert app.database.read(programmes_store.latest_id) == 1


def test_an_empty_service_is_at_rest(app: App) -> None:
    assert asyncio.run(app.step()) == 0
    assert app.next_due() is None
    app.nudge()  # the loop is gone: nothing happens


@pytest.mark.parametrize("cry", [False, True])
def test_whoever_reads_is_woken_at_once_by_its_own_loop_and_from_any_thread(app: App, *, cry: bool) -> None:
    async def story() -> None:
        app.bind()
        app.came_in(cry=cry)
        assert (app.came.is_set(), app.cried.is_set()) == (True, cry)
        app.came.clear()
        await asyncio.to_thread(app.nudge, cry=cry)
        await asyncio.wait_for(app.came.wait(), 10)
        assert app.cried.is_set() is cry

    asyncio.run(story())


def test_it_is_not_ready_before_it_has_planned(app: App) -> None:
    assert asyncio.run(app.problems()) == ["starting"]


def test_the_map_for_positions_is_opened_once_everybody_is_planned(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bool] = []
    monkeypatch.setattr(ZoneFinder, "open", lambda _self: opened.append(app.is_planned))
    asyncio.run(Running(app)._plan())
    assert opened == [True]


def test_a_stranger_gets_an_answer_though_no_row_can_carry_it(app: App) -> None:
    channel = ScriptedChannel(account="9")
    app.add_channel(channel)

    async def work() -> None:
        app.bind()
        await asyncio.to_thread(
            app.services.answer_stranger, StrangerReply("telegram", "9", "42", Rendered("who are you?"), "k")
        )
        await asyncio.sleep(0)
        await app.finish_errands()

    asyncio.run(work())
    assert channel.to(["42"]) == ["who are you?"]


def test_the_web_page_waits_until_its_messages_lie_there(app: App) -> None:
    async def work() -> None:
        app.bind()
        await app._settle()

    asyncio.run(work())


def test_leases_of_a_dead_process_on_the_same_file_end_at_once(settings: Settings) -> None:
    clock = ManualClock(NOW)
    first = App(settings, clock)
    sender = first.senders["web"]
    asyncio.run(sender.work_off())
    assert sender._claims.epoch == 1
    first.close()  # without `stop`: as if it had died
    clock.advance(timedelta(seconds=1))
    second = App(settings, clock)
    asyncio.run(second.senders["web"].work_off())
    assert second.senders["web"]._claims.epoch == 2
    second.close()


@pytest.mark.postgres
def test_two_services_that_start_at_the_same_moment_on_a_new_database(settings: Settings, fresh_pg_url: str) -> None:
    on_postgresql = settings.model_copy(update={"database": settings.database.model_copy(update={"url": fresh_pg_url})})
    open_database(on_postgresql, migrating=True).close()
    others: list[Other] = []

    def start() -> None:
        App(on_postgresql, ManualClock(NOW), first=take_for_real).close()

    def start_while_another_does(conn: Connection) -> None:
        take_for_real(conn)
        others.append(Other(start))
        others[0].waits()

    App(on_postgresql, ManualClock(NOW), first=start_while_another_does).close()
    others[0].ends()
    with closing(open_database(on_postgresql)) as database:
        assert database.read(programmes_store.latest_id) == 1
