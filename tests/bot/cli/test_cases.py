"""`yanxin cases` and `yanxin policies`: what they print, and what they never do."""

import csv
import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli.cases import COLUMNS, cases
from bot.cli.context import Tool
from bot.cli.policies import policies
from bot.clock import ManualClock
from bot.documents import store as documents
from bot.policies.parse import parse, shipped, to_json
from bot.policies.text import to_toml
from bot.storage.database import Database
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import settle

Run = Callable[..., Result]


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

    def invoke(command: click.Command, *words: str) -> Result:
        return CliRunner().invoke(command, list(words), obj=tool)

    return invoke


def test_cases_are_listed_open_ones_first(run: Run) -> None:
    told = run(cases, "--format", "json")
    assert told.exit_code == 0
    rows = json.loads(told.stdout)
    assert [(row["reason"], row["state"], row["taken_by"]) for row in rows] == [
        ("urgent", "open", ""),
        ("missed", "acknowledged", "李静老师"),
    ]
    assert rows[0]["local_time"] == "2026-11-18T07:00-05:00"
    assert list(rows[0]) == list(COLUMNS)


def test_they_are_narrowed_and_are_csv_for_spreadsheets(run: Run) -> None:
    rows = list(csv.DictReader(StringIO(run(cases, "--state", "open").stdout)))
    assert [row["reason"] for row in rows] == ["urgent"]
    assert run(cases, "--reason", "rollcall", "--format", "json").stdout == "[]\n"
    assert run(cases, "--state", "lost").exit_code == 2


def test_a_hard_week_is_there_only_where_the_office_may_know(run: Run, database: Database) -> None:
    assert json.loads(run(cases, "--reason", "hard", "--format", "json").stdout) == []
    ground = Ground(database)
    ground.case(ground.student("S90"), "hard", share_with="office")
    ground.case(ground.student("S91"), "hard", share_with="office", state="resolved", outcome="taken_back")
    rows = json.loads(run(cases, "--reason", "hard", "--format", "json").stdout)
    assert [row["number"] for row in rows] == ["S90"]


def test_the_next_step_says_whom(run: Run, database: Database) -> None:
    ground = Ground(database)
    ground.case(ground.student("S90"), "missed", step=1, next_at=NOW + timedelta(hours=2))
    (row,) = (row for row in json.loads(run(cases, "--format", "json").stdout) if row["number"] == "S90")
    assert (row["next"], row["next_at"], row["next_whom"]) == ("tells", "2026-11-18T14:00:00+00:00", "counsellor")


def test_the_shipped_policies_are_printed_with_their_explanations(run: Run) -> None:
    told = run(policies)
    assert told.exit_code == 0
    assert "whom:" in told.stdout
    assert parse(tomllib.loads(told.stdout), "printed") == shipped()


def test_the_policies_in_force_can_be_loaded_again(run: Run, database: Database) -> None:
    assert "those that are shipped" in run(policies, "--now").stdout
    mine = parse({"missed": {"repeat": "PT6H"}}, "mine")
    database.write(lambda conn: documents.put(conn, "policies", to_json(mine), NOW))
    told = run(policies, "--now")
    assert 'repeat = "PT6H"' in told.stdout
    assert parse(tomllib.loads(told.stdout), "printed") == mine
    assert parse(tomllib.loads(to_toml(shipped())), "printed") == shipped()
