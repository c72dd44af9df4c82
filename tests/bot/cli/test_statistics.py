"""`yanxin statistics`: the same figures as the page, for programs and as files."""

import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.cli.context import Tool
from bot.cli.statistics import statistics
from bot.clock import ManualClock
from bot.journal.store import journal
from bot.programmes.versions import Programmes
from bot.roster.read import read_roster
from bot.storage.database import Database
from handlers.roster_imported import import_roster
from tests.fakes.ground import NOW
from tests.fakes.practice import write_practice


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    return Tool(config, ManualClock(NOW))


@pytest.fixture
def database(tool: Tool, tmp_path: Path) -> Iterator[Database]:
    write_practice(tmp_path / "practice.xlsx")
    sheets = read_roster(tmp_path / "practice.xlsx")
    with tool.database() as opened:
        opened.write(
            lambda conn: import_roster(conn, sheets, prune=set(), dry_run=False, now=NOW, programmes=Programmes())
        )
        yield opened


def run(tool: Tool, *words: str) -> Result:
    return CliRunner().invoke(statistics, list(words), obj=tool)


def test_it_prints_and_writes_the_published_figures(tool: Tool, database: Database, tmp_path: Path) -> None:
    found = json.loads(run(tool, "--year", "2019", "--language", "en").output)
    tables = {table["key"]: table for table in found["tables"]}
    years = {row["key"]: row["values"] for row in tables["years"]["rows"]}
    assert (years["2010"]["rate_master"], years["2019"]["rate_master"]) == (0.05, 0.23)
    assert (years["2010"]["rate_doctor"], years["2019"]["rate_doctor"]) == (0.23, 0.99)
    national = {row["key"]: row["values"]["rate_doctor"] for row in tables["national"]["rows"]}
    assert national == {"2010": 0.016, "2019": 0.099}
    assert all(table["definition"] and "As of 2026-11-18" in table["about"] for table in found["tables"])
    assert found["filter"] == {"year": 2019, "unit": "", "level": "all"}

    for form in ("xlsx", "pdf"):
        made = run(tool, "--year", "2019", "--format", form, "--out", str(tmp_path / f"s.{form}"))
        assert made.exit_code == 0, made.output
    assert "交流率（按年份）" in openpyxl.load_workbook(tmp_path / "s.xlsx").sheetnames
    document = pypdfium2.PdfDocument(tmp_path / "s.pdf")
    assert "交流率" in document[0].get_textpage().get_text_range()
    document.close()
    taken = select(journal.c.detail).where(journal.c.action == "statistics.exported")
    assert [row["format"] for row in database.read(lambda conn: conn.execute(taken).scalars().all())] == [
        "json",
        "xlsx",
        "pdf",
    ]


def test_it_says_what_is_wrong(tool: Tool, database: Database) -> None:
    assert database.is_sqlite
    assert run(tool, "--format", "pdf").exit_code == 2
    wrong = run(tool, "--unit", "nowhere")
    assert wrong.exit_code == 2
    assert "there is no such unit" in wrong.output
