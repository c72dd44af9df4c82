"""WeChat: how long a callback takes (signature, AES, committed inbox row, processed, its reply sealed in the answer),
and how fast messages go out.

The service is a process of its own on SQLite, the platform another one; both are those of `tests/bench/wecom.py`.
"""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import func, select, update

from bot.addresses.store import addresses
from bot.channels.plain import as_text
from bot.channels.wechat.channel import WeChat
from bot.channels.weixin.client import THREADS
from bot.clock import SystemClock, monotonic
from bot.inbox.store import inbox
from bot.outbox.model import ResultKind
from bot.outbox.store import attempts
from bot.settings import Limits, Settings
from handlers.passive_reply import PASSIVE
from handlers.wechat_webhook import PATH
from tests.bench import wecom
from tests.bench.figures import Figure, percentile, rate
from tests.bench.ground import FIRST
from tests.bench.process import free_port, process, wait_until_ready
from tests.bench.service import prepare, settings_in
from tests.bench.wecom_api import wecom_api
from tests.fakes.wecom_calls import AES_KEY, TOKEN, as_xml, sealed_call

APP_ID = "wxbench0123456789"
PER_SECOND, SECONDS = 200, 30
BURST = 1_000
STUDENTS = 2_000
MESSAGES = 3_000
ROUNDS = 3


def figures(_server: str) -> Iterator[Figure]:
    """Measure callbacks in a stream and in a burst, then sends."""
    with TemporaryDirectory(prefix="yanxin-bench-") as name, wecom_api() as url:
        folder = Path(name)
        settings = _settings(folder, url)
        prepare(settings, STUDENTS)
        _move_to_wechat(settings)
        with process("run", settings, wecom.START, folder) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n", (folder / "service.log").read_text()[-2000:]
            wait_until_ready(settings.service.url, 300)
            hook = f"{settings.service.url}{PATH}"
            stream, _ = asyncio.run(wecom.post(hook, _calls(PER_SECOND * SECONDS, 1), PER_SECOND))
            waits, burst = asyncio.run(wecom.post(hook, _calls(BURST, 1_000_000), 0))
        stored, passive = _counted(settings)
        bare = wecom.bare(folder, BURST)
    assert stored == PER_SECOND * SECONDS + BURST, stored
    p99 = percentile(stream, 0.99)
    yield Figure(
        f"callbacks of WeChat, {PER_SECOND}/s for {SECONDS} s: AES, signature, committed, processed, answered",
        "SQLite",
        f"p50 {percentile(stream, 0.5) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms; {passive:,} replies of {stored:,}",
        "",
        "p99 below 500 ms",
        p99 < 0.5,
    )
    yield Figure(
        f"a burst of {BURST:,} callbacks of WeChat at once",
        "SQLite",
        f"the longest {max(waits):.1f} s, the last after {burst:.1f} s ({BURST / burst:,.0f}/s)",
        f"a bare endpoint inserting one row {bare:.1f} s ({BURST / bare:,.0f}/s; {bare / burst:.2f})",
        "none over 5 s",
        max(waits) < 5,
    )
    with wecom_api() as url:
        found = sorted((ours / plain, ours, plain) for ours, plain in (_sends(url) for _ in range(ROUNDS)))
    ratio, ours, plain = found[ROUNDS // 2]
    yield Figure(
        f"sending {MESSAGES:,} messages in WeChat, {THREADS} at once",
        "loopback",
        f"{ours:,.0f}/s",
        f"a plain loop of {THREADS} threads over requests {plain:,.0f}/s ({ratio:.2f})",
        "at least 0.80 of it",
        ratio >= 0.8,
    )


def _section(api_url: str) -> dict[str, object]:
    return {"enabled": True, "app_id": APP_ID, "secret": "s", "token": TOKEN, "aes_key": AES_KEY, "api_url": api_url}


def _settings(folder: Path, api_url: str) -> Settings:
    values = settings_in(folder, api_url, free_port()).model_dump()
    values["channels"] = {"web": {"enabled": False}, "wechat": _section(api_url)}
    return Settings.model_validate(values)


def _move_to_wechat(settings: Settings) -> None:
    """Give every student an address in WeChat in the place of the one that she has."""
    database = wecom.database_of(settings)
    try:
        database.write(lambda conn: conn.execute(update(addresses).values(channel="wechat", account=APP_ID)).close())
    finally:
        database.close()


def _counted(settings: Settings) -> tuple[int, int]:
    """Return how many messages are stored, and how many replies went inside a callback."""
    database = wecom.database_of(settings)
    passive = select(func.count()).select_from(attempts).where(attempts.c.reason == PASSIVE)
    try:
        stored = database.read(lambda conn: conn.execute(select(func.count()).select_from(inbox)).scalar_one())
        return stored, database.read(lambda conn: conn.execute(passive).scalar_one())
    finally:
        database.close()


def _calls(count: int, first: int) -> list[wecom.Call]:
    """Seal so many messages, one student after the other."""
    at = SystemClock().now().timestamp()
    frame = {"ToUserName": "gh_bench", "CreateTime": int(at), "MsgType": "text", "Content": "平安"}
    users = (str(5_000_000_000 + FIRST + number % STUDENTS) for number in range(count))
    return [
        sealed_call(as_xml(frame | {"FromUserName": user, "MsgId": first + number}), str(first + number), at, APP_ID)
        for number, user in enumerate(users)
    ]


def _sends(url: str) -> tuple[float, float]:
    """Return how many messages a second the channel sends, and how many the plain loop."""
    section = Settings.model_validate({"channels": {"wechat": _section(url)}}).channels.wechat

    async def ours() -> float:
        channel = WeChat(section, Limits(), wecom.Row(), SystemClock().real)
        users = iter(range(MESSAGES))

        async def worker() -> None:
            for user in users:
                result = await channel.send(str(user), wecom.QUESTION, key=str(user))
                assert result.kind is ResultKind.ACCEPTED, result

        begun = monotonic()
        await asyncio.gather(*(worker() for _ in range(THREADS * 2)))
        seconds = monotonic() - begun
        await channel.close()
        return rate(MESSAGES, seconds)

    mine = asyncio.run(ours())
    return mine, _plain(f"{url}/cgi-bin/message/custom/send")


def _plain(url: str) -> float:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=THREADS, pool_maxsize=THREADS))
    text = as_text(wecom.QUESTION)

    def one(user: int) -> None:
        body = {"touser": str(user), "msgtype": "text", "text": {"content": text}}
        data = json.dumps(body, ensure_ascii=False).encode()
        answer = session.post(url, params={"access_token": "bench"}, data=data, timeout=15)
        answer.raise_for_status()
        assert answer.json()["errcode"] == 0

    begun = monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, range(MESSAGES)))
    seconds = monotonic() - begun
    session.close()
    return rate(MESSAGES, seconds)
