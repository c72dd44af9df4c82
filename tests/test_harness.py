"""The rules of tests/conftest.py hold: loopback only, databases of one's own, no skips in CI."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import create_engine, text

from tests.support import no_skips

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 80), (b"example.org", 80)])
def test_a_connection_that_would_leave_the_machine_is_refused(address: tuple[str, int]) -> None:
    with socket.socket() as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.connect(address)
    with socket.socket() as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.connect_ex(address)
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(RuntimeError, match="loopback only"):
        sock.sendto(b"?", address)


def test_asyncio_is_held_to_the_same_rule() -> None:
    async def reach_out() -> None:
        await asyncio.open_connection("example.org", 443)

    with pytest.raises(RuntimeError, match="loopback only"):
        asyncio.run(reach_out())


def test_loopback_stays_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client,
    ):
        assert client.getpeername()[0] == "127.0.0.1"


@pytest.mark.postgres
def test_each_database_is_new_and_empty(pg_url: str, fresh_pg_url: str) -> None:
    assert fresh_pg_url != pg_url
    engine = create_engine(fresh_pg_url)
    with engine.begin() as conn:
        assert conn.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0
        assert conn.scalar(text("SHOW server_encoding")) == "UTF8"
        assert int(str(conn.scalar(text("SHOW server_version_num")))) >= 180000
        conn.execute(text("CREATE TABLE left_behind (id int)"))
    engine.dispose()


@pytest.mark.postgres
def test_the_next_database_knows_nothing_of_the_one_before(fresh_pg_url: str) -> None:
    test_each_database_is_new_and_empty("", fresh_pg_url)


@pytest.mark.parametrize(
    ("body", "lax", "strict"),
    [
        ("import pytest\n\ndef test_x():\n    pytest.skip('no browser')\n", 0, 1),
        ("import pytest\npytest.skip('no node', allow_module_level=True)\n", 5, 2),
        ("def test_x():\n    pass\n", 0, 0),
    ],
)
def test_a_skip_is_a_failure_in_ci_only(tmp_path: Path, body: str, lax: int, strict: int) -> None:
    shutil.copy(ROOT / "tests" / "support" / "no_skips.py", tmp_path / "conftest.py")
    (tmp_path / "test_x.py").write_text(body)

    def run(ci: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "."],
            cwd=tmp_path,
            env={"CI": ci, "PATH": os.defpath, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("").returncode == lax
    outcome = run("true")
    assert outcome.returncode == strict, outcome.stdout
    assert ("nothing may be skipped" in outcome.stdout) == (strict != 0)


def test_these_tests_are_held_to_it(pytestconfig: pytest.Config) -> None:
    mine = ROOT / "tests" / "conftest.py"
    (held,) = [one for one in pytestconfig.pluginmanager.get_plugins() if getattr(one, "__file__", "") == str(mine)]
    assert held.pytest_runtest_makereport is no_skips.pytest_runtest_makereport
    assert held.pytest_make_collect_report is no_skips.pytest_make_collect_report


@pytest.mark.browser
def test_the_browser_starts_and_shows_chinese(chromium: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<p>平安</p>")
        assert page.inner_text("p") == "平安"
        browser.close()
