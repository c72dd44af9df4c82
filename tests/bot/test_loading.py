"""What a service and a command load by merely starting: not what a page, a command or a channel needs now and then."""

import asyncio
import json
import subprocess
import sys
import threading
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.loading import loaded

ROOT = Path(__file__).resolve().parents[2]
LATER = (
    "PIL",
    "aiohttp",
    "alembic",
    "bot.demo",
    "bot.rehearsal.running",
    "bot.simulation",
    "docx",
    "docxtpl",
    "fastapi",
    "h3",
    "icalendar",
    "numpy",
    "openpyxl",
    "reportlab",
    "requests",
    "telegram",
    "timezonefinder",
    "websockets",
)
"""Each is loaded at its first use; the file that does so says why, and that no event loop waits for it."""
ALWAYS = ("httptools", "pydantic", "sqlalchemy", "starlette")
"""What a service cannot do without, and a list of commands can."""
SERVICE = """
import bot.__main__, bot.cli.main, bot.cli.run
from bot.app import App, Running
from bot.clock import SystemClock
from bot.settings import load
app = App(load(None), SystemClock())
Running(app)
app.close()
"""


def loaded_by(code: str, folder: Path, of: tuple[str, ...] = LATER) -> list[str]:
    """Return which of some modules are there after code has run in a process of its own."""
    ask = f"import json, sys; print(json.dumps(sorted(set({of!r}) & set(sys.modules))))"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\n{ask}"
    ended = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_they_are_there_under_these_names() -> None:
    assert [name for name in (*LATER, *ALWAYS) if find_spec(name) is None] == []


def test_a_service_that_starts_loads_none_of_them(tmp_path: Path) -> None:
    assert loaded_by(SERVICE, tmp_path) == ["alembic"]  # the first start makes the database
    assert loaded_by(SERVICE, tmp_path) == []


def test_a_list_of_the_commands_loads_no_more_than_that(tmp_path: Path) -> None:
    listed = """
from bot.cli.main import cli
cli(["--help"], prog_name="yanxin", standalone_mode=False)
"""
    assert loaded_by(listed, tmp_path, (*LATER, *ALWAYS)) == []


def test_garbage_is_looked_for_again_when_a_command_begins(tmp_path: Path) -> None:
    command = """
import gc
import click
from bot import loading
from bot.cli.context import Command

@click.command(cls=Command)
def look():
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0

loading.begin()
assert not gc.isenabled()
look.main([], standalone_mode=False)
"""
    assert loaded_by(command, tmp_path) == []


def test_a_library_is_loaded_beside_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "import threading\nIS_MAIN = threading.current_thread() is threading.main_thread()\n"
    (tmp_path / "a_late_library.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)

    async def twice() -> None:
        await loaded("a_late_library")
        await loaded("a_late_library")

    asyncio.run(twice())
    assert sys.modules.pop("a_late_library").IS_MAIN is False


def test_the_loop_goes_on_while_another_thread_is_loading_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()
    monkeypatch.setattr(sys, "signals_of_a_test", (begun, may_end), raising=False)
    source = "import sys\nbegun, may_end = sys.signals_of_a_test\nbegun.set()\nassert may_end.wait(30)\n"
    (tmp_path / "a_slow_library.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    other = threading.Thread(target=import_module, args=("a_slow_library",))
    other.start()
    assert begun.wait(30)

    async def meanwhile() -> None:
        mine = asyncio.create_task(loaded("a_slow_library"))
        await asyncio.sleep(0)
        assert not mine.done(), "an import statement would hold up the loop until the other thread has done"
        may_end.set()
        await mine

    try:
        asyncio.run(meanwhile())
    finally:
        may_end.set()
        other.join()
    assert sys.modules.pop("a_slow_library").begun is begun
