"""`yanxin regroup` proposes branches as JSON, shows what is open, and makes those of a proposal once."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.branches.store import party_statuses
from bot.cli.context import Tool
from bot.cli.regroup import regroup
from bot.clock import ManualClock
from tests.fakes.ground import NOW, Ground


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n',
        encoding="utf-8",
    )
    tool = Tool(config, ManualClock(NOW))
    with tool.database() as database:
        ground = Ground(database)
        for number in range(3):
            person = ground.student(f"S{number}")
            ground.trip(person, key=f"T{number}", departs=date(2026, 12, 5))
            ground.put(party_statuses, person_id=person, status="probationary")
    return tool


def test_it_proposes_shows_and_makes_them_once(tool: Tool) -> None:
    def asked(*words: str) -> Any:
        done = CliRunner().invoke(regroup, list(words), obj=tool)
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    assert asked("--show") == {"proposal": None}
    assert asked("--days", "3") == {"proposal": None}
    made = asked()
    assert made == {
        "proposal": 1,
        "groups": [
            {"branch": "北美洲临时党支部2026-12", "kind": "party", "region": "NA", "members": ["S0", "S1", "S2"]},
        ],
    }
    assert asked("--show") == made
    assert asked("--accept", "1") == {"branches": {"北美洲临时党支部2026-12": 3}}
    again = CliRunner().invoke(regroup, ["--accept", "1"], obj=tool)
    assert again.exit_code != 0
    assert "proposal 1 is not open" in again.output
