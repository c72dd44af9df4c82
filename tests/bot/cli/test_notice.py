"""`yanxin notice` and its page: words for a group, local times by city, and never who has not answered."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.context import Tool
from bot.cli.notice import notice
from bot.cli.rollcall import rollcall
from bot.clock import ManualClock
from bot.storage.database import Database
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import NAMES, settle

Run = Callable[..., Result]
AT = "2026-11-28T20:00+08:00"


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    return Tool(config, ManualClock(NOW))


@pytest.fixture
def database(tool: Tool) -> Iterator[Database]:
    with tool.database() as opened:
        settle(Ground(opened))
        yield opened


@pytest.fixture
def run(tool: Tool, database: Database) -> Run:
    assert database.is_sqlite
    return lambda *words: CliRunner().invoke(notice, list(words), obj=tool)


def test_a_meeting_in_the_local_times_of_whoever_is_in_the_group(run: Run) -> None:
    done = run("--meeting", "--at", AT, "--unit", "雁北大学")
    assert done.exit_code == 0, done.output
    chinese, _, english = done.stdout.partition("We meet online.")
    assert "· 11月28日 周六 07:00：" in chinese
    assert "纽约" in chinese
    assert "· 11月28日 周六 17:45：加德满都" in chinese
    assert "· 11月28日 周六 20:00：北京" in chinese
    assert "Sat 28 Nov, 12:00: London" in english
    assert "Sat 28 Nov, 23:00: Sydney" in english
    assert not any(name in done.stdout for name in NAMES)
    assert not any(word in done.stdout for word in ("党", "团", "支部", "branch", "Branch"))


def test_a_roll_call_that_is_on_names_nobody(run: Run, tool: Tool) -> None:
    started = ["start", "--what", "地震", "--country", "日本", "--drill", "--yes"]
    assert CliRunner().invoke(rollcall, started, obj=tool).exit_code == 0
    done = run("--rollcall", "1")
    assert done.exit_code == 0, done.output
    assert "这是一次演练。\n地震" in done.stdout
    assert "不用在群里接龙" in done.stdout
    assert not any(name in done.stdout for name in NAMES)
    assert run("--rollcall", "7").exit_code != 0


@pytest.mark.parametrize("words", [f"还没回的：{NAMES[0]}", "S01 请回复"])
def test_words_that_name_a_student_who_has_not_answered_are_refused(run: Run, words: str) -> None:
    done = run("--text", words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "the words name a student who has not answered" in done.stderr
    assert NAMES[0] not in done.stderr


def test_whoever_has_answered_may_be_named(run: Run) -> None:
    assert run("--text", f"请联系组织者{NAMES[7]}").exit_code == 0


def test_a_link_is_a_qr_code_too(run: Run, tmp_path: Path) -> None:
    done = run(
        "--text", "见面", "--link", "https://meet.example/1", "--qr", str(tmp_path / "code.png"), "--language", "zh"
    )
    assert done.exit_code == 0
    assert done.stdout == "见面\n\nhttps://meet.example/1\n"
    assert (tmp_path / "code.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "say something"),
        (["--meeting"], "when the meeting is"),
        (["--text", "x", "--at", "tomorrow"], "no instant with its zone"),
        (["--text", "x", "--qr", "x.png"], "--qr needs --link"),
        (["--text", "x", "--link", "javascript:x"], "https://"),
        (["--meeting", "--at", AT, "--unit", "nowhere"], "nowhere"),
        (["--meeting", "--at", AT], "A notice with a time needs to know whose local times"),
        (["--meeting", "--at", AT, "--city", "Nowhere"], "check the spelling, or name its country"),
    ],
)
def test_what_cannot_be_said_is_refused_with_why(run: Run, words: list[str], why: str) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert why in done.stderr
    assert "roll-call needs" not in done.stderr  # it is a notice, and has no --circle
    assert "--circle" not in done.stderr
