"""A real browser in front of a real server on loopback: the whole application, seen as people see it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Request, StorageState, sync_playwright

from bot.app import App
from bot.app.web_server import web_config
from bot.clock import ManualClock
from handlers.links_made import login_link
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import settle
from tests.handlers.web.conftest import settings_in

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PHONE, DESKTOP = (390, 844), (1280, 900)
AXE = Path(__file__).resolve().parents[3] / "node" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = frozenset({"serious", "critical"})


@dataclass
class Served:
    """A service behind a port of its own."""

    app: App
    clock: ManualClock
    ground: Ground
    url: str

    def login_url(self, number: str) -> str:
        return self.app.database.write(lambda conn: login_link(conn, self.app.settings, number, self.clock.real()))

    def step(self) -> None:
        """Work off what is due, on a thread of its own: Playwright's loop runs on this one."""
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(self.app.step())).result()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    clock = ManualClock(NOW)
    folder: Path = tmp_path_factory.mktemp("served")
    app = App(settings_in(folder, port=port), clock, paced=False)
    ground = Ground(app.database)
    settle(ground)
    with running(app, port):
        yield Served(app, clock, ground, app.settings.service.url)
    app.close()


@contextmanager
def running(app: App, port: int) -> Iterator[None]:
    """Serve an application on a port for the length of a `with`."""
    config = web_config(app.web)
    config.port = port
    server = uvicorn.Server(config)
    started = threading.Event()
    original = server.startup

    async def startup(sockets: list[socket.socket] | None = None) -> None:
        await original(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]  # says when the port is open, so that nothing waits
    thread = threading.Thread(target=server.run)
    thread.start()
    assert started.wait(20)
    yield
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        opened.close()


Open = Callable[..., Page]


def accessible(page: Page) -> None:
    """Axe finds nothing serious on the page as it stands; what it finds is named with its place."""
    assert AXE.is_file(), "run `npm ci` in tests/node"
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [
        f"{page.url} {fault['id']}: {node['target']} {node['html'][:120]} {' '.join(node['failureSummary'].split())}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]
    assert not faults, "\n".join(faults)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test fails on any of it."""
    return []


@pytest.fixture
def open_page(browser: Browser, complaints: list[str]) -> Iterator[Open]:
    """Open a page of a size and a language; at the end the browser must not have complained."""
    contexts: list[BrowserContext] = []

    def opened(
        size: tuple[int, int] = PHONE,
        language: str = "zh",
        *,
        dark: bool = False,
        script: bool = True,
        zone: str = "America/New_York",
        kept: StorageState | None = None,
    ) -> Page:
        context = browser.new_context(
            timezone_id=zone,
            storage_state=kept,
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN" if language == "zh" else "en-GB",
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)

        def failed(request: Request) -> None:
            # Going on to another page drops what is still loading, the icon say; that is the test's own doing.
            if request.failure != "net::ERR_ABORTED":
                complaints.append(f"{request.url} {request.failure}")

        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", failed)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
