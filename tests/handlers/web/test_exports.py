"""No file that leaves the service holds a formula, whatever people are called: console, commands and programs.

The files are found by themselves: every page whose module answers with an attachment, every command with a format of
tables, every address of the API. A new one is tried without being named here.
"""

import csv
import importlib
import inspect
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select, update
from starlette.routing import Route

from bot.branches.store import branch_members, branches
from bot.cli.context import Tool
from bot.cli.main import cli
from bot.engine import sessions
from bot.local_time import Quiet
from bot.people.store import people, units
from bot.sessions.rules import Plan
from bot.trips.store import trips
from handlers.web.asgi import PAGES
from handlers.web.site import Site
from tests.fakes.ground import NOW
from tests.fakes.school import settle
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_rollcalls import started

FORMULAS = ('=HYPERLINK("http://bad.example","press")', "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "=1\n=2")
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TABLES = ("text/csv", "application/vnd.openxmlformats")
FORMATS = ("csv", "xlsx")
OF_BRANCHES = frozenset({"handlers.web.session_files"})
NO_TABLES = frozenset({"handlers.web.round_form"})
"""Give out what is no table: a voice note."""
"""What only whoever leads a branch takes out."""


def hostile(town: Town) -> None:
    """Give everybody and everything a name that a spreadsheet would work out."""
    settle(town.ground)

    def rename(conn: Connection) -> None:
        for at, row in enumerate(conn.execute(people.select()).all()):
            values = {"name": FORMULAS[at % len(FORMULAS)], "phone": "+86 10 5555", "email": "=a@uni.example"}
            conn.execute(update(people).where(people.c.id == row.id).values(**values))
        for at, row in enumerate(conn.execute(trips.select()).all()):
            values = {"host": FORMULAS[at % len(FORMULAS)], "city": "=1+1", "funding": "@x"}
            conn.execute(update(trips).where(trips.c.id == row.id).values(**values))
        for row in conn.execute(units.select()).all():
            changed = {"path": f"={row.path}", "name": f"={row.name}"}
            conn.execute(update(units).where(units.c.id == row.id).values(**changed))

    town.app.database.write(rename)


@pytest.fixture
def office(town: Town) -> Visitor:
    hostile(town)
    visitor = town.signed_in("O1")
    started(visitor)
    return visitor


def cells_of(content: bytes, kind: str) -> list[str]:
    """Return the cells of a table; what a spreadsheet would take for a formula fails."""
    if kind == "csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]
        assert not [cell for cell in cells if cell.lstrip(" \n").startswith(STARTS)]
        return cells
    book = openpyxl.load_workbook(io.BytesIO(content))
    every = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.value for cell in every if cell.data_type == "f"]
    return [str(cell.value) for cell in every]


def exporting(site: Site) -> Iterator[tuple[str, Route]]:
    """Yield every route of the console whose module answers with an attachment."""
    for page in PAGES:
        if "content-disposition" in inspect.getsource(page).lower() and page.__name__ not in NO_TABLES:
            for route in page.routes(site):
                if isinstance(route, Route) and route.path.startswith("/console"):
                    yield page.__name__, route


def taken(visitor: Visitor, route: Route) -> Iterator[Shown]:
    path = route.path.replace("{rollcall_id:int}", "1").replace("{session_id:int}", "1")
    assert "{" not in path, f"name a value for {path}"
    if "GET" in (route.methods or ()):
        yield visitor.get(path)
        return
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    for kind in FORMATS:
        yield visitor.post(path, {"csrf": token, "reason": "report", "format": kind})


@pytest.fixture
def secretary(town: Town, office: Visitor) -> Visitor:
    """Return whoever leads a branch, with a session of everybody."""
    assert office.shown is not None
    leads = town.ground.staff("Z1", "secretary")
    branch = town.ground.put(branches, key="=1+1", kind="party", secretary_id=leads)
    students = town.app.database.read(lambda conn: list(conn.execute(select(people.c.id)).scalars()))
    for person in students:
        town.ground.put(branch_members, branch_id=branch, person_id=person)
    plan = Plan("=2+2", NOW + timedelta(days=1), "UTC", 60)
    town.app.database.write(lambda conn: sessions.create(conn, "=1+1", plan, None, NOW, Quiet()))
    visitor = town.signed_in("Z1")
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    visitor.post("/console/sessions/1/minutes", {"csrf": token, "text": "=3+3\n@x"})
    return visitor


def test_no_file_of_the_console_holds_a_formula(town: Town, office: Visitor, secretary: Visitor) -> None:
    files: dict[str, list[str]] = {}
    modules = set()
    for module, route in exporting(Site(town.app.services, town.app.database, "test")):
        modules.add(module)
        for shown in taken(secretary if module in OF_BRANCHES else office, route):
            if shown.headers.get("content-type", "").startswith(TABLES):
                kind = "csv" if "csv" in shown.headers["content-type"] else "xlsx"
                files.setdefault(module, []).extend(cells_of(shown.body, kind))
    assert set(files) == modules, "a page gives out a file in which nothing was looked at"
    assert {one.rpartition(".")[2] for one in files} >= {"responses_csv", "rollcall_csv", "statistics", "roster_import"}
    said = {cell for cells in files.values() for cell in cells}
    assert f"'{FORMULAS[0]}" in said


def commands(group: click.Group) -> Iterator[tuple[click.Command, str]]:
    """Yield every command that gives out a table, with the format."""
    context = click.Context(group, obj=None)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command)
            continue
        for option in command.params:
            for kind in FORMATS:
                if isinstance(option.type, click.Choice) and kind in option.type.choices:
                    yield command, kind


def test_no_file_of_a_command_holds_a_formula(town: Town, office: Visitor, tmp_path: Path) -> None:
    assert office.shown is not None
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
    )
    found = list(commands(cli))
    assert {command.name for command, _ in found} >= {"responses", "cases", "outbox", "reach", "statistics"}
    cells = []
    for number, (command, kind) in enumerate(found):
        out = tmp_path / f"{number}.{kind}"
        into = ["--out", str(out)] if any(option.name == "out" for option in command.params) else []
        done = CliRunner().invoke(command, ["--format", kind, *into], obj=Tool(config, town.clock))
        assert done.exit_code == 0, (command.name, done.output)
        cells += cells_of(out.read_bytes() if into else done.stdout_bytes, kind)
    assert f"'{FORMULAS[0]}" in cells


def test_the_api_gives_out_no_tables(town: Town) -> None:
    spec = town.visitor().get("/api/v1/openapi.json").text
    assert "text/csv" not in spec
    assert "openxmlformats" not in spec
    for path in Path(inspect.getfile(importlib.import_module("handlers.api"))).parent.glob("*.py"):
        assert "content-disposition" not in path.read_text().lower(), path.name
