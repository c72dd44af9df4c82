"""`yanxin responses`, `outbox`, `login-link`, `invite-link`, `answer-link`: what they print and how they end."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from bot.cli.context import Tool
from bot.cli.links import answer_link, invite_link, login_link
from bot.cli.outbox import outbox
from bot.cli.reach import reach
from bot.cli.responses import responses
from bot.clock import ManualClock
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.storage import state
from bot.storage.database import Database
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import settle

Run = Callable[..., Result]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
        '[service]\nbase_url = "https://care.example"\n'
        '[channels.telegram]\nenabled = true\ntoken = "1:x"\nbot_username = "yanxin_bot"\n'
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


def made(database: Database) -> int:
    query = select(func.count()).select_from(links.links)
    return int(database.read(lambda conn: conn.execute(query).scalar_one()))


def test_responses_are_csv_or_json(run: Run) -> None:
    done = run(responses)
    assert done.exit_code == 0
    rows = list(csv.DictReader(StringIO(done.stdout)))
    assert len(rows) == 24
    assert {row["answer"] for row in rows} == {"", "fine", "answered", "urgent"}
    assert json.loads(run(responses, "--format", "json").stdout) == rows
    assert len(list(csv.DictReader(StringIO(run(responses, "--since", "2026-11-17").stdout)))) == 12


def test_an_odd_date_is_wrong_use(run: Run) -> None:
    done = run(responses, "--since", "yesterday")
    assert done.exit_code == 2
    assert "yesterday" in done.stderr


def test_the_outbox_by_state(run: Run) -> None:
    every = list(csv.DictReader(StringIO(run(outbox).stdout)))
    failed = json.loads(run(outbox, "--state", "failed", "--format", "json").stdout)
    assert [(row["number"], row["reason"]) for row in failed] == [("S03", "person_gone")]
    assert len(every) > len(failed)
    assert run(outbox, "--state", "lost").exit_code == 2


def test_whom_nothing_reaches_and_everybody(run: Run) -> None:
    done = run(reach)
    assert done.exit_code == 0
    assert [(row["number"], row["reachable"], row["why"]) for row in csv.DictReader(StringIO(done.stdout))] == [
        ("S13", "none", "")
    ]
    every = json.loads(run(reach, "--all", "--format", "json").stdout)
    assert len(every) == 14
    assert {row["can"] for row in every} == {"looks", ""}


def test_a_login_link_is_for_staff(run: Run, database: Database) -> None:
    done = run(login_link, "C1")
    assert done.exit_code == 0
    assert done.stdout.startswith("https://care.example/console/login/")
    token = done.stdout.strip().rpartition("/")[2]
    link = database.read(lambda conn: links.find(conn, token, LinkPurpose.LOGIN))
    assert link is not None
    assert link.expires_at == NOW + timedelta(minutes=15)
    for number in ("S00", "nobody"):
        refused = run(login_link, number)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert number in refused.stderr
    assert made(database) == 1


def test_invitations_are_one_line_per_person_and_channel(run: Run, database: Database) -> None:
    done = run(invite_link, "S00", "C1", "S00")
    assert done.exit_code == 0
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:2] for row in rows] == [["S00", "web"], ["S00", "telegram"], ["C1", "web"], ["C1", "telegram"]]
    assert rows[0][2].startswith("https://care.example/chat/")
    assert rows[1][2].startswith("https://t.me/yanxin_bot?start=")
    assert len(rows[1][2].partition("start=")[2]) <= 64
    assert made(database) == 4


def test_one_unknown_number_and_no_invitation_is_made(run: Run, database: Database) -> None:
    done = run(invite_link, "S00", "nobody", "noone")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "nobody" in done.stderr
    assert "noone" in done.stderr
    assert made(database) == 0


def test_an_answer_link_or_a_clear_sentence(run: Run, database: Database) -> None:
    done = run(answer_link, "S00")
    assert done.exit_code == 0
    assert done.stdout.startswith("https://care.example/a/")
    refused = run(answer_link, "S12")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "nothing is open for S12" in refused.stderr
    assert run(answer_link, "nobody").exit_code == 1
    assert made(database) == 1


def test_links_lead_to_the_port_on_which_the_service_listens(tool: Tool, database: Database) -> None:
    assert tool.config is not None
    plain = tool.config.read_text().replace('[service]\nbase_url = "https://care.example"\n', "")
    tool.config.write_text(plain)
    again = Tool(tool.config, tool.clock)

    def link() -> str:
        return CliRunner().invoke(login_link, ["C1"], obj=again).stdout

    assert link().startswith("http://127.0.0.1:8080/console/login/")
    database.write(lambda conn: state.write(conn, state.PORT, "9000"))  # as `run --port 9000` does
    assert link().startswith("http://127.0.0.1:9000/console/login/")
