"""`yanxin run --rehearse` and `yanxin clock`: what is refused, in one sentence and with code 2, and what time it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from bot.app import App, Running
from bot.cli.context import Tool
from bot.cli.main import cli
from bot.cli.rehearse import Rehearsal, set_up
from bot.clock import ManualClock
from bot.errors import UsageError
from bot.rehearsal.running import RehearsalRunning
from bot.rehearsal.standing import Standing, write
from bot.settings import load
from bot.storage.marks import mark_demo, take_for_real
from bot.storage.opening import open_database
from tests.fakes.ground import Ground
from tests.fakes.web import Visitor

START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
SAID = "2027-03-01T17:00+08:00"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    configured = structlog.get_config()
    yield
    structlog.configure(**configured)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/var/yanxin.db"\n[security]\nkey_file = "{tmp_path}/var/keys.txt"\n'
    )
    return path


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[App]:
    """The services that were run; each ends at once instead of serving."""
    found: list[App] = []

    async def run(self: Running, _on_ready: object) -> None:
        found.append(self._app)
        if isinstance(self, RehearsalRunning):
            await self.driver.leave()

    monkeypatch.setattr(Running, "run", run)
    return found


def run(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, [arguments[0], "--config", str(config), *arguments[1:]])


def rehearse(config: Path, *arguments: str) -> Result:
    return run(config, "run", "--rehearse", *arguments)


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--speed", "0"),
        ("--speed", "-3"),
        ("--speed", "fast"),
        ("--start-at", "2026-11-24T18:30"),
        ("--start-at", "soon"),
    ],
)
def test_bad_input_is_one_sentence(config: Path, started: list[App], arguments: tuple[str, str]) -> None:
    assert refused(rehearse(config, *arguments)).startswith(arguments[0])
    assert not started
    assert not (config.parent / "var").exists()


@pytest.mark.parametrize("arguments", [("--speed", "2"), ("--start-at", SAID), ("--copy", "x.db")])
def test_they_need_a_rehearsal(config: Path, started: list[App], arguments: tuple[str, str]) -> None:
    assert "--rehearse" in refused(run(config, "run", *arguments))
    assert not started


def test_a_channel_that_leaves_this_machine_is_refused(config: Path, started: list[App]) -> None:
    config.write_text(
        config.read_text() + '[channels.telegram]\nenabled = true\ntoken = "1:x"\nbot_username = "goose"\n'
    )
    assert "api.telegram.org" in refused(rehearse(config))
    assert not started


def test_a_rehearsal_starts_where_told_and_the_commands_go_by_its_clock(config: Path, started: list[App]) -> None:
    done = rehearse(config, "--start-at", SAID, "--speed", "5000")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "2027-03-01T09:00:00Z, up to 5000 times" in done.stdout
    assert started[0].clock.now() == START
    told = run(config, "clock").stdout.splitlines()
    assert told == [
        "time: 2027-03-01T09:00:00Z",
        "local: 3月1日 周一 17:00:00 Asia/Shanghai",
        "speed: 0 (it stands, nobody runs it)",
        "rehearsal: yes",
    ]
    assert Tool(config).clock.now() == START


def test_it_goes_on_jumps_ahead_and_never_back(config: Path, started: list[App]) -> None:
    rehearse(config, "--start-at", SAID)
    assert rehearse(config).exit_code == 0
    assert started[-1].clock.now() == START
    assert rehearse(config, "--start-at", "2027-04-01T00:00Z").exit_code == 0
    assert started[-1].clock.now() == datetime(2027, 4, 1, tzinfo=UTC)
    assert "past" in refused(rehearse(config, "--start-at", "2027-03-31T23:59Z"))


def test_a_real_database_is_refused_until_it_is_copied(config: Path, started: list[App], tmp_path: Path) -> None:
    settings = load(config)
    with_people(config)
    assert run(config, "run").exit_code == 0  # a real service has lived here
    assert "--copy FILE" in refused(rehearse(config))
    before = (tmp_path / "var" / "yanxin.db").read_bytes()
    copy = tmp_path / "elsewhere" / "copy.db"
    for start_at in (SAID, "2027-05-01T00:00Z"):  # made once, then gone on with
        done = rehearse(config, "--copy", str(copy), "--start-at", start_at)
        assert (done.exit_code, done.stderr) == (0, "")
    assert started[-1].settings.database.url == f"sqlite:///{copy}"
    assert (tmp_path / "var" / "yanxin.db").read_bytes() == before
    assert [file.name for file in copy.parent.iterdir() if file.suffix == ".part"] == []
    assert settings.database.url in config.read_text()


def test_a_copy_of_nothing_is_refused(config: Path, started: list[App], tmp_path: Path) -> None:
    assert "no database to copy" in refused(rehearse(config, "--copy", str(tmp_path / "copy.db")))
    assert not started


def test_a_running_service_keeps_its_database(config: Path, started: list[App]) -> None:
    with_people(config)
    app = App(load(config), ManualClock(START), first=take_for_real)
    try:
        refused(rehearse(config))
    finally:
        app.close()
    assert not started


def test_a_demo_that_runs_is_refused_and_the_way_out_is_told(config: Path, started: list[App]) -> None:
    with_people(config)
    settings = load(config)
    database = open_database(settings)
    database.write(mark_demo)  # it may be rehearsed on, but not by two at once
    database.close()
    app = App(settings, ManualClock(START), first=take_for_real)
    try:
        said = refused(rehearse(config, "--start-at", SAID))
    finally:
        app.close()
    assert "yanxin.db already" in said
    assert "--copy FILE" in said
    assert not started


def test_what_was_rehearsed_on_is_not_run_for_real(config: Path, started: list[App]) -> None:
    rehearse(config, "--start-at", SAID)
    assert "belongs to a rehearsal" in refused(run(config, "run"))
    assert len(started) == 1


def test_an_empty_one_can_be_filled_with_the_demo_of_that_day(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[datetime] = []
    monkeypatch.setattr("bot.cli.rehearse.build", lambda _settings, now: built.append(now))
    app, running = set_up(load(config), Rehearsal(START, 10.0, None), demo=True)
    app.close()
    assert built == [START]
    assert isinstance(running, RehearsalRunning)


def test_clock_of_a_real_service_is_the_machine_s(config: Path) -> None:
    config.write_text(config.read_text() + '[service]\nlanguage = "en"\n')
    lines = run(config, "clock").stdout.splitlines()
    assert lines[2:] == ["speed: 1", "rehearsal: no"]
    told = datetime.fromisoformat(lines[0].removeprefix("time: "))
    assert abs(told - Tool(config).clock.now()) < timedelta(minutes=5)
    assert not (config.parent / "var").exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [("sqlite:///{}/text.db", 1), ("postgresql://nobody@127.0.0.1:1/x", 1), ("mysql://a@127.0.0.1/b", 2)],
)
def test_clock_says_nothing_of_a_database_that_it_cannot_read(tmp_path: Path, url: str, code: int) -> None:
    (tmp_path / "text.db").write_text("This is no database at all, but a text of more than a few words.")
    config = tmp_path / "other.toml"
    config.write_text(f'[database]\nurl = "{url.format(tmp_path)}"\n')
    told = run(config, "clock")
    assert (told.exit_code, told.stdout) == (code, "")
    assert told.stderr.startswith("[database] url")
    assert told.stderr.count("\n") == 1


def test_clock_says_when_a_platform_slows_it_down(config: Path) -> None:
    database = open_database(load(config))
    real = Tool(config).clock.real()
    database.write(lambda conn: write(conn, Standing(START, START + timedelta(days=9), real, 5000.0, 1.0)))
    database.close()
    lines = run(config, "clock").stdout.splitlines()
    assert lines[0].startswith("time: 2027-03-01T09:0")
    assert lines[2:] == ["speed: 5000", "rehearsal: yes, at real pace while a message waits to be tried again"]


def test_pages_are_marked_and_hold_the_clock(config: Path) -> None:
    app, running = set_up(load(config), Rehearsal(START, 10.0, None), demo=False)
    held: list[int] = []
    inner = app.web

    async def web(scope: object, receive: object, send: object) -> None:
        held.append(running.driver._holds)
        await inner(scope, receive, send)  # type: ignore[arg-type]

    app.web = web
    try:
        shown = Visitor(running.web).get("/console/").words
    finally:
        app.close()
    assert held == [1]
    assert running.driver._holds == 0
    assert "演练" in shown
    assert "3月1日 周一 17:00" in shown


def with_people(config: Path) -> None:
    database = open_database(load(config))
    Ground(database).student("S1")
    database.close()


def test_two_at_once_are_refused(config: Path) -> None:
    app, _ = set_up(load(config), Rehearsal(START, 10.0, None), demo=False)
    try:
        with pytest.raises(Exception, match="Another Yanxin runs"):
            set_up(load(config), Rehearsal(START, 10.0, None), demo=False)
    finally:
        app.close()


@pytest.mark.postgres
def test_a_server_s_database_is_copied_into_a_file(fresh_pg_url: str, tmp_path: Path) -> None:
    config = tmp_path / "pg.toml"
    config.write_text(f'[database]\nurl = "{fresh_pg_url}"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n')
    settings = load(config)
    database = open_database(settings, migrating=True)
    Ground(database).student("S1")
    database.write(take_for_real)
    database.close()
    with pytest.raises(UsageError, match="--copy FILE"):
        set_up(settings, Rehearsal(START, 10.0, None), demo=False)
    app, _ = set_up(settings, Rehearsal(START, 10.0, tmp_path / "copy.db"), demo=False)
    numbers = app.database.read(_numbers)
    app.close()
    assert numbers == ["S1"]


def _numbers(conn: Connection) -> list[str]:
    return [row[0] for row in conn.exec_driver_sql("SELECT number FROM people")]
