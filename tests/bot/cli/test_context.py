"""The frame of every command: options before and after the name, exit codes, messages without a traceback."""

import errno
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli.context import Command, Group, Tool, pass_tool
from bot.errors import UsageError, YanxinError


@click.group(cls=Group)
def cli() -> None:
    """Stand in for the real group."""


@cli.command()
@pass_tool
def port(tool: Tool) -> None:
    click.echo(tool.settings.service.port)


@cli.command()
@click.argument("kind")
def fail(kind: str) -> None:
    errors = {
        "work": YanxinError("the work failed"),
        "use": UsageError("wrong use"),
        "pipe": BrokenPipeError(errno.EPIPE, "Broken pipe"),
    }
    raise errors.get(kind, RuntimeError("a bug"))


@cli.group()
def below() -> None:
    """Have a command of its own."""


@below.command(cls=click.Command)
@pass_tool
def deep(tool: Tool) -> None:
    click.echo(tool.settings.service.port)


cli.add_command(below)


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "my.toml"
    path.write_text("[service]\nport = 9123\n")
    return str(path)


def test_config_may_stand_before_or_after_the_name(config: str) -> None:
    for arguments in (
        ["--config", config, "port"],
        ["port", "--config", config],
        ["below", "--config", config, "deep"],
        ["below", "deep", "--config", config],
    ):
        run = CliRunner().invoke(cli, arguments)
        assert (run.exit_code, run.output) == (0, "9123\n"), arguments


def test_without_config_toml_the_defaults_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, ["port"]).output == "8080\n"
    (tmp_path / "config.toml").write_text("[service]\nport = 9001\n")
    assert CliRunner().invoke(cli, ["port"]).output == "9001\n"


def test_a_named_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["port", "--config", str(tmp_path / "no.toml")])
    assert run.exit_code == 2
    assert "no.toml" in run.stderr


@pytest.mark.parametrize(("kind", "code", "word"), [("work", 1, "failed"), ("use", 2, "wrong"), ("bug", 1, "a bug")])
def test_an_error_is_one_line_and_an_exit_code(kind: str, code: int, word: str) -> None:
    run = CliRunner().invoke(cli, ["fail", kind])
    assert run.exit_code == code
    assert word in run.stderr
    assert run.stderr.count("\n") == 1
    assert run.stdout == ""


def test_whoever_stops_reading_what_is_printed_hears_of_no_error() -> None:
    run = CliRunner().invoke(cli, ["fail", "pipe"])
    assert (run.exit_code, run.stdout, run.stderr) == (1, "", "")


def test_debug_shows_the_traceback() -> None:
    run = CliRunner().invoke(cli, ["fail", "bug", "--debug"])
    assert run.exit_code == 1
    assert "Traceback" in run.stderr


def test_every_mistake_of_the_settings_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('[service]\nport = "x"\nprot = 1\n[nothing]\n')
    run = CliRunner().invoke(cli, ["port", "--config", str(path)])
    assert run.exit_code == 2
    assert run.stderr.count("\n") == 3
    assert "Traceback" not in run.stderr


def test_help_needs_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("nonsense")
    run = CliRunner().invoke(cli, ["--config", str(path), "port", "--help"])
    assert run.exit_code == 0
    assert "--config" in run.output


def test_a_command_alone_is_guarded_too() -> None:
    @click.command(cls=Command)
    def alone() -> None:
        raise UsageError("wrong")

    assert CliRunner().invoke(alone, []).exit_code == 2
