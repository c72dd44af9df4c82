"""`yanxin simulate`: what it prints and writes, and with which code it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli.context import Tool
from bot.cli.main import cli
from bot.cli.simulate import simulate_command
from bot.clock import ManualClock
from bot.programmes.versions import default_text
from tests.bot.simulation.conftest import NOW

SMALL = ("--students", "30", "--days", "7", "--start", "2026-11-23")


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    return Tool(config, ManualClock(NOW))


def run(tool: Tool, *arguments: str | Path) -> Result:
    return CliRunner().invoke(simulate_command, [str(argument) for argument in arguments], obj=tool)


def test_it_is_one_of_the_commands() -> None:
    result = CliRunner().invoke(cli, ["simulate", "--help"])
    assert result.exit_code == 0
    for option in ("--students", "--days", "--start", "--seed", "--programme", "--answer-rate", "--json", "--plot"):
        assert option in result.output


def test_the_report_says_what_would_happen(tool: Tool, tmp_path: Path) -> None:
    result = run(tool, *SMALL)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "30 students, invented (seed 1), 7 days from 2026-11-23 00:00 UTC; 90% of the questions are answered"
    )
    assert "UTC" in lines[1]  # also for the seconds and days below, which name no zone
    for word in ("telegram", "web", "question", "reply", "answered", "local hour  00  01", "rungs that came up: "):
        assert any(line.startswith(word) for line in lines), word
    assert any("30/s" in line for line in lines)
    assert all(line == line.rstrip() for line in lines)
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]  # nothing is made on the way


def test_json_is_the_same_on_the_screen_and_in_a_file(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    shown = run(tool, *SMALL, "--format", "json", "--json", file)
    assert shown.exit_code == 0
    assert shown.stdout == file.read_text()
    figures: dict[str, Any] = json.loads(shown.stdout)
    assert (figures["roster"], figures["students"], figures["start"]) == ("invented", 30, "2026-11-23T00:00:00Z")
    assert sum(figures["messages"]["by_local_hour"].values()) == figures["messages"]["total"] > 0
    assert list(figures["messages"]["by_local_hour"]) == [f"{hour:02}" for hour in range(24)]
    assert set(figures["channels"]["telegram"]) >= {"peak_second", "peak_minute", "limit_per_second", "drain_seconds"}
    assert set(figures["prompts"]) >= {"answered", "missed", "unreached", "not_asked", "open"}
    assert figures["alarms"]["total"] == figures["messages"]["by_kind"].get("alarm", 0)


@pytest.mark.parametrize(("name", "begins"), [("p.png", b"\x89PNG"), ("p.svg", b"<?xml"), ("P.PNG", b"\x89PNG")])
def test_a_picture_is_drawn(tool: Tool, tmp_path: Path, name: str, begins: bytes) -> None:
    first = tmp_path / name
    assert run(tool, *SMALL, "--plot", first).exit_code == 0
    assert first.read_bytes().startswith(begins)
    again = tmp_path / f"again-{name}"
    run(tool, *SMALL, "--plot", again)
    assert again.read_bytes() == first.read_bytes()


def test_without_a_start_invented_students_begin_today(tool: Tool) -> None:
    figures = json.loads(run(tool, "--students", "1", "--days", "1", "--format", "json").stdout)
    assert figures["start"] == "2026-11-20T00:00:00Z"


def test_a_start_may_be_an_instant_of_any_zone(tool: Tool) -> None:
    given = ("--students", "1", "--days", "1", "--format", "json", "--start", "2026-11-24T18:30+08:00")
    assert json.loads(run(tool, *given).stdout)["start"] == "2026-11-24T10:30:00Z"


def test_another_programme_is_tried(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(default_text().replace('at = "18:30"', 'at = "20:00"'), encoding="utf-8-sig")
    usual, tried = (
        json.loads(run(tool, *SMALL, "--format", "json", *more).stdout) for more in ((), ("--programme", file))
    )
    hours = [figures["messages"]["by_local_hour"] for figures in (usual, tried)]
    assert hours[0]["18"] > hours[1]["18"]
    assert hours[0]["20"] < hours[1]["20"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--students", "0"], "--students 0"),
        (["--students", "-5"], "--students -5"),
        (["--students", "many"], "--students"),
        (["--students", "3", "--days", "0"], "--days 0"),
        (["--students", "3", "--days", "-1"], "--days -1"),
        (["--students", "3", "--days", "401"], "--days 401"),
        (["--students", "3", "--start", "tomorrow"], "--start 'tomorrow'"),
        (["--students", "3", "--start", "2026-11-31"], "--start '2026-11-31'"),
        (["--students", "3", "--start", "2026-11-24T10:00"], "--start needs a time zone"),
        (["--students", "3", "--start", "9999-12-30"], "--start"),
        (["--students", "3", "--answer-rate", "1.1"], "--answer-rate 1.1"),
        (["--students", "3", "--answer-rate", "-0.1"], "--answer-rate -0.1"),
        (["--students", "3", "--answer-rate", "nan"], "--answer-rate nan"),
        (["--students", "3", "--programme", "none.toml"], "--programme none.toml cannot be read"),
        (["--students", "3", "--plot", "picture.pdf"], "--plot picture.pdf"),
        (["--students", "3", "--plot", "picture"], "--plot picture"),
        ([], "no roster"),
    ],
)
def test_wrong_use_is_one_sentence(tool: Tool, tmp_path: Path, arguments: list[str], says: str) -> None:
    result = run(tool, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "yanxin.db").exists()


def test_a_programme_with_mistakes_names_them_all(tool: Tool, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(default_text().replace('"18:30"', '"6pm"', 1).replace('anchor = "return"', 'anchor = "home"', 1))
    result = run(tool, *SMALL, "--programme", file)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 2)


@pytest.mark.parametrize(("option", "name"), [("--json", "none/figures.json"), ("--plot", "none/picture.svg")])
def test_a_file_that_cannot_be_written_is_named_before_the_work(
    tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, name: str
) -> None:
    monkeypatch.setattr("bot.cli.simulate.simulate", pytest.fail)
    result = run(tool, "--students", "1", "--days", "1", option, tmp_path / name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{option} {tmp_path / name} cannot be written (")


def test_a_file_that_is_there_stays_when_the_work_fails(tool: Tool, tmp_path: Path) -> None:
    kept, new = tmp_path / "kept.json", tmp_path / "new.svg"
    kept.write_text("as it was")
    assert run(tool, "--json", kept, "--plot", new).exit_code == 2  # there is no roster
    assert kept.read_text() == "as it was"
    assert not new.exists()


@pytest.mark.parametrize("date", ["20261124", "2026-W48-2"])
def test_a_date_may_be_written_in_any_form_of_iso_8601(tool: Tool, date: str) -> None:
    figures = json.loads(run(tool, "--students", "1", "--days", "1", "--format", "json", "--start", date).stdout)
    assert figures["start"] == "2026-11-24T00:00:00Z"


def test_one_is_counted_as_one(tool: Tool) -> None:
    said = run(tool, "--students", "1", "--days", "1").stdout
    assert said.startswith("1 student, invented (seed 1), 1 day from 2026-11-20 00:00 UTC; ")
