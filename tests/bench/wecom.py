"""WeCom: how long a callback takes (signature, AES, committed inbox row, answer), and how fast messages go out.

The service is a process of its own on SQLite, the platform another one. What students write are answers, so that the
service is at work on them while the next callbacks come. Beside it a bare endpoint that inserts one row, and a loop of
sixteen threads over `requests` with the same bodies.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen
from sys import executable
from tempfile import TemporaryDirectory
from threading import Event

import aiohttp
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import Connection, func, select

from bot.addresses.store import addresses
from bot.channels.wecom.channel import WeCom
from bot.channels.wecom.client import THREADS
from bot.channels.wecom.markup import calls
from bot.clock import SystemClock, monotonic
from bot.inbox.store import inbox
from bot.outbox.model import Button, Rendered, ResultKind
from bot.platforms.store import Token
from bot.settings import Limits, Settings
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.storage.keys import read_keys
from handlers.wecom_webhook import PATH
from tests.bench.figures import Figure, percentile, rate
from tests.bench.ground import DUE, FIRST
from tests.bench.process import ROOT, free_port, process, wait_until_ready
from tests.bench.service import prepare, settings_in
from tests.bench.wecom_api import wecom_api
from tests.fakes.wecom_calls import AES_KEY, AGENT_ID, CORP_ID, TOKEN, as_xml, sealed_call

PER_SECOND, SECONDS = 200, 30
BURST = 1_000
STUDENTS = 2_000
START = DUE - timedelta(hours=2)
MESSAGES = 3_000
ROUNDS = 3
QUESTION = Rendered("这周还好吗？", ((Button("平安", data="answer:1:fine"), Button("紧急", data="answer:1:urgent")),))
Call = tuple[str, bytes]


def figures(_server: str) -> Iterator[Figure]:
    """Measure callbacks in a stream and in a burst, then sends."""
    with TemporaryDirectory(prefix="yanxin-bench-") as name, wecom_api() as url:
        folder = Path(name)
        settings = _settings(folder, url)
        prepare(settings, STUDENTS)
        _move_to_wecom(settings)
        with process("run", settings, START, folder) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n", (folder / "service.log").read_text()[-2000:]
            wait_until_ready(settings.service.url, 300)
            stream, _ = asyncio.run(post(f"{settings.service.url}{PATH}", _calls(PER_SECOND * SECONDS, 1), PER_SECOND))
            _, burst = asyncio.run(post(f"{settings.service.url}{PATH}", _calls(BURST, 1_000_000), 0))
        stored = _stored(settings)
        inserting = bare(folder, BURST)
    assert stored == PER_SECOND * SECONDS + BURST, stored
    p99 = percentile(stream, 0.99)
    yield Figure(
        f"callbacks of WeCom, {PER_SECOND}/s for {SECONDS} s: AES, signature, committed, answered",
        "SQLite",
        f"p50 {percentile(stream, 0.5) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms",
        "",
        "p99 below 500 ms",
        p99 < 0.5,
    )
    yield Figure(
        f"a burst of {BURST:,} callbacks of WeCom at once",
        "SQLite",
        f"the last after {burst:.1f} s ({BURST / burst:,.0f}/s)",
        f"a bare endpoint inserting one row {inserting:.1f} s ({BURST / inserting:,.0f}/s; {inserting / burst:.2f})",
        "none over 5 s",
        burst < 5,
    )
    with wecom_api() as url:
        found = sorted((ours / plain, ours, plain) for ours, plain in (_sends(url) for _ in range(ROUNDS)))
    ratio, ours, plain = found[ROUNDS // 2]
    yield Figure(
        f"sending {MESSAGES:,} messages in WeCom, {THREADS} at once",
        "loopback",
        f"{ours:,.0f}/s",
        f"a plain loop of {THREADS} threads over requests {plain:,.0f}/s ({ratio:.2f})",
        "at least 0.80 of it",
        ratio >= 0.8,
    )


def _settings(folder: Path, api_url: str) -> Settings:
    values = settings_in(folder, api_url, free_port()).model_dump()
    wecom = {"enabled": True, "corp_id": CORP_ID, "agent_id": AGENT_ID, "secret": "s", "token": TOKEN}
    values["channels"] = {"web": {"enabled": False}, "wecom": wecom | {"aes_key": AES_KEY, "api_url": api_url}}
    return Settings.model_validate(values)


def database_of(settings: Settings) -> Database:
    return Database(parse_url(settings.database.url), read_keys(Path(settings.security.key_file)))


def _move_to_wecom(settings: Settings) -> None:
    """Give every student an address in WeCom in the place of the one that she has."""

    def move(conn: Connection) -> None:
        conn.execute(addresses.update().values(channel="wecom", account=settings.channels.wecom.account))

    database = database_of(settings)
    try:
        database.write(move)
    finally:
        database.close()


def _stored(settings: Settings) -> int:
    database = database_of(settings)
    try:
        return database.read(lambda conn: conn.execute(select(func.count()).select_from(inbox)).scalar_one())
    finally:
        database.close()


def _calls(count: int, first: int) -> list[Call]:
    """Seal so many messages, one student after the other."""
    at = SystemClock().now().timestamp()
    frame = {"ToUserName": CORP_ID, "CreateTime": int(at), "MsgType": "text", "Content": "平安", "AgentID": AGENT_ID}
    users = (str(5_000_000_000 + FIRST + number % STUDENTS) for number in range(count))
    return [
        sealed_call(as_xml(frame | {"FromUserName": user, "MsgId": first + number}), str(first + number), at)
        for number, user in enumerate(users)
    ]


async def post(url: str, what: Sequence[Call], per_second: int) -> tuple[list[float], float]:
    """Call so often a second or (0) all at once; return how long each took, and how long all."""
    waits: list[float] = []
    connector = aiohttp.TCPConnector(limit=0 if per_second else 64, keepalive_timeout=2)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(query: str, body: bytes) -> None:
            begun = monotonic()
            async with session.post(f"{url}?{query}", data=body) as answer:
                await answer.read()
                assert answer.status == 200, answer.status
            waits.append(monotonic() - begun)

        begun, tasks = monotonic(), []
        for number, call in enumerate(what):
            if per_second:
                await asyncio.sleep(max(0.0, begun + number / per_second - monotonic()))
            tasks.append(asyncio.create_task(one(*call)))
        await asyncio.gather(*tasks)
        return waits, monotonic() - begun


def bare(folder: Path, burst: int) -> float:
    """Send the same burst to an endpoint that inserts one row; return how long all took."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/webhooks/telegram"
    command = [executable, "-m", "tests.bench.bare", str(folder / "bare.db"), str(port)]
    running = Popen(command, cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
    try:
        pause = Event()
        while True:
            try:
                requests.get(url, timeout=5)
                break
            except requests.ConnectionError:
                pause.wait(0.05)
        return asyncio.run(post(url, _calls(burst, 1), 0))[1]
    finally:
        running.terminate()
        running.wait(20)


class Row:
    """A token that is always good."""

    def load(self) -> Token | None:
        return Token("bench", SystemClock().now() + timedelta(hours=1))

    def save(self, token: Token) -> None:
        """Keep nothing."""


def _sends(url: str) -> tuple[float, float]:
    """Return how many messages a second the channel sends, and how many the plain loop."""
    values = {"enabled": True, "corp_id": CORP_ID, "agent_id": AGENT_ID, "secret": "s", "api_url": url}
    section = Settings.model_validate({"channels": {"wecom": values}}).channels.wecom

    async def ours() -> float:
        channel = WeCom(section, Limits(), Row(), SystemClock().real)
        users = iter(range(MESSAGES))

        async def worker() -> None:
            for user in users:
                result = await channel.send(str(user), QUESTION, key=str(user))
                assert result.kind is ResultKind.ACCEPTED, result

        begun = monotonic()
        await asyncio.gather(*(worker() for _ in range(THREADS * 2)))
        seconds = monotonic() - begun
        await channel.close()
        return rate(MESSAGES, seconds)

    mine = asyncio.run(ours())
    return mine, _plain(f"{url}/cgi-bin/message/send")


def _plain(url: str) -> float:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_connections=THREADS, pool_maxsize=THREADS))
    content = calls(QUESTION, 2048, "k", cards=False)[0]

    def one(user: int) -> None:
        body = {"touser": str(user), "toparty": "", "totag": "", "agentid": AGENT_ID} | content
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
