"""The demo: 24 students in 12 zones and four weeks of life, made by the real parts, with something on every page."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner
from sqlalchemy import Connection, func, select, true
from structlog.testing import capture_logs

from bot.addresses.store import addresses
from bot.app import App
from bot.cases.store import cases
from bot.cli.main import cli
from bot.clock import ManualClock
from bot.demo.build import build, is_empty
from bot.demo.links import lines
from bot.engine.departing import departing
from bot.people.model import RoleKind
from bot.people.store import ids_with_role
from bot.programmes.versions import Programmes
from bot.prompts.store import notes, prompts
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.opening import open_database
from bot.trips.store import trips
from scheduler.watchdog import look

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def settings_in(folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "database": {"url": f"sqlite:///{folder}/demo.db"},
            "security": {"key_file": f"{folder}/keys.txt"},
            "reports": {"folder": f"{folder}/files"},
            "channels": {"telegram": {"enabled": True, "token": "1:t", "bot_username": "bot"}},
        }
    )


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = settings_in(tmp_path_factory.mktemp("demo"))
    with capture_logs() as logged:
        build(made, NOW)
    assert not [line for line in logged if line["log_level"] == "error"]
    return made


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings)
    yield opened
    opened.close()


def test_it_has_the_people_that_it_promises(database: Database) -> None:
    counts = {
        kind: len(database.read(lambda conn, kind=kind: ids_with_role(conn, kind)))  # type: ignore[misc]
        for kind in RoleKind
    }
    assert counts == {
        RoleKind.STUDENT: 24,
        RoleKind.COUNSELLOR: 3,
        RoleKind.SUPERVISOR: 1,
        RoleKind.SECRETARY: 1,
        RoleKind.COORDINATOR: 1,
        RoleKind.READER: 0,
        RoleKind.OFFICE: 1,
    }
    zones = database.read(lambda conn: conn.execute(select(func.count(trips.c.zone.distinct()))).scalar_one())
    assert zones == 12


def test_no_page_of_the_board_is_empty(database: Database) -> None:
    states = Counter(database.read(lambda conn: list(conn.execute(select(prompts.c.state)).scalars())))
    assert {"answered", "alive", "missed", "unreached", "scheduled"} <= set(states)
    choices = set(database.read(lambda conn: list(conn.execute(select(prompts.c.choice)).scalars())))
    assert choices == {None, "fine", "hard", "urgent"}
    found = database.read(
        lambda conn: [(row.reason, row.state) for row in conn.execute(select(cases.c.reason, cases.c.state))]
    )
    assert ("urgent", "resolved") in found
    assert {reason for reason, state in found if state != "resolved"} == {"missed", "hard", "unreached"}
    assert {state for _, state in found} == {"open", "acknowledged", "snoozed", "resolved"}
    gone = select(func.count()).select_from(addresses).where(addresses.c.state == "gone")
    assert database.read(lambda conn: conn.execute(gone).scalar_one()) == 1
    assert database.read(lambda conn: conn.execute(select(func.count()).select_from(notes)).scalar_one()) >= 2


def test_of_those_who_leave_soon_one_is_ready_one_under_way_and_one_has_not_begun(database: Database) -> None:
    def look(conn: Connection) -> dict[str, tuple[int, int, int]]:
        found = departing(conn, true(), Programmes().current(conn), NOW.date())
        return {one.number: (one.checklist.done, len(one.checklist.lines), one.waits) for one in found}

    # The number of the approval and the contact stand on the roster.
    assert database.read(look) == {"2023021": (12, 12, 0), "2023023": (6, 13, 1), "2023024": (2, 11, 0)}


def test_nothing_of_it_lies_in_the_future_or_is_overdue(database: Database) -> None:
    answered = database.read(lambda conn: conn.execute(select(func.max(prompts.c.answered_at))).scalar_one())
    assert NOW - timedelta(days=14) < answered <= NOW
    assert database.read(lambda conn: look(conn, NOW)) == []


def test_its_links_lead_to_the_console_and_to_a_page(database: Database, settings: Settings) -> None:
    console, chat, todo = database.write(lambda conn: lines(conn, settings, NOW))
    assert "http://127.0.0.1:8080/console/login/" in console
    assert "http://127.0.0.1:8080/chat/" in chat
    assert "http://127.0.0.1:8080/todo/" in todo


def test_the_service_goes_on_where_it_ends(settings: Settings) -> None:
    plain = settings.model_copy(update={"channels": Settings().channels})
    app = App(plain, ManualClock(NOW + timedelta(days=1)), paced=False)
    assert app.next_due() is not None
    app.close()


def test_it_goes_into_an_empty_database_only(settings: Settings, tmp_path: Path) -> None:
    configured = structlog.get_config()
    path = tmp_path / "config.toml"
    path.write_text(
        f'[database]\nurl = "{settings.database.url}"\n[security]\nkey_file = "{settings.security.key_file}"\n'
    )
    done = CliRunner().invoke(cli, ["demo", "--config", str(path)])
    structlog.configure(**configured)
    assert done.exit_code == 1
    assert "empty database only" in done.stderr


def test_an_empty_database_is_empty(tmp_path: Path) -> None:
    opened = open_database(settings_in(tmp_path))
    assert opened.read(is_empty)
    assert lines_of(opened, settings_in(tmp_path)) == 1
    opened.close()


def lines_of(database: Database, settings: Settings) -> int:
    return len(database.write(lambda conn: lines(conn, settings, NOW)))


@pytest.mark.parametrize("now", [datetime(2027, 3, 29, 1, 0, tzinfo=UTC), datetime(2028, 2, 29, 22, 0, tzinfo=UTC)])
def test_it_can_be_built_on_any_day(tmp_path: Path, now: datetime) -> None:
    with capture_logs() as logged:
        build(settings_in(tmp_path), now)
    assert not [line for line in logged if line["log_level"] == "error"]
