"""The whole service, running: every loop, the bell, the web server on a free port, in a thread of its own.

    with running_service(settings, ShiftedClock(datetime(2026, 11, 24, 22, 0, tzinfo=UTC))) as service:
        service.imports(people="number,name,…", trips="trip,number,…")
        token = service.invites("S1")["telegram"]
        …phones act…
        service.clock.advance(timedelta(hours=2))     # the bell rings each second of real time

For what a platform must see from outside; stories that only need the rules drive `App.step` with a clock that stands.
Leaving it fails when the service wrote an error to its log.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlsplit

import structlog
import uvicorn
from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.app import App, Running
from bot.app.web_server import web_config
from bot.clock import SystemClock
from bot.engine.people_moves import enrol
from bot.people.store import by_number
from bot.roster.read import read_roster
from bot.settings import Settings
from bot.views.responses import responses
from bot.views.scope import Scope
from handlers.links_made import invite_links
from handlers.roster_imported import import_roster
from tests.fakes.telegram_phone import Phone

START_SECONDS = 30


class ShiftedClock:
    """A clock that runs, from wherever it was set; `real` is the machine's."""

    def __init__(self, start: datetime) -> None:
        self._shift = start - SystemClock().now()

    def now(self) -> datetime:
        return SystemClock().now() + self._shift

    def real(self) -> datetime:
        return SystemClock().now()

    def advance(self, by: timedelta) -> None:
        self._shift += by


class RunningService:
    """What a story may do with the service from outside."""

    def __init__(self, app: App, clock: ShiftedClock, url: str) -> None:
        self.app = app
        self.clock = clock
        self.url = url

    def imports(self, **sheets: str) -> None:
        """Import sheets, each the text of a .csv."""
        with TemporaryDirectory() as folder:
            for name, text in sheets.items():
                Path(folder, f"{name}.csv").write_text(text, encoding="utf-8")
            roster = read_roster(Path(folder))
        self.app.database.write(
            lambda conn: import_roster(
                conn, roster, prune=set(), dry_run=False, now=self.clock.now(), programmes=self.app.programmes
            )
        )

    def invites(self, number: str) -> dict[str, str]:
        """Return somebody's invitations: the token for Telegram, the address for the web, by channel."""
        made = self.app.database.write(lambda conn: invite_links(conn, self.app.settings, [number], self.clock.real()))
        return {one.channel: parse_qs(urlsplit(one.url).query).get("start", [one.url])[0] for one in made}

    def links(self, number: str, phone: Phone) -> None:
        """Link a phone as if its owner had gone through her enrolment."""

        def link(conn: Connection) -> None:
            person = by_number(conn, number)
            assert person is not None
            account, now = self.app.settings.channels.telegram.token.partition(":")[0], self.clock.now()
            chat_id = str(phone.chat_id)
            address = addresses.put(conn, person.id, "telegram", account, chat_id, AddressState.WORKING, now)
            enrol(conn, person.id, address, now, self.app.programmes)

        self.app.database.write(link)

    def responses(self) -> list[dict[str, str]]:
        """Return what `yanxin responses` would print."""
        return self.app.database.read(lambda conn: list(responses(conn, Scope.everything(), None, self.clock.now())))


def service_settings(folder: Path, port: int, **sections: Any) -> Settings:
    """Return settings with a new embedded database in a folder; `sections` replace whole sections."""
    return Settings.model_validate(
        {
            "service": {"port": port, "base_url": f"http://127.0.0.1:{port}"},
            "database": {"url": f"sqlite:///{folder / 'yanxin.db'}"},
            "security": {"key_file": str(folder / "keys.txt")},
        }
        | sections
    )


@contextmanager
def running_service(folder: Path, clock: ShiftedClock, **sections: Any) -> Iterator[RunningService]:
    """Run the service until the story ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener, structlog.testing.capture_logs() as lines:
        port = listener.getsockname()[1]
        app = App(service_settings(folder, port, **sections), clock)
        running = Running(app)
        server = uvicorn.Server(web_config(app.web))
        started = threading.Event()

        async def run() -> None:
            await running.start()
            started.set()
            try:
                await server.serve([listener])
            finally:
                await running.stop()
                app.close()

        thread = threading.Thread(target=lambda: asyncio.run(run()), name="service")
        thread.start()
        try:
            assert started.wait(START_SECONDS), "the service did not start"
            yield RunningService(app, clock, f"http://127.0.0.1:{port}")
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
        assert not thread.is_alive(), "the service did not stop"
    trouble = [line for line in lines if line["log_level"] in {"error", "critical"}]
    assert not trouble
