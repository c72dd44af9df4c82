"""`yanxin duty`: who is on, when nobody is, and stand-ins, with one clear error for whatever is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection

from bot.addresses.model import AddressState
from bot.addresses.store import put
from bot.cli.context import Tool
from bot.cli.main import cli
from bot.clock import ManualClock
from bot.people.model import RoleKind
from bot.people.store import by_number
from tests.support.rotas import EUROPE, EVERYBODY, staff, student, utc

NOW = utc("2026-11-20 11:00")


class Office:
    """A command line with a small school behind it."""

    def __init__(self, folder: Path) -> None:
        config = folder / "config.toml"
        rotas = (EUROPE + EVERYBODY).replace("[[rota]]", "[[duty.rota]]")
        places = f'[database]\nurl = "sqlite:///{folder}/yanxin.db"\n[security]\nkey_file = "{folder}/keys.txt"\n'
        config.write_text(f'[service]\nlanguage = "en"\n{places}{rotas}', encoding="utf-8")
        self.tool = Tool(config, ManualClock(NOW))
        with self.tool.database() as database:
            database.write(lambda conn: [staff(conn, number) for number in ("D1", "D2")])
            database.write(lambda conn: staff(conn, "O1", RoleKind.OFFICE))
            database.write(lambda conn: student(conn, "S1", "Berlin", "DE", "Europe/Berlin"))

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, list(words), obj=self.tool)

    def json(self, *words: str) -> dict[str, Any]:
        (shown,) = json.loads(self.run("duty", "--format", "json", *words).stdout)
        found: dict[str, Any] = shown
        return found


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_it_says_who_is_on_and_next_and_when_nobody_is(office: Office) -> None:
    told = office.run("duty", "--days", "1")
    assert told.exit_code == 0, told.output
    assert told.output.splitlines() == [
        "Europe: Teacher D1 (D1) is on until Fri 20 Nov, 20:00",
        "    next: Teacher D1, from Sat 21 Nov, 08:00 (Berlin time)",
        "Everybody: nobody is on",
        "    next: Teacher O1, from Mon 23 Nov, 09:00 (Shanghai time)",
        "",
        "Nobody is on duty in the next 1 day:",
        "Fri 20 Nov, 20:00 – Sat 21 Nov, 08:00 Berlin: nobody, 1 student",
    ]


def test_it_says_so_of_another_instant_and_in_chinese(office: Office) -> None:
    told = office.run("duty", "--at", "2026-11-23T10:00+08:00", "--language", "zh")
    assert "Europe：现在无人值班" in told.output
    assert "Everybody：Teacher O1（O1）值班中，到 11月23日 周一 18:00" in told.output


@pytest.mark.parametrize("at", ["tomorrow", "2026-11-23T10:00", "2026-13-01T10:00Z"])
def test_an_instant_without_its_zone_is_none(office: Office, at: str) -> None:
    told = office.run("duty", "--at", at)
    assert (told.exit_code, "2026-11-21T02:00+01:00" in told.stderr) == (2, True)


def test_a_stand_in_is_put_there_and_taken_back(office: Office) -> None:
    put = office.run(
        "duty", "override", "Europe", "--from", "2026-11-20 20:00", "--to", "2026-11-21 08:00", "--who", "D2"
    )
    assert put.output.startswith("Override 1: D2 is on Europe from 2026-11-20 20:00 to 2026-11-21 08:00.")
    assert office.json("--days", "1")["gaps"] == []
    assert [one["who"]["number"] for one in office.json()["overrides"]] == ["D2"]
    assert "1. Europe: Teacher D2, Fri 20 Nov, 20:00 – Sat 21 Nov, 08:00" in office.run("duty").output
    assert office.run("duty", "cancel", "1", "--by", "O1").exit_code == 0
    assert len(office.json("--days", "1")["gaps"]) == 1
    again = office.run("duty", "cancel", "1")
    assert (again.exit_code, "no override 1" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("rota", "start", "end", "who", "why"),
    [
        ("Asia", "2026-11-28 09:00", "2026-11-30 09:00", "D2", 'there is no rota "Asia"; there is "Europe", "Everyb'),
        ("Europe", "soon", "2026-11-30 09:00", "D2", "'soon' is no time; write it like 2026-11-28 09:00"),
        ("Europe", "2026-11-30 09:00", "2026-11-28 09:00", "D2", "before it begins; name an end after 2026-11-30"),
        ("Europe", "2026-11-01 09:00", "2026-11-02 09:00", "D2", "it is over already"),
        ("Europe", "2026-11-28 09:00", "2026-11-30 09:00", "S1", "S1: nobody on the roster with a role of staff"),
        ("Europe", "2026-11-28 09:00", "2026-11-30 09:00", "X9", "X9: nobody on the roster with a role of staff"),
    ],
)
def test_a_wrong_stand_in_is_refused_with_what_to_do(
    office: Office, rota: str, start: str, end: str, who: str, why: str
) -> None:
    told = office.run("duty", "override", rota, "--from", start, "--to", end, "--who", who)
    assert told.exit_code != 0
    assert why in told.stderr
    assert office.json()["overrides"] == []


@pytest.mark.usefixtures("office")
def test_check_names_whoever_the_roster_does_not_know(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"D2"', '"D9"'), encoding="utf-8")
    told = CliRunner().invoke(cli, ["check", "--config", str(config)])
    assert told.exit_code == 2
    assert "duty: [duty]: rota \"Europe\": members: 'D9' is no member of staff on the roster; write" in told.stderr
    assert "policies: for urgent" in told.stdout


@pytest.mark.usefixtures("office")
def test_check_tells_every_mistake_in_a_rota(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    text = config.read_text(encoding="utf-8").replace("Europe/Berlin", "Europe/Berln").replace('["O1"]', "[]")
    config.write_text(text, encoding="utf-8")
    told = CliRunner().invoke(cli, ["check", "--config", str(config)])
    assert told.exit_code == 2
    assert "'Europe/Berln' is no time zone" in told.stderr
    assert 'rota "Everybody": members: is empty; name at least one staff number' in told.stderr


def link(office: Office, number: str, channel: str) -> None:
    def work(conn: Connection) -> None:
        person = by_number(conn, number)
        assert person is not None
        put(conn, person.id, channel, channel, number, AddressState.WORKING, NOW)

    with office.tool.database() as database:
        database.write(work)


def test_a_test_alarm_goes_everywhere(office: Office) -> None:
    link(office, "D1", "telegram")
    told = office.run("alarm-test", "D1")
    assert told.output.splitlines() == [
        "Test alarm 1 goes to D1 by chat (telegram); a press there confirms it.",
        "The service has loaded no alarm URL of this person: nothing but the chat would ring.",
    ]
    link(office, "D1", "apprise")
    told = office.run("alarm-test", "D1")
    assert told.output == "Test alarm 2 goes to D1 by chat (telegram) and alarm URLs; a press there confirms it.\n"


@pytest.mark.parametrize("number", ["X9", "S1"])
def test_a_number_of_nobody_of_the_staff_is_a_mistake(office: Office, number: str) -> None:
    told = office.run("alarm-test", number)
    assert told.exit_code == 2
    assert told.stderr == f"{number}: nobody on the roster with a role of staff has this number\n"


def test_whoever_nothing_reaches_is_told_of(office: Office) -> None:
    told = office.run("alarm-test", "D1")
    assert told.exit_code == 1
    assert "nothing reaches D1: no account is linked (`yanxin invite-link D1`)" in told.stderr
