"""`yanxin programme`: what it prints, what it changes, and with which code it ends."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from bot.cli.context import Tool
from bot.cli.programme import programme
from bot.clock import ManualClock
from bot.people.store import people, roles
from bot.programmes import store
from bot.programmes.versions import default_text
from bot.trips.store import trips

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
STUDENTS = {"2026001": "America/New_York", "2026002": "Asia/Kathmandu"}


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    return Tool(config, ManualClock(NOW))


@pytest.fixture
def roster(tool: Tool) -> None:
    with tool.database() as database:
        for number, zone in STUDENTS.items():
            database.write(partial(_add, number=number, zone=zone))


def _add(conn: Connection, number: str, zone: str) -> None:
    values = {"number": number, "name": "N", "language": "zh", "zone": "Asia/Shanghai", "created_at": NOW}
    person_id = conn.execute(people.insert().values(**values).returning(people.c.id)).scalar_one()
    conn.execute(roles.insert().values(person_id=person_id, kind="student"))
    trip = {"key": f"T{number}", "host": "H", "city": "C", "country": "US", "zone": zone, "type": "exchange"}
    dates = {"departs": date(2026, 11, 22), "returns": date(2027, 6, 1)}
    conn.execute(trips.insert().values(person_id=person_id, **trip, **dates))


def run(tool: Tool, *arguments: str | Path) -> Result:
    return CliRunner().invoke(programme, [str(argument) for argument in arguments], obj=tool)


def write(tmp_path: Path, text: str, name: str = "mine.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def default(tmp_path: Path) -> Path:
    return write(tmp_path, default_text(), "default.toml")


@pytest.fixture
def later(tmp_path: Path) -> Path:
    return write(tmp_path, default_text().replace('at = "18:30"', 'at = "19:00"'))


def test_check_says_that_a_file_is_sound(tool: Tool, default: Path) -> None:
    result = run(tool, "check", default)
    assert (result.exit_code, result.stderr) == (0, "")
    keys = "landing, checkin, return, return_report, channels, checklist, flight"
    assert result.stdout == f"{default} is sound; it asks: {keys}.\n"


def test_check_without_a_file_checks_what_would_seed_the_database(tool: Tool) -> None:
    assert run(tool, "check").stdout.startswith("the shipped programme is sound")


def test_check_names_every_mistake_and_ends_with_one(tool: Tool, tmp_path: Path) -> None:
    text = default_text().replace('"18:30"', '"6pm"', 1).replace('anchor = "return"', 'anchor = "home"', 1)
    path = write(tmp_path, text)
    result = run(tool, "check", path)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines[0].startswith(f'{path}: item "checkin" when.at: ')
    assert lines[1].startswith(f'{path}: item "return" when.anchor: ')
    assert len(lines) == 2


@pytest.mark.parametrize("command", ["check", "load", "preview"])
def test_a_file_that_cannot_be_read_is_wrong_use(tool: Tool, tmp_path: Path, command: str) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        result = run(tool, command, path)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "cannot be read" in result.stderr
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# \xe9")
    result = run(tool, command, latin)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "not UTF-8" in result.stderr


def test_a_mark_in_front_of_the_file_does_no_harm(tool: Tool, tmp_path: Path) -> None:
    path = tmp_path / "notepad.toml"
    path.write_bytes(b"\xef\xbb\xbf" + default_text().replace("\n", "\r\n").encode())
    assert run(tool, "check", path).exit_code == 0


@pytest.mark.usefixtures("roster")
def test_load_makes_a_version_and_says_what_it_did(tool: Tool, default: Path, later: Path) -> None:
    first = run(tool, "load", default)
    assert first.stdout == "Version 1 runs now. Questions ahead: 10 added, 0 withdrawn, 0 carried over.\n"
    again = run(tool, "load", default)
    assert (again.exit_code, again.stdout) == (0, f"{default} is what runs already, as version 1; nothing changed.\n")
    second = run(tool, "load", later)  # two are due this moment: they are asked first
    assert second.stdout == "Version 2 runs now. Questions ahead: 0 added, 0 withdrawn, 8 carried over.\n"
    assert run(tool, "show").stdout == later.read_text(encoding="utf-8")


def test_load_refuses_a_wrong_file_before_it_opens_anything(tool: Tool, tmp_path: Path) -> None:
    result = run(tool, "load", write(tmp_path, "item = 3"))
    assert result.exit_code == 1
    assert not (tmp_path / "yanxin.db").exists()


def test_show_prints_the_shipped_programme_without_a_database(tool: Tool, tmp_path: Path) -> None:
    assert run(tool, "show", "--default").stdout == default_text()
    assert not (tmp_path / "yanxin.db").exists()


@pytest.mark.usefixtures("roster")
def test_an_empty_database_is_seeded_by_whatever_needs_a_programme(tool: Tool) -> None:
    assert run(tool, "preview", "--days", "7").exit_code == 0
    assert run(tool, "show").stdout.rstrip() == default_text().rstrip()


@pytest.mark.usefixtures("roster")
def test_preview_lists_her_time_and_beijing_time_with_the_ladder(tool: Tool, default: Path) -> None:
    run(tool, "load", default)
    result = run(tool, "preview", "--days", "7", "--person", "2026001")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2026001  Fri 20 Nov 2026 16:00  Shanghai  Beijing Fri 20 Nov 2026 16:00  flight",
        "         Sun 22 Nov 2026 12:30  Shanghai  Beijing Sun 22 Nov 2026 12:30    missed",
        "2026001  Mon 23 Nov 2026 10:00  New York  Beijing Mon 23 Nov 2026 23:00  landing",
        "         Tue 24 Nov 2026 10:00  New York  Beijing Tue 24 Nov 2026 23:00    second_channel",
        "         Tue 24 Nov 2026 22:00  New York  Beijing Wed 25 Nov 2026 11:00    missed",
        "2026001  Tue 24 Nov 2026 18:30  New York  Beijing Wed 25 Nov 2026 07:30  checkin",
        "         Wed 25 Nov 2026 12:30  New York  Beijing Thu 26 Nov 2026 01:30    remind",
        "         Thu 26 Nov 2026 12:30  New York  Beijing Fri 27 Nov 2026 01:30    second_channel",
        "         Thu 26 Nov 2026 18:00  New York  Beijing Fri 27 Nov 2026 07:00    missed",
        "3 questions to 1 person in the next 7 days.",
    ]


@pytest.mark.usefixtures("roster")
def test_preview_of_everybody_is_in_order_and_in_columns(tool: Tool, default: Path) -> None:
    run(tool, "load", default)
    lines = run(tool, "preview").stdout.splitlines()
    asked = [line for line in lines[:-1] if not line.startswith(" ")]
    landed = [line.split()[0] for line in asked if line.endswith("landing")]
    assert landed == ["2026002", "2026001"]  # Kathmandu's morning comes first
    assert len({line.index("Beijing") for line in lines[:-1]}) == 1
    assert lines[-1] == f"{len(asked)} questions to 2 people in the next 14 days."


@pytest.mark.usefixtures("roster")
def test_preview_of_a_file_says_what_would_change_and_changes_nothing(tool: Tool, default: Path, later: Path) -> None:
    run(tool, "load", default)
    result = run(tool, "preview", later, "--days", "7")
    lines = result.stdout.splitlines()
    at = lines.index("Against the running version 1: 0 added, 0 gone, 2 moved.")
    assert lines[at + 1 :] == [
        "~ 2026002  Tue 24 Nov 2026 19:00  Kathmandu  Beijing Tue 24 Nov 2026 21:15  checkin",
        "    was Tue 24 Nov 2026 18:30  Kathmandu  Beijing Tue 24 Nov 2026 20:45",
        "~ 2026001  Tue 24 Nov 2026 19:00  New York   Beijing Wed 25 Nov 2026 08:00  checkin",
        "    was Tue 24 Nov 2026 18:30  New York  Beijing Wed 25 Nov 2026 07:30",
    ]
    assert run(tool, "show").stdout == default_text()


@pytest.mark.usefixtures("roster")
def test_preview_names_what_is_added_gone_or_told_later(tool: Tool, tmp_path: Path, default: Path) -> None:
    run(tool, "load", default)
    person = ("--person", "2026001", "--days", "7")
    sunday = write(tmp_path, default_text().replace("BYDAY=TU", "BYDAY=SU"))
    changed = run(tool, "preview", sunday, *person).stdout
    assert "Against the running version 1: 1 added, 1 gone, 0 moved." in changed
    assert "+ 2026001  Sun 22 Nov 2026 18:30" in changed
    assert "- 2026001  Tue 24 Nov 2026 18:30" in changed
    patient = write(tmp_path, default_text().replace('days = 2, at = "18:00"', 'days = 3, at = "18:00"'))
    changed = run(tool, "preview", patient, *person).stdout
    assert "same time, other ladder: " in changed
    assert "missed Fri 27 Nov 2026 18:00; was: " in changed


@pytest.mark.usefixtures("roster")
def test_preview_of_the_running_file_says_that_nothing_differs(tool: Tool, default: Path) -> None:
    run(tool, "load", default)
    last = run(tool, "preview", default).stdout.splitlines()[-1]
    assert last == "Nothing of this differs from the running version 1."


@pytest.mark.usefixtures("roster")
def test_preview_of_a_file_works_before_any_programme_runs(tool: Tool, default: Path) -> None:
    result = run(tool, "preview", default)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "No programme runs yet: all of it would be new."
    with tool.database() as database:
        assert database.read(store.latest_id) is None


def test_preview_of_nobody_says_so(tool: Tool, default: Path) -> None:
    run(tool, "load", default)
    assert run(tool, "preview", "--days", "1").stdout == "Nothing would be asked in the next day.\n"


@pytest.mark.usefixtures("roster")
def test_preview_of_an_unknown_person_fails_clearly(tool: Tool, default: Path) -> None:
    result = run(tool, "preview", default, "--person", "999")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "There is nobody with the number '999'.\n"


@pytest.mark.parametrize("days", ["0", "401", "-1", "many"])
def test_a_span_that_is_none_is_wrong_use(tool: Tool, default: Path, days: str) -> None:
    result = run(tool, "preview", default, "--days", days)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--days" in result.stderr
