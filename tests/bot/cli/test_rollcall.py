"""`yanxin rollcall`: counts, asks only with --yes, prints how it stands, and closes."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, func, select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.cli.context import Tool
from bot.cli.rollcall import rollcall
from bot.clock import ManualClock
from bot.people.store import people, roles
from bot.rollcalls.store import rollcalls
from bot.storage.database import Database
from bot.trips.store import trips
from scheduler import rollcalls_due

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
        '[channels.telegram]\nenabled = true\ntoken = "1:x"\nbot_username = "bot"\n'
    )
    made = Tool(config, ManualClock(NOW))
    with made.database(seeding=True) as database:
        for number, channel in (("S1", "telegram"), ("S2", "web"), ("S3", "")):
            database.write(partial(_add, number=number, channel=channel))
    return made


@pytest.fixture
def database(tool: Tool) -> Iterator[Database]:
    with tool.database() as opened:
        yield opened


def _add(conn: Connection, number: str, channel: str) -> None:
    values = {"number": number, "name": "N", "language": "zh", "zone": "Asia/Shanghai", "created_at": NOW}
    person = conn.execute(people.insert().values(values).returning(people.c.id)).scalar_one()
    conn.execute(roles.insert().values(person_id=person, kind="student"))
    trip = {"host": "H", "city": "Tokyo", "country": "JP", "zone": "Asia/Tokyo", "type": "exchange"}
    dates = {"departs": date(2026, 9, 1), "returns": date(2027, 6, 30)}
    conn.execute(trips.insert().values(key=f"T{number}", person_id=person, **trip, **dates))
    if channel:
        addresses_store.put(conn, person, channel, "bot", number, AddressState.WORKING, NOW)


def run(tool: Tool, *arguments: str) -> Result:
    return CliRunner().invoke(rollcall, list(arguments), obj=tool)


def started(database: Database) -> list[str]:
    return database.read(lambda conn: list(conn.execute(select(rollcalls.c.state)).scalars()))


def test_without_yes_it_only_counts(tool: Tool, database: Database) -> None:
    done = run(tool, "start", "--what", "quake", "--country", "日本")
    assert done.exit_code == 0, done.stderr
    assert done.stdout == (
        "Incident: quake\n"
        "3 people: 1 reachable now, 0 by mail only, 1 only when they look at their page, 1 not at all.\n"
        "Nothing was sent. Add --yes to ask them.\n"
    )
    drill = run(tool, "start", "--what", "quake", "--country", "日本", "--drill")
    assert drill.stdout.startswith("Drill: quake\n3 people: ")
    assert started(database) == []


def test_it_starts_shows_and_closes(tool: Tool, database: Database) -> None:
    done = run(tool, "start", "--what", "quake", "--city", "东京", "--drill", "--yes", "--format", "json")
    found = json.loads(done.stdout)
    assert found["people"] == 3
    assert found["drill"]
    assert found["started"]
    while database.write(lambda conn: rollcalls_due.work_off(conn, NOW, "http://yanxin.test")):
        pass
    done = run(tool, "status", str(found["rollcall"]), "--format", "json")
    (shown,) = json.loads(done.stdout)
    assert shown["counts"] | {"not_asked": 2, "unreached": 1} == shown["counts"]
    assert shown["total"] == sum(shown["counts"].values()) == 3
    assert shown["cities"][0]["city"] == "Tokyo"
    assert "drill, open: quake" in run(tool, "status").stdout
    assert "drill, closed: quake" in run(tool, "close", str(found["rollcall"])).stdout
    assert started(database) == ["closed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("start", "--what", "quake"), "A roll-call needs an area"),
        (("start", "--what", " ", "--country", "JP"), "says what has happened"),
        (("start", "--what", "quake", "--country", "Oz"), "There is no country 'Oz'"),
        (("start", "--what", "quake", "--country", "FR"), "Nobody of yours is in this area"),
        (("start", "--what", "quake", "--circle", "91,0,5"), "'91,0,5' is no circle"),
        (("start", "--what", "quake", "--circle", "nan,0,5"), "is no circle"),
        (("start", "--what", "quake", "--unit", "Mars"), "There is no unit 'Mars'"),
        (("start", "--what", "quake", "--numbers", "/no/such/file"), "cannot be read"),
        (("status", "7"), "There is no roll-call 7"),
        (("close", "7"), "There is no roll-call 7"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_two(tool: Tool, arguments: Any, words: str) -> None:
    done = run(tool, *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_list_is_read_from_a_file_and_foreign_numbers_are_named(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "numbers.txt"
    file.write_text("S1\nS9\n", encoding="utf-8")
    done = run(tool, "start", "--what", "quake", "--numbers", str(file))
    assert done.exit_code == 2
    assert "No student of yours has the number S9" in done.stderr
    file.write_text("S1\nS2\n", encoding="utf-8")
    assert run(tool, "start", "--what", "quake", "--numbers", str(file)).stdout.startswith("Incident: quake\n2 people")


def test_a_closed_one_is_not_closed_again(tool: Tool, database: Database) -> None:
    run(tool, "start", "--what", "quake", "--country", "JP", "--yes")
    assert run(tool, "close", "1").exit_code == 0
    done = run(tool, "close", "1")
    assert done.exit_code == 2
    assert "Roll-call 1 is not open" in done.stderr
    count = select(func.count()).select_from(rollcalls)
    assert database.read(lambda conn: conn.execute(count).scalar()) == 1
