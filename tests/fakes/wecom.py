"""A WeCom of our own on loopback: the API that one app calls, and members who write to it.

    with FakeWeCom() as wecom:
        section = wecom.section(cards=True)            # settings of [channels.wecom] that point here
        wecom.calls_back(lambda query, body: status)   # where the app is called (`wecom_calls.call`)
        mei = wecom.member("S1")
        mei.enters(); mei.says("2"); mei.taps("/sos"); mei.shares(40.7, -74.0); mei.sends_file("image")
        mei.presses("平安")                             # on the newest card that has such a button
        mei.hears("你好"); mei.unheard; mei.cards

What the platform does silently it does here: a copy of the same bytes within `duplicate_check_interval` is confirmed
and not delivered, and so is whatever goes beyond 30 a minute or 1,000 an hour to one member (`dropped` counts those).
It reads no time but `now`, which a story replaces. Trouble is scripted (`fails` once each, `is_down` until taken back).
"""

import asyncio
import itertools
import json
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from bot.clock import SystemClock
from bot.settings_wecom import WeCom
from tests.fakes.group_robots import GroupRobots
from tests.fakes.wecom_calls import AES_KEY, AGENT_ID, CORP_ID, TOKEN, as_xml, sealed_call
from tests.fakes.wecom_member import Member

SECRET = "fake-secret-of-the-app"
PER_MINUTE = 30
PER_HOUR = 1000
TEXT_BYTES = 2048
GROUP_PATH = "webhook/send"
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True)
class Failure:
    """An answer other than success; `accepted`: the call has its effect all the same; `hangs_up`: no answer at all."""

    code: int = 0
    status: int = 200
    body: str | None = None
    accepted: bool = False
    hangs_up: bool = False


