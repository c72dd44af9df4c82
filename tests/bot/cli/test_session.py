"""`yanxin session create|move|cancel` and `yanxin sessions`: what they print, and what they refuse."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, select

from bot.branches.store import branch_members, branches
from bot.cli.context import Tool
from bot.cli.session import session, sessions
from bot.clock import ManualClock
from bot.people.store import people, roles
from bot.sessions.store import session_invitations
from bot.storage.database import Database

NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)
GIVEN = {
    "--branch": "B1",
    "--title": "学习",
    "--starts-at": "2026-10-25 12:00",
    "--zone": "Europe/Berlin",
    "--minutes": "60",
    "--link": "https://meet.example.edu/a",
}


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    made = Tool(config, ManualClock(NOW))
    with made.database(seeding=True) as database:
        database.write(_add)
    return made


@pytest.fixture
def database(tool: Tool) -> Iterator[Database]:
    with tool.database() as opened:
        yield opened


def _add(conn: Connection) -> None:
    branch = conn.execute(branches.insert().values(key="B1", kind="league").returning(branches.c.id)).scalar_one()
    for number in ("S1", "S2"):
        values = {"number": number, "name": "N", "language": "zh", "zone": "Asia/Shanghai", "created_at": NOW}
        person = conn.execute(people.insert().values(values).returning(people.c.id)).scalar_one()
        conn.execute(roles.insert().values(person_id=person, kind="student"))
        conn.execute(branch_members.insert().values(branch_id=branch, person_id=person))


def run(tool: Tool, *arguments: str, command: Any = session) -> Result:
    return CliRunner().invoke(command, list(arguments), obj=tool)


def create(tool: Tool, **changes: str | None) -> Result:
    given = GIVEN | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return run(tool, "create", *(part for name, value in given.items() if value is not None for part in (name, value)))


def test_create_move_cancel_and_list(tool: Tool) -> None:
    made = create(tool)
    assert made.exit_code == 0, made.output
    assert "2026-10-25 12:00 Europe/Berlin, 60 minutes  B1: 学习" in made.output
    assert "2 have not replied" in made.output
    (listed,) = json.loads(run(tool, "--format", "json", command=sessions).stdout)
    assert listed["starts_at"] == "2026-10-25T11:00:00+00:00"
    assert listed["starts_at_local"] == "2026-10-25T12:00:00+01:00"
    assert listed["replies"] == {"yes": 0, "no": 0, "maybe": 0, "none": 2}
    moved = run(tool, "move", "1", "--starts-at", "2026-10-24 12:00", "--format", "json")
    (found,) = json.loads(moved.stdout)
    assert (found["starts_at"], found["sequence"], found["zone"]) == ("2026-10-24T10:00:00+00:00", 1, "Europe/Berlin")
    (found,) = json.loads(run(tool, "move", "1", "--ends-at", "2026-10-24 14:00", "--format", "json").stdout)
    assert (found["minutes"], found["sequence"]) == (120, 2)
    (found,) = json.loads(run(tool, "cancel", "1", "--format", "json").stdout)
    assert (found["state"], found["sequence"]) == ("cancelled", 3)
    assert run(tool, command=sessions).output == "There is no session under way or ahead.\n"
    assert len(json.loads(run(tool, "--all", "--format", "json", command=sessions).stdout)) == 1


def test_a_session_is_listed_until_it_is_over(tool: Tool) -> None:
    create(tool)
    clock = tool.clock
    assert isinstance(clock, ManualClock)
    clock.set(datetime(2026, 10, 25, 11, 59, tzinfo=UTC))
    (running,) = json.loads(run(tool, "--format", "json", command=sessions).stdout)
    assert running["starts_at"] == "2026-10-25T11:00:00+00:00"
    clock.set(datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert json.loads(run(tool, "--format", "json", command=sessions).stdout) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"branch": "B9"}, "There is no branch 'B9'"),
        ({"starts_at": "2026-10-19 12:00"}, "is in the past"),
        ({"starts_at": "tomorrow"}, "'tomorrow' is no date and time"),
        ({"starts_at": "2026-10-25"}, "needs a time of day too"),
        ({"zone": "Berlin"}, "There is no time zone 'Berlin'"),
        ({"minutes": "0"}, "lasts from 5 minutes"),
        ({"minutes": None, "ends_at": "2026-10-25 11:00"}, "is not after the start"),
        ({"minutes": None}, "--minutes or --ends-at"),
        ({"ends_at": "2026-10-25 13:00"}, "not both"),
        ({"link": "ftp://meet.example.edu"}, "is no link"),
        ({"title": " "}, "A session has a title"),
        ({"rsvp_by": "2026-10-26 12:00"}, "not after the start"),
        ({"branch": None}, "Give --branch or --open-to"),
        ({"open_to": "all"}, "Give --branch or --open-to, one of them"),
        ({"branch": None, "open_to": "country:Atlantis"}, "There is no audience 'country:Atlantis'"),
        ({"every": "week"}, "from 1 to 52 sessions"),
        ({"every": "week", "times": "0"}, "from 1 to 52 sessions, not '0'"),
        ({"every": "month", "times": "500"}, "from 1 to 52 sessions, not '500'"),
        ({"every": "day", "times": "3"}, "every week or every month, not 'day'"),
        ({"every": "month", "times": "2", "starts_at": "2026-10-31 12:00"}, "There is no 2026-11-31"),
    ],
)
def test_bad_input_is_said_and_nothing_is_made(
    tool: Tool, database: Database, changes: dict[str, str | None], said: str
) -> None:
    done = create(tool, **changes)
    assert done.exit_code == 2
    assert said in done.output
    assert database.read(lambda conn: conn.execute(select(session_invitations)).all()) == []


def test_a_session_outside_any_branch(tool: Tool) -> None:
    made = create(tool, branch=None, open_to="all", format="json")
    (found,) = json.loads(made.stdout)
    assert (found["branch"], found["audience"], found["replies"]["none"]) == (None, "all", 2)
    assert "open:all: 学习" in run(tool, command=sessions).output
    assert (found["leaders"], found["round"]) == ([], False)
    for given, said in (({"open_to": "all"}, "No member of staff has the number S1"), ({}, "led by its secretary")):
        refused = create(tool, **{"branch": None} if given else {}, **given, leader="S1")
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output


def test_a_series_is_made_moved_from_one_on_and_called_off(tool: Tool) -> None:
    made = create(tool, every="week", times="3", starts_at="2026-10-22 12:00", format="json")
    assert made.exit_code == 0, made.output
    found = json.loads(made.stdout)
    assert [one["starts_at"][:16] for one in found] == ["2026-10-22T10:00", "2026-10-29T11:00", "2026-11-05T11:00"]
    assert [(one["place"], one["every"]) for one in found] == [(1, "week"), (2, "week"), (3, "week")]
    moved = run(tool, "move", "2", "--starts-at", "2026-10-30 13:00", "--following", "--format", "json")
    local = [one["starts_at_local"][:16] for one in json.loads(moved.stdout)]
    assert local == ["2026-10-30T13:00", "2026-11-06T13:00"]
    gone = json.loads(run(tool, "cancel", "3", "--following", "--format", "json").stdout)
    assert [(one["session"], one["state"]) for one in gone] == [(3, "cancelled")]
    create(tool)
    assert "Session 4 is no part of a series" in run(tool, "cancel", "4", "--following").output


@pytest.mark.parametrize("command", ["move", "cancel"])
def test_an_unknown_session_is_said(tool: Tool, command: str) -> None:
    done = run(tool, command, "7")
    assert done.exit_code == 2
    assert "There is no session 7" in done.output
