"""How fast questions get out through the Telegram channel: claimed, composed, sealed, sent, recorded, marked as asked.

Beside it a loop over the library's own `Bot.send_message` with the same texts, buttons and number of calls at once,
against the same server; and the use that is made of Telegram's limit when the server enforces it.
"""

import asyncio
from collections.abc import Iterator

from sqlalchemy import Connection, func, select
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.request import HTTPXRequest

from bot.app import App
from bot.clock import monotonic
from bot.outbox.attempts import last_body
from bot.outbox.model import OutboxState, Rendered
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from tests.bench.bot_api import Api, bot_api
from tests.bench.figures import Figure, rate
from tests.bench.service import service

MESSAGES = 2_000
ROUNDS = 3
AT_ONCE = 32
LIMIT = 30
SECONDS = 60


def figures(_server: str) -> Iterator[Figure]:
    """Measure both; PostgreSQL plays no part here."""
    found = []
    with bot_api() as api:
        for _ in range(ROUNDS):  # in turn, and the round in the middle counts: the machine may be busy
            mine, text = _ours(api)
            theirs = asyncio.run(_bare(api, text))
            found.append((mine / theirs, mine, theirs))
    ratio, ours, bare = sorted(found)[ROUNDS // 2]
    yield Figure(
        f"delivering {MESSAGES:,} questions on Telegram, {AT_ONCE} at once",
        "SQLite",
        f"{ours:,.0f}/s",
        f"a bare Bot.send_message loop {bare:,.0f}/s ({ratio:.2f})",
        "at least 0.80 of it",
        ratio >= 0.8,
    )
    with bot_api(LIMIT) as api:
        accepted, refused = _limited(api)
    share = accepted / (LIMIT * SECONDS)
    yield Figure(
        f"use of Telegram's {LIMIT}/s over {SECONDS} s",
        "SQLite",
        f"{share:.1%}, {refused} times 429",
        f"a server that enforces {LIMIT}/s (a call may be 50 ms late)",
        "at least 98%, no 429",
        share >= 0.98 and refused == 0,
    )


def _ours(api: Api) -> tuple[float, Rendered]:
    with service(api.url, MESSAGES, paced=False) as app:

        async def work() -> float:
            app.bind()
            await app.rounds.prompts()
            sender = app.senders["telegram"]
            running = asyncio.ensure_future(sender.run())
            begun = monotonic()
            sender.nudge.set()
            while await app.database.aread(_unsent):  # noqa: ASYNC110 - it happens on other threads
                await asyncio.sleep(0.05)
            seconds = monotonic() - begun
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await sender.stop()
            await sender.channel.close()
            return seconds

        seconds = asyncio.run(work())
        _check(app, MESSAGES)
        return rate(MESSAGES, seconds), _a_question(app)


def _unsent(conn: Connection) -> bool:
    left = select(outbox.c.id).where(outbox.c.state.in_([OutboxState.WAITING.value, OutboxState.SENDING.value]))
    return conn.execute(left.limit(1)).first() is not None


def _check(app: App, many: int) -> None:
    accepted = select(func.count()).select_from(outbox).where(outbox.c.state == OutboxState.ACCEPTED.value)
    asked = select(func.count()).select_from(prompts).where(prompts.c.asked_at.is_not(None))
    found = app.database.read(lambda conn: (conn.execute(accepted).scalar(), conn.execute(asked).scalar()))
    assert found == (many, many), found


def _a_question(app: App) -> Rendered:
    first = app.database.read(lambda conn: last_body(conn, conn.execute(select(func.min(outbox.c.id))).scalar_one()))
    assert first is not None
    return first


async def _bare(api: Api, message: Rendered) -> float:
    """Send the same message as often, with as many calls at once, and nothing around it."""
    request = HTTPXRequest(connection_pool_size=AT_ONCE, httpx_kwargs={"trust_env": False})
    bot = Bot("7000000001:token", base_url=f"{api.url}/bot", request=request)
    rows = [[InlineKeyboardButton(one.label, callback_data=one.data) for one in row] for row in message.buttons]
    chats = iter(range(5_000_000_000, 5_000_000_000 + MESSAGES))

    async def worker() -> None:
        for chat in chats:
            await bot.send_message(chat, message.text, reply_markup=InlineKeyboardMarkup(rows))

    begun = monotonic()
    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
    seconds = monotonic() - begun
    await request.shutdown()
    return rate(MESSAGES, seconds)


def _limited(api: Api) -> tuple[int, int]:
    """Send for a minute at the platform's pace; return what was accepted in that minute, and what was refused."""
    with service(api.url, LIMIT * (SECONDS + 10), paced=True) as app:

        async def work() -> None:
            app.bind()
            await app.rounds.prompts()
            sender = app.senders["telegram"]
            running = asyncio.ensure_future(sender.run())
            for _ in range(SECONDS + 2):  # as the bell does
                sender.nudge.set()
                await asyncio.sleep(1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await sender.stop()
            await sender.channel.close()

        asyncio.run(work())
    seen = api.seen()
    times = seen["times"]
    return sum(at - times[0] < SECONDS for at in times), seen["refused"]
