"""`yanxin doctor`: what it finds against real servers on loopback, and that no secret is ever printed."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.allowances import store as allowances
from bot.allowances.model import Allowance
from bot.channels.weixin.callback import ForgedError, Lock
from bot.cli.context import Tool
from bot.cli.doctor import doctor
from bot.clock import SystemClock
from bot.journal.store import journal
from bot.storage.database import Database
from tests.fakes.ground import Ground
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import blocked
from tests.fakes.wechat import FakeWeChat
from tests.fakes.wecom import Failure, FakeWeCom

Run = Callable[..., Result]


class Pages:
    """The service as others see it: /healthz, and WeCom's callback with a lock of its own."""

    def __init__(self) -> None:
        self.url, self.status, self.handshakes = "", 200, ""
        self.lock: Lock | None = None
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = pages.answer(self.path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def shake_hands(self, query: dict[str, str]) -> tuple[int, bytes]:
        signed = "".join(sorted([self.handshakes, query["timestamp"], query["nonce"]]))
        is_ours = hashlib.sha1(signed.encode()).hexdigest() == query["signature"]  # noqa: S324 - theirs
        return (200, query["echostr"].encode()) if is_ours else (403, b"")

    def answer(self, path: str) -> tuple[int, bytes]:
        parts = urlsplit(path)
        if parts.path == "/webhooks/wechat":
            return self.shake_hands(dict(parse_qsl(parts.query)))
        if parts.path == "/healthz":
            return self.status, json.dumps({"status": "ok"}).encode()
        if parts.path != "/webhooks/wecom" or self.lock is None:
            return 404, b""
        query = dict(parse_qsl(parts.query))
        try:
            self.lock.check(query, SystemClock().real())
            return 200, self.lock.echo(query).encode()
        except ForgedError:
            return 403, b""


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as running:
        yield running


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def wecom() -> Iterator[FakeWeCom]:
    with FakeWeCom() as running:
        yield running


class Bench:
    """Settings in a file, and the command on them."""

    def __init__(self, folder: Path, pages: Pages) -> None:
        self.config, self.folder, self.pages = folder / "config.toml", folder, pages
        self.sections: dict[str, dict[str, Any]] = {}

    def tool(self) -> Tool:
        lines = [
            f'[database]\nurl = "sqlite:///{self.folder}/yanxin.db"\n[security]\nkey_file = "{self.folder}/keys.txt"',
            f'[service]\nbase_url = "{self.pages.url}"',
        ]
        for name, values in self.sections.items():
            lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
        self.config.write_text("\n".join(lines) + "\n")
        return Tool(self.config, SystemClock())

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(doctor, list(words), obj=self.tool())

    def with_telegram(self, telegram: FakeTelegram, **changes: Any) -> None:
        values = {"enabled": True, "token": telegram.token, "bot_username": telegram.username, "api_url": telegram.url}
        self.sections["channels.telegram"] = values | changes

    def lines(self, database: Database) -> list[tuple[str, Any]]:
        query = select(journal.c.action, journal.c.detail).where(journal.c.action == "doctor.sent")
        return [(row.action, row.detail) for row in database.read(lambda conn: conn.execute(query).all())]


@pytest.fixture
def bench(tmp_path: Path, pages: Pages) -> Bench:
    return Bench(tmp_path, pages)


def test_all_is_well_with_telegram(bench: Bench, telegram: FakeTelegram) -> None:
    bench.with_telegram(telegram)
    bench.sections["channels.web"] = {"enabled": False}
    done = bench.run()
    assert done.exit_code == 0, done.output
    assert f"telegram: credentials: ok: the token is that of @{telegram.username}" in done.stdout
    assert "telegram: clock: ok" in done.stdout
    assert "telegram: callback: ok: none, we poll; 0 updates wait" in done.stdout
    assert "telegram: quota: ok: no daily one; 0 sent today" in done.stdout
    assert "telegram: proxy: ok" in done.stdout
    assert {call.method for call in telegram.calls} == {"getMe", "getWebhookInfo"}
    assert telegram.token not in done.output


def test_a_token_that_nobody_knows_and_the_name_of_another_bot(bench: Bench, telegram: FakeTelegram) -> None:
    bench.with_telegram(telegram, token="1:a-secret-of-ours")
    done = bench.run()
    assert done.exit_code == 1
    assert "telegram: credentials: WRONG: Telegram does not know this token" in done.stderr
    assert "@BotFather" in done.stderr
    assert "a-secret-of-ours" not in done.output
    bench.with_telegram(telegram, bot_username="other_bot")
    done = bench.run()
    assert done.exit_code == 1
    assert f"the token is that of @{telegram.username}, not of @other_bot" in done.stderr


def test_nothing_listens_behind_the_proxy_and_its_password_stays_unsaid(bench: Bench, telegram: FakeTelegram) -> None:
    bench.with_telegram(telegram, proxy="http://user:hush@127.0.0.1:9")
    done = bench.run()
    assert done.exit_code == 1
    assert "telegram: proxy: WRONG: nothing came back through 127.0.0.1:9" in done.stderr
    assert "Telegram cannot be asked (not_connected)" in done.stderr
    assert "hush" not in done.output


def test_a_webhook_that_nobody_outside_can_call(bench: Bench, telegram: FakeTelegram) -> None:
    bench.with_telegram(telegram, mode="webhook", webhook_secret="hush-hush")
    done = bench.run()
    assert done.exit_code == 1
    assert "Telegram cannot call us: 127.0.0.1 is an address of this network only" in done.stderr
    assert "hush" not in done.output


def test_our_pages_answer_or_something_else_does(bench: Bench, pages: Pages) -> None:
    done = bench.run()
    assert done.exit_code == 1
    assert "web: address: WRONG" in done.stderr
    assert "web: pages: ok: our service answers there" in done.stdout
    pages.status = 502
    assert "answered 502, which is not us" in bench.run().stderr


def test_wecom_is_asked_for_its_app_and_our_callback_is_called(bench: Bench, wecom: FakeWeCom, pages: Pages) -> None:
    section = wecom.section()
    pages.lock = Lock(section.token, section.aes_key, section.corp_id)
    bench.sections = {"channels.web": {"enabled": False}, "channels.wecom": wecom.values()}
    done = bench.run()
    assert "wecom: credentials: ok: the Secret is that of the app '平安'" in done.stdout
    assert "wecom: clock: ok" in done.stdout
    assert "wecom: quota: ok: 0 of 200000 messages of today" in done.stdout
    assert "callback: WRONG: answers, but WeCom cannot call it: 127.0.0.1" in done.stderr
    bench.sections["channels.wecom"] |= {"token": "AnotherToken"}
    assert "the service there has another token or key" in bench.run().stderr
    pages.lock = None
    assert "answered 404, which is not us" in bench.run().stderr
    secrets = wecom.values()
    assert not any(str(secrets[name]) in done.output for name in ("secret", "token", "aes_key"))


@pytest.mark.parametrize(("code", "mend"), [(40001, "Secret anew"), (60020, "企业可信IP"), (99, "全局错误码")])
def test_what_wecom_refuses_is_said_with_how_to_mend_it(bench: Bench, wecom: FakeWeCom, code: int, mend: str) -> None:
    bench.sections = {"channels.wecom": wecom.values()}
    wecom.fails("agent/get", Failure(code=code))
    done = bench.run()
    assert f"WeCom says no ({code})" in done.stderr
    assert mend in done.stderr


def test_alarm_urls_are_looked_at_and_never_said(bench: Bench, pages: Pages) -> None:
    port = urlsplit(pages.url).port
    urls = {"T001": [f"json://127.0.0.1:{port}/hush"], "T002": ["json://127.0.0.1:9/hush"]}
    bench.sections["duty.alarm_urls"] = urls
    done = bench.run()
    assert "apprise: alarm URLs of T001: ok: 1 understood" in done.stdout
    assert "apprise: alarm URLs of T002: WRONG: no. 1 of 1" in done.stderr
    assert "hush" not in done.output


def test_one_test_message_to_a_named_person(bench: Bench, telegram: FakeTelegram) -> None:
    bench.with_telegram(telegram)
    bench.sections["channels.web"] = {"enabled": False}
    mei = telegram.phone("Lin Mei")
    with bench.tool().database() as database:
        ground = Ground(database)
        her = ground.student("S1", reachable=False)
        refused = bench.run("--to", "S1")
        assert refused.exit_code == 1
        assert "S1 has no account that can be written to" in refused.stderr
        account = telegram.token.partition(":")[0]
        ground.address(her, channel="telegram", external_id=str(mei.chat_id), account=account)
        done = bench.run("--to", "S1")
        assert done.exit_code == 0, done.output
        assert "telegram: test message: ok: taken; ask S1 whether it is there" in done.stdout
        mei.hears("雁信的一条测试消息")
        telegram.fails("sendMessage", blocked())
        done = bench.run("--to", "S1")
        assert done.exit_code == 1
        assert "not taken (blocked)" in done.stderr
        assert bench.lines(database) == [
            ("doctor.sent", {"channel": "telegram", "result": "accepted"}),
            ("doctor.sent", {"channel": "telegram", "result": "person_gone"}),
        ]
        assert bench.run("--to", "nobody").exit_code == 2
    assert not telegram.unheard()


def test_an_official_account_is_asked_for_its_token_and_its_day(bench: Bench, pages: Pages) -> None:
    with FakeWeChat() as wechat:
        pages.handshakes = wechat.official().token
        bench.sections = {"channels.web": {"enabled": False}, "channels.wechat": wechat.values()}
        done = bench.run()
        assert "wechat: credentials: ok: the AppSecret is right" in done.stdout
        assert "wechat: clock: ok" in done.stdout
        assert "wechat: quota: ok: 2 of 500 messages of today" in done.stdout
        assert "callback: WRONG: answers, but WeChat cannot call it: 127.0.0.1" in done.stderr
        wechat.follower("openid-S1").follows = True
        with bench.tool().database() as database:
            ground = Ground(database)
            her, him = ground.student("S1", reachable=False), ground.student("S2", reachable=False)
            ground.address(her, channel="wechat", external_id="openid-S1", account=wechat.official().account)
            ground.address(him, channel="telegram", external_id="1", account="1")
            closed = bench.run("--to", "S1").stderr
            assert "wechat: test message: WRONG: not taken (window_closed)" in closed
            assert "that ends when S1 writes to us there" in closed
            assert "wechat: test message: not known: S2 has no account here" in bench.run("--to", "S2").stdout
            assert bench.lines(database) == []  # what WeChat would refuse is not sent
        pages.handshakes = "AnotherToken"
        assert "the service there has another token" in bench.run().stderr
        bench.sections["channels.wechat"] |= {"secret": "hush-hush"}
        done = bench.run()
        assert "WeChat says no (40125)" in done.stderr
        assert "hush" not in done.output


def test_a_test_message_in_wechat_is_one_of_her_five_and_never_the_last(bench: Bench, pages: Pages) -> None:
    with FakeWeChat() as wechat:
        pages.handshakes = wechat.official().token
        bench.sections = {"channels.web": {"enabled": False}, "channels.wechat": wechat.values()}
        follower = wechat.follower("openid-S1")
        follower.follows = True
        with bench.tool().database() as database:
            ground, now = Ground(database), SystemClock().now()
            her = ground.student("S1", reachable=False)
            where = {"external_id": "openid-S1", "account": wechat.official().account}
            address = ground.address(her, channel="wechat", **where)
            left = Allowance(open_until=now + timedelta(hours=1), left=3)
            database.write(lambda conn: allowances.keep(conn, address, left))
            bench.run("--to", "S1")  # WeChat has heard nothing of her: it takes nothing, whatever we have counted
            assert database.read(lambda conn: allowances.of_addresses(conn, [address]))[address].left == 0
            wechat.calls_account(lambda _query, _body: (200, b""))
            follower.says("你好")
            database.write(lambda conn: allowances.keep(conn, address, left))
            said = bench.run("--to", "S1").stdout
            assert "taken; ask S1 whether it is there; 2 more may go there until S1 writes to us again" in said
            assert database.read(lambda conn: allowances.of_addresses(conn, [address]))[address].left == 2
            assert "; 1 more may go there" in bench.run("--to", "S1").stdout
            kept = bench.run("--to", "S1").stdout
            assert "test message: not known: not sent; only one more may go there until S1 writes to us" in kept
            assert database.read(lambda conn: allowances.of_addresses(conn, [address]))[address].left == 1
            assert len(follower.messages) == 2


def test_groups_with_a_robot_are_looked_at_and_nothing_is_written_there(
    bench: Bench, wecom: FakeWeCom, pages: Pages
) -> None:
    section = wecom.section()
    pages.lock = Lock(section.token, section.aes_key, section.corp_id)
    known, gone = wecom.groups.add("二班"), wecom.groups.add("三班")
    bench.sections = {
        "channels.wecom": wecom.values(),
        "[channels.wecom.groups]": wecom.groups.values(known, wecom.url),
    }
    assert "wecom: group 二班: ok: its robot is known" in bench.run().stdout
    del wecom.groups.known[known.key]
    done = bench.run()
    assert "wecom: group 二班: WRONG: its robot does not take what we send (group_gone)" in done.stderr
    assert known.key not in done.output
    assert known.texts == gone.texts == []
