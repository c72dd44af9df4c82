"""The command `import` as an office uses it: what it prints, where, and how it ends."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from bot.cli.context import Group
from bot.cli.import_roster import import_command

PEOPLE = [
    ["学号", "姓名", "角色", "政治面貌", "辅导员"],
    ["C1", "林知远", "辅导员", None, None],
    [20230001.0, "张三", None, "共青团员", "C1"],
]
TRIPS = [
    ["trip", "number", "host", "city", "country", "departs", "returns", "type"],
    ["T17", "20230001", "TU Berlin", "柏林", "德国", "2026-09-01", "2027-01-31", "joint_training"],
]
ADDED = """\
  people: 2 added
  trips: 1 added
+ people C1 林知远
+ people 20230001 张三
+ trips T17 TU Berlin, 柏林 (Europe/Berlin)
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command with a database of its own."""
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/y.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
        '[service]\nlanguage = "en"\n'
    )
    group = Group("yanxin")
    group.add_command(import_command)

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(group, ["import", "--config", str(config), *map(str, arguments)])

    return run


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook of the sheets people and trips."""

    def write(people: list[list[object]] | None = None, trips: list[list[object]] | None = None) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, rows in (("people", people or PEOPLE), ("trips", trips or TRIPS)):
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / "roster.xlsx")
        return tmp_path / "roster.xlsx"

    return write


def test_an_import_prints_what_it_changed(run: Run, roster: Callable[..., Path]) -> None:
    first = run(roster())
    assert (first.exit_code, first.stdout, first.stderr) == (0, f"Imported:\n{ADDED}", "")
    again = run(roster())
    assert (again.exit_code, again.stdout) == (0, "Nothing changes.\n")


def test_a_dry_run_prints_the_same_and_changes_nothing(run: Run, roster: Callable[..., Path]) -> None:
    for _ in range(2):
        result = run(roster(), "--dry-run")
        assert (result.exit_code, result.stdout) == (0, f"This would change:\n{ADDED}")


def test_a_change_is_shown_with_old_and_new_but_never_a_political_status(run: Run, roster: Callable[..., Path]) -> None:
    run(roster())
    people = [*PEOPLE[:2], [20230001, "张三丰", None, "群众", None]]
    trips = [TRIPS[0], [*TRIPS[1][:6], "2027/3/31", "degree"]]
    result = run(roster(people, trips))
    assert result.stdout == (
        "Imported:\n"
        "  people: 1 changed, 1 as before\n"
        "  trips: 1 changed\n"
        "~ people 20230001 张三丰: name 张三 → 张三丰, party (changed), counsellor C1 → (empty)\n"
        "~ trips T17 TU Berlin, 柏林 (Europe/Berlin): returns 2027-01-31 → 2027-03-31, type joint_training → degree\n"
    )


def test_what_is_not_listed_is_kept_until_pruned(run: Run, roster: Callable[..., Path]) -> None:
    run(roster())
    short = roster(
        trips=[TRIPS[0], ["T18", "20230001", "NYU", "New York", "US", "2027-02-01", "2027-03-01", "exchange"]]
    )
    kept = run(short)
    assert "Not in the file but kept: 1 of trips (--prune trips lets them go)\n" in kept.stdout
    pruned = run(short, "--prune", "trips", "--prune", "people")
    assert pruned.exit_code == 0
    assert "- trips T17 TU Berlin, 柏林 (Europe/Berlin)\n" in pruned.stdout
    back = run(roster())
    assert "^ trips T17 TU Berlin, 柏林 (Europe/Berlin)\n" in back.stdout


def test_every_mistake_is_on_stderr_and_nothing_is_written(run: Run, roster: Callable[..., Path]) -> None:
    people = [PEOPLE[0], [None, "A"], ["2", "B", "专员"]]
    trips = [TRIPS[0], ["T1", "9", "X", "Berlin", "DE", "2026-09-01", "2026-08-01", "holiday"]]
    result = run(roster(people, trips))
    assert (result.exit_code, result.stdout) == (1, "")
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        "people!2 学号",
        "people!3 角色",
        "trips!2 number",
        "trips!2 returns",
        "trips!2 type",
    ]
    assert "Traceback" not in result.stderr
    assert run(roster(), "--dry-run").stdout == f"This would change:\n{ADDED}"


def test_a_broken_workbook_is_one_sentence_and_a_missing_one_is_wrong_use(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not much of a workbook")
    broken = run(tmp_path / "broken.xlsx")
    assert (broken.exit_code, broken.stdout) == (1, "")
    assert broken.stderr.count("\n") == 1
    missing = run(tmp_path / "nowhere.xlsx")
    assert (missing.exit_code, missing.stderr) == (2, f"there is no file or folder {tmp_path}/nowhere.xlsx\n")
    assert not (tmp_path / "y.db").exists()


@pytest.mark.parametrize("arguments", [[], ["--prune", "everything"], ["a.xlsx", "--template", "b.xlsx"]])
def test_wrong_use_ends_with_2(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_the_template_can_be_imported_as_it_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert (run("--template", path).exit_code, path.exists()) == (0, True)
    assert openpyxl.load_workbook(path)["people"]["A1"].value == "number"
    result = run(path)
    assert (result.exit_code, result.stdout) == (0, "Nothing changes.\n")
    assert run("--template", path).exit_code == 2


def test_two_people_with_one_mail_address_are_named(run: Run, roster: Callable[..., Path], tmp_path: Path) -> None:
    people: list[list[object]] = [
        ["number", "name", "role", "email"],
        ["C1", "Lin", "counsellor", "us@uni.example"],
        ["C2", "Zhao", "counsellor", "US@uni.example "],
        ["C3", "Qian", "counsellor", "me@uni.example"],
    ]
    trips: list[list[object]] = [[*TRIPS[0]]]
    file = roster(people, trips)
    config = tmp_path / "config.toml"
    assert "mail address" not in run(file, "--dry-run").stderr  # nobody is written to by mail
    section = '[channels.mail]\nenabled = true\nhost = "127.0.0.1"\nfrom = "y@uni.example"\nsecurity = "none"\n'
    config.write_text(config.read_text() + section)
    for dry in (True, False, False):
        done = run(file, "--dry-run") if dry else run(file)
        assert done.exit_code == 0, done.output
        assert done.stderr == (
            "Warning: C1 Lin and C2 Zhao have one mail address, us@uni.example: only the first is written to there. "
            "Give the others one of their own.\n"
        )
