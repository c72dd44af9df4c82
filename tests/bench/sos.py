"""How long a call for help takes from the webhook's 200 until the first alarm about it is handed to Telegram.

The service is a process of its own on SQLite, at Telegram's real pace; Telegram is another process and notes when the
first message for each member of staff came. First the service is idle; then 1,000 other updates wait to be read and
10,000 reminders are due, both topped up before every call. Each student who calls has a counsellor of her own; the
office, which stands in for the duty phone, is one chat.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from sqlalchemy import Connection, func, select

from bot.addresses.store import addresses
from bot.clock import monotonic
from bot.inbox import store as inbox_store
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people.store import people, roles
from bot.prompts.store import prompts
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.storage.keys import read_keys
from handlers.telegram_webhook import PATH, SECRET_HEADER
from tests.bench.bot_api import STAFF, Api, bot_api
from tests.bench.figures import Figure, percentile
from tests.bench.ground import ACCOUNT, FIRST, PLANNED
from tests.bench.process import free_port, process, wait_until_ready
from tests.bench.replies import START
from tests.bench.service import SECRET, prepare, settings_in

CALLS, ALONE = 100, 30
"""How many call for help under load, and how many before on an idle service."""
UPDATES, REMINDERS = 1_000, 10_000
OTHERS = 12_000
"""Students who write and are reminded meanwhile."""
LAST_SECONDS = 30.0
PAUSE = 1.1
"""Before each call: writing what waits holds the database, and the office's chat takes a message a second."""
SETTLE = 3.0
OFFICE = 900
"""The id of the one member of the office."""
COUNSELLORS = 50_000
"""The ids of counsellors begin behind this one."""


def figures(_server: str) -> Iterator[Figure]:
    """Measure an idle service, then the same one under load; PostgreSQL plays no part here."""
    with TemporaryDirectory(prefix="yanxin-bench-") as name, bot_api() as api:
        folder = Path(name)
        settings = settings_in(folder, api.url, free_port())
        prepare(settings, ALONE + CALLS + OTHERS)
        database = Database(parse_url(settings.database.url), read_keys(Path(settings.security.key_file)))
        try:
            database.write(_staff)
            with process("run", settings, START, folder) as running:
                assert running.stdout is not None
                assert running.stdout.readline() == "ready\n", (folder / "service.log").read_text()[-2000:]
                wait_until_ready(settings.service.url, 300)
                idle = asyncio.run(_calls(settings, api, range(ALONE), None))
                busy = asyncio.run(_calls(settings, api, range(ALONE, ALONE + CALLS), _Load(database)))
        finally:
            database.close()
    yield Figure(
        f"SOS accepted until its first alarm is handed over, {UPDATES:,} updates waiting, {REMINDERS:,} reminders due",
        "SQLite",
        _told(busy, CALLS),
        f"the same on an idle service: {_told(idle, ALONE)}",
        "p99 below 1 s",
        percentile(busy, 0.99) < 1 and len(busy) == CALLS,
    )


def _told(waits: list[float], many: int) -> str:
    lost = f", {many - len(waits)} never" if len(waits) < many else ""
    p50, p99 = percentile(waits, 0.5) * 1000, percentile(waits, 0.99) * 1000
    return f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, of {many}{lost}"


