"""An office rehearses a Tuesday: the whole service runs many times as fast, on a platform on this machine."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
import uvicorn

from bot.app import App
from bot.app.web_server import web_config
from bot.clock import RehearsalClock
from bot.rehearsal.running import RehearsalRunning
from bot.rehearsal.standing import read
from bot.rehearsal.taking import take
from handlers.links_made import login_link
from tests.fakes.service import START_SECONDS, RunningService, service_settings
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import too_many
from tests.fakes.web import Visitor

TUESDAY_NOON_IN_NEW_YORK = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
TUESDAY_HALF_PAST_SIX = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
PEOPLE = (
    "number,name,unit,role,language,counsellor\nC1,Wang Li,University,counsellor,en,\n"
    "S1,Student 1,University,student,en,C1\n"
)
TRIPS = (
    "trip,number,host,city,country,departs,returns,type\nT1,S1,Columbia,New York,US,2026-09-01,2027-06-30,exchange\n"
)


class Rehearsed(RunningService):
    """The rehearsal, for a story to look at."""

    def __init__(self, app: App, clock: RehearsalClock, running: RehearsalRunning, url: str) -> None:
        super().__init__(app, clock, url)  # type: ignore[arg-type]  # no story moves this clock by hand
        self.running = running
        self.chat_of: dict[str, int] = {}

    def board(self) -> str:
        """Return what the counsellor reads on the console."""
        visitor = Visitor(self.app.web, **{"accept-language": "en"})
        link = self.app.database.write(lambda conn: login_link(conn, self.app.settings, "C1", self.clock.real()))
        assert visitor.post(link.removeprefix(self.app.settings.service.url)).status == 303
        return visitor.get("/console/").words


@contextmanager
def rehearsal(folder: Path, telegram: FakeTelegram, start: datetime, speed: float) -> Iterator[Rehearsed]:
    """Run one until the story ends; it fails on every error line."""
    with socket.create_server(("127.0.0.1", 0)) as listener, structlog.testing.capture_logs() as lines:
        port = listener.getsockname()[1]
        channels = {"telegram": telegram.section().model_dump()}
        settings = service_settings(folder, port, channels=channels)
        clock = RehearsalClock(start)
        app = App(settings, clock, first=lambda conn: take(conn, start, speed, clock.real()))
        running = RehearsalRunning(app, clock, speed)
        service = Rehearsed(app, clock, running, settings.service.url)
        service.imports(people=PEOPLE, trips=TRIPS)
        server = uvicorn.Server(web_config(running.web))
        started = threading.Event()

        async def run() -> None:
            await running.start()
            started.set()
            try:
                await server.serve([listener])
            finally:
                await running.stop()
                app.close()

        thread = threading.Thread(target=lambda: asyncio.run(run()), name="rehearsal")
        for number in ("C1", "S1"):
            phone = telegram.phone(number)
            service.links(number, phone)
            service.chat_of[number] = phone.chat_id
        thread.start()
        try:
            assert started.wait(START_SECONDS), "the rehearsal did not start"
            yield service
        finally:
            server.should_exit = True
            thread.join(START_SECONDS)
        assert not thread.is_alive(), "the rehearsal did not stop"
    trouble = [line for line in lines if line["log_level"] in {"error", "critical"}]
    assert not trouble


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


def test_she_is_asked_at_half_past_six_and_answers(telegram: FakeTelegram, tmp_path: Path) -> None:
    with rehearsal(tmp_path, telegram, TUESDAY_NOON_IN_NEW_YORK, speed=5_000) as service:
        mei = telegram.phones[service.chat_of["S1"]]
        question = mei.hears("[Rehearsal] ", "How has your week been?", timeout=60)
        mei.presses("Fine", question)
        mei.hears("[Rehearsal] ", "thank you for telling us", timeout=60)
        telegram.wait_for(lambda: "Answered ✓" in question.text, "the question to say so", timeout=60)
        (row,) = [row for row in service.responses() if row["state"] == "answered"]
        page = Visitor(service.app.web).get("/console/").words
        standing = service.app.database.read(read)
    assert datetime.fromisoformat(row["asked_at"]) == TUESDAY_HALF_PAST_SIX
    assert "演练" in page
    assert standing is not None
    assert standing.pace == 5_000
    assert standing.until >= TUESDAY_HALF_PAST_SIX
    assert telegram.unheard() == {}


def test_silence_climbs_every_rung_at_its_hour_though_the_platform_makes_us_wait(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    with rehearsal(tmp_path, telegram, TUESDAY_NOON_IN_NEW_YORK, speed=200_000) as service:
        mei, teacher = (telegram.phones[service.chat_of[number]] for number in ("S1", "C1"))
        telegram.fails("sendMessage", too_many(2), phone=mei)
        mei.hears("How has your week been?", timeout=60)
        (row,) = telegram.wait_for(
            lambda: [row for row in service.responses() if row["asked_at"]], "the question to count as asked"
        )
        late = datetime.fromisoformat(row["asked_at"]) - TUESDAY_HALF_PAST_SIX
        assert timedelta(seconds=2) <= late < timedelta(minutes=1)  # two real seconds, not four days of ours
        mei.hears("[Rehearsal] ", timeout=60)
        alarm = teacher.hears("[Rehearsal] ", "Student 1", timeout=60)
        assert alarm.buttons
        board = service.board()
    assert "Rehearsal" in board
    assert "Student 1" in board