class FakeWeCom:
    """The platform with one app; a context manager."""

    def __init__(self) -> None:
        self.url = ""
        self.members: dict[str, Member] = {}
        self.groups = GroupRobots(f"/cgi-bin/{GROUP_PATH}", "key")
        self.menu: dict[str, Any] | None = None
        self.tokens: list[str] = []
        self.token_calls: list[float] = []
        self.calls: list[tuple[str, bytes]] = []
        self.updates: list[dict[str, Any]] = []
        self.media: dict[str, bytes] = {}
        self.dropped = 0
        self.copies = 0
        self.lasts = 7200
        self.now: Callable[[], float] = lambda: SystemClock().now().timestamp()
        self.numbers = itertools.count(7_000_000_000_000_001)
        self.lock = threading.Condition()
        self._app: Callable[[str, bytes], int] = lambda _query, _body: 0
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self._down: dict[str, Failure] = {}
        self._seen: dict[bytes, float] = {}
        self._codes: dict[str, str] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="fake-wecom", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        with self.lock:
            assert self.lock.wait_for(lambda: self.url, 10), "the fake WeCom did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), "the fake WeCom did not stop"

    def values(self, **changes: Any) -> dict[str, Any]:
        """Return the settings of the channel that point here, as a file has them."""
        return {
            "enabled": True,
            "corp_id": CORP_ID,
            "agent_id": AGENT_ID,
            "secret": SECRET,
            "token": TOKEN,
            "aes_key": AES_KEY,
            "api_url": self.url,
        } | changes

    def section(self, **changes: Any) -> WeCom:
        return WeCom.model_validate(self.values(**changes))

    def member(self, user: str) -> Member:
        return self.members.setdefault(user, Member(self, user))

    def fails(self, path: str, *failures: Failure) -> None:
        """Let the next calls of a path (`message/send`) go wrong, one failure each."""
        with self.lock:
            self._failures[path].extend(failures)

    def is_down(self, path: str, failure: Failure | None) -> None:
        """Let every call of a path go wrong; None takes that back."""
        with self.lock:
            if failure is None:
                self._down.pop(path, None)
            else:
                self._down[path] = failure

    def forgets_tokens(self) -> None:
        """Let every token that was given be invalid from now on."""
        self.tokens.clear()

    def calls_back(self, app: Callable[[str, bytes], int]) -> None:
        self._app = app

    def calls_app(self, values: dict[str, object]) -> int:
        """Seal a message, call the app, and return the status of its answer."""
        return self._app(*self.sealed(values))

    def sealed(self, values: dict[str, object], *, nonce: str = "", at: float | None = None) -> tuple[str, bytes]:
        """Return query and body of a call that carries a message."""
        return self.seal(as_xml(values), nonce=nonce, at=at)

    def seal(self, text: str, *, nonce: str = "", at: float | None = None) -> tuple[str, bytes]:
        return sealed_call(text, nonce or str(secrets.randbelow(10**10)), self.now() if at is None else at)

    def new_code(self, user: str) -> str:
        code = secrets.token_hex(16)
        self._codes[code] = user
        return code

    # ------------------------------------------------------------------------------------ the platform

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/cgi-bin/{path:.+}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        with self.lock:
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self.lock.notify_all()
        await self._stopping.wait()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path, body = request.match_info["path"], await request.read()
        with self.lock:
            self.calls.append((path, body))
            waiting = self._failures[path]
            failure = waiting.popleft() if waiting else self._down.get(path)
            if path in {"gettoken", "stable_token"}:
                self.token_calls.append(self.now())
        result: dict[str, Any] = {}
        if failure is None or failure.accepted:
            with self.lock:
                result = self._do(path, request, body)
                self.lock.notify_all()
        if failure is None and "media" in result:
            return web.Response(body=result["media"], content_type="image/jpeg")
        if failure is None:
            return web.json_response(result)
        if failure.hangs_up and request.transport is not None:
            request.transport.close()
        if failure.body is not None:
            return web.Response(text=failure.body, status=failure.status)
        return web.json_response({"errcode": failure.code, "errmsg": "no"}, status=failure.status)

    def _do(self, path: str, request: web.Request, body: bytes) -> dict[str, Any]:
        if path == "gettoken":
            return self._give_token(request)
        if path == GROUP_PATH:
            return self.groups.wecom(request.query, json.loads(body or b"{}"), self.now())
        if request.query.get("access_token") not in self.tokens:
            return refusal(40014)
        if path == "media/get":
            return self.gives_media(request)
        if path == "media/upload":
            return OK | {"type": request.query["type"], "media_id": self.keeps(body)}
        does = {
            "message/send": self._send,
            "message/update_template_card": self._update,
            "menu/create": self._put_menu,
            "agent/get": self._describe,
        }
        return does[path](json.loads(body or b"{}"), body) if path in does else refusal(404)

    def gives_media(self, request: web.Request) -> dict[str, Any]:
        """Return what a member sent; the platform forgets it after three days."""
        media = self.media.get(request.query.get("media_id", ""))
        return refusal(40007) if media is None else {"media": media}

    def keeps(self, content: bytes) -> str:
        """Keep what somebody sends, and return the id by which it is given out."""
        media_id = f"media-{next(self.numbers)}"
        self.media[media_id] = content
        return media_id

    def _give_token(self, request: web.Request) -> dict[str, Any]:
        if (request.query.get("corpid"), request.query.get("corpsecret")) != (CORP_ID, SECRET):
            return refusal(40001)
        if not self.tokens:
            self.tokens.append(secrets.token_hex(20))
        return OK | {"access_token": self.tokens[-1], "expires_in": self.lasts}

    def _update(self, values: dict[str, Any], _body: bytes) -> dict[str, Any]:
        if self._codes.pop(values["response_code"], None) != values["userids"][0]:
            return refusal(42014)
        self.updates.append(values)
        return OK

    def _describe(self, _values: dict[str, Any], _body: bytes) -> dict[str, Any]:
        return OK | {"agentid": AGENT_ID, "name": "平安"}

    def _put_menu(self, values: dict[str, Any], _body: bytes) -> dict[str, Any]:
        self.menu = values
        return OK

    def _send(self, values: dict[str, Any], body: bytes) -> dict[str, Any]:
        member = self.members.get(values["touser"])
        if values["agentid"] != AGENT_ID:
            return refusal(40056)
        if member is None:
            return refusal(81013) | {"invaliduser": values["touser"]}
        if values["msgtype"] == "text" and len(values["text"]["content"].encode()) > TEXT_BYTES:
            return refusal(45002)
        if values["msgtype"] == "image" and values["image"]["media_id"] not in self.media:
            return refusal(40007)
        answer = OK | {"msgid": secrets.token_hex(8)}
        if not member.licensed:
            return answer | {"unlicenseduser": member.user}
        if not self._is_dropped(member, values, body):
            member.messages.append(values)
            if values["msgtype"] == "template_card":
                answer["response_code"] = self.new_code(member.user)
        return answer

    def _is_dropped(self, member: Member, values: dict[str, Any], body: bytes) -> bool:
        """Count a message; drop copies and what goes beyond the limits, and tell nobody."""
        now, before = self.now(), self._seen.get(body)
        if values.get("enable_duplicate_check") == 1:
            if before is not None and now - before < values.get("duplicate_check_interval", 1800):
                self.copies += 1
                return True
            self._seen[body] = now
        member.times = [at for at in member.times if at > now - 3600]
        if sum(at > now - 60 for at in member.times) >= PER_MINUTE or len(member.times) >= PER_HOUR:
            self.dropped += 1
            return True
        member.times.append(now)
        return False


def refusal(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "no"}