class _Load:
    """What waits beside a call for help: written into the service's database from outside."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._update = 10_000_000
        self._first = FIRST + ALONE + CALLS

    def top_up(self) -> None:
        """Let so many updates wait and so many reminders be due again."""
        self._database.write(self._updates)
        self._database.write(self._reminders)

    def _updates(self, conn: Connection) -> None:
        waits = select(func.count()).select_from(inbox).where(inbox.c.state == InboxState.NEW.value)
        for _ in range(UPDATES - conn.execute(waits).scalar_one()):
            self._update += 1
            chat = 5_000_000_000 + self._first + self._update % OTHERS
            raw = _message(chat, self._update, "今天去了图书馆")
            inbox_store.add(
                conn, "telegram", ACCOUNT, str(self._update), sender=str(chat), raw=raw, urgent=False, now=START
            )

    def _reminders(self, conn: Connection) -> None:
        waits = (outbox.c.state == OutboxState.WAITING.value) & (outbox.c.kind == Kind.REMINDER.value)
        missing = REMINDERS - conn.execute(select(func.count()).select_from(outbox).where(waits)).scalar_one()
        if missing <= 0:
            return
        free = select(outbox.c.prompt_id).where(outbox.c.kind == Kind.REMINDER.value)
        mine = (prompts.c.person_id >= self._first) & (prompts.c.item == "checkin") & prompts.c.id.not_in(free)
        rows = conn.execute(select(prompts.c.id, prompts.c.person_id).where(mine).limit(missing)).all()
        asked = {"state": "late", "opens_at": PLANNED, "asked_at": PLANNED, "next_at": None}
        for row in rows:
            conn.execute(prompts.update().where(prompts.c.id == row.id).values(**asked))
        outbox_store.put(
            conn,
            [
                outbox_store.row(
                    f"bench:{row.id}",
                    Kind.REMINDER,
                    row.person_id,
                    "checkin/reminder",
                    priority=Priority.PROMPT,
                    now=START,
                    address_id=row.person_id,
                    channel="telegram",
                    account=ACCOUNT,
                    prompt_id=row.id,
                )
                for row in rows
            ],
        )


async def _calls(settings: Settings, api: Api, numbers: range, load: _Load | None) -> list[float]:
    """Let students call for help one after the other; return how long each waited for her first alarm."""
    waits = []
    if load is not None:  # the first ten thousand take the database for seconds
        await asyncio.get_running_loop().run_in_executor(None, load.top_up)
        await asyncio.sleep(SETTLE)
    # a kept connection may be closed by the service while the load is written, at the moment it is used again
    each = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(headers={SECRET_HEADER: SECRET}, connector=each) as session:
        for number in numbers:
            if load is not None:
                await asyncio.get_running_loop().run_in_executor(None, load.top_up)
            await asyncio.sleep(PAUSE)
            update = _message(5_000_000_000 + FIRST + number, number + 1, "SOS")
            async with session.post(f"{settings.service.url}{PATH}", json=update) as answer:
                await answer.read()
                assert answer.status == 200, answer.status
            accepted = monotonic()
            rang = await _rang(api, str(STAFF + OFFICE + 1 + number))
            if rang is not None:
                waits.append(max(0.0, rang - accepted))
    return waits


async def _rang(api: Api, chat: str) -> float | None:
    """Wait for the first message to a member of staff; None when none comes."""
    deadline = monotonic() + LAST_SECONDS
    look = partial(asyncio.get_running_loop().run_in_executor, None, api.rang)
    while monotonic() < deadline:
        if (at := (await look()).get(chat)) is not None:
            return float(at)
        await asyncio.sleep(0.05)
    return None


def _staff(conn: Connection) -> None:
    """Put one office and a counsellor for each student who calls."""
    for number in range(ALONE + CALLS + 1):
        person, kind = COUNSELLORS + number if number else OFFICE, "counsellor" if number else "office"
        chat = str(STAFF + OFFICE + number)
        conn.execute(
            people.insert().values(
                id=person, number=f"C{number}", name="王老师", language="zh", zone="Asia/Shanghai", created_at=PLANNED
            )
        )
        conn.execute(roles.insert().values(person_id=person, kind=kind))
        where = {"channel": "telegram", "account": ACCOUNT, "external_id": chat, "state": "working", "position": 0}
        conn.execute(addresses.insert().values(person_id=person, linked_at=PLANNED, **where))
        if number:
            hers = people.c.id == FIRST + number - 1
            conn.execute(people.update().where(hers).values(counsellor_id=person))


def _message(chat: int, number: int, text: str) -> dict[str, object]:
    who = {"id": chat, "is_bot": False, "first_name": "Mei", "language_code": "zh-hans"}
    where = {"id": chat, "type": "private", "first_name": "Mei"}
    message = {"message_id": number, "date": 1788906600, "chat": where, "from": who, "text": text}
    return {"update_id": number, "message": message}
