"""`yanxin api-token`: a token is shown once, listed without itself, and taken back."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.api_token import api_token
from bot.cli.context import Tool
from bot.clock import ManualClock
from tests.fakes.ground import NOW, Ground


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    return Tool(config, ManualClock(NOW))


def run(tool: Tool, *words: str) -> Result:
    return CliRunner().invoke(api_token, list(words), obj=tool)


def test_a_token_is_made_listed_and_taken_back(tool: Tool) -> None:
    with tool.database() as database:
        Ground(database).staff("O1", "office")
    made = run(tool, "make", "O1", "--may", "roster", "--may", "statistics", "--label", "registry", "--days", "30")
    assert made.exit_code == 0, made.output
    secret = made.output.strip()
    assert secret.startswith("yanxin_")
    listed = run(tool, "list").output
    assert listed == "1\tO1\troster,statistics\tregistry\t2026-12-18\tworks\n"
    assert secret not in listed
    assert run(tool, "revoke", "1").exit_code == 0
    assert run(tool, "list").output.endswith("revoked\n")
    assert run(tool, "revoke", "1").exit_code == 2


def test_it_says_who_can_have_none(tool: Tool) -> None:
    with tool.database() as database:
        Ground(database).staff("P1", "supervisor")
    for number in ("P1", "nobody"):
        refused = run(tool, "make", number, "--may", "responses", "--label", "x")
        assert refused.exit_code == 2
        assert "looks after students" in refused.output
    assert run(tool, "make", "P1", "--may", "everything", "--label", "x").exit_code == 2
