"""A DingTalk of our own on loopback: the API that one app calls, the connections it opens, and members who write to it.

    with FakeDingTalk() as dingtalk:
        section = dingtalk.section(cards=True)     # settings of [channels.dingtalk] that point here
        mei = dingtalk.member("S1")
        mei.says("2"); mei.sends("picture"); mei.presses("平安")   # pushed once; returns whether it was answered
        mei.hears("你好"); mei.unheard
        dingtalk.cuts(); dingtalk.says_goodbye(); dingtalk.freezes()   # what happens to connections

Like the platform it pushes each message through one connection, once, and a ticket is good once and for 90 seconds. A
call takes 20 members at most. Trouble is scripted (`fails` once each, `is_down` until taken back); `flow_controlled`,
`filtered` name members who are left out. It reads no time but `now`, which a story replaces.
"""

import asyncio
import itertools
import json
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import WSMsgType, web

from bot.clock import SystemClock
from bot.settings_dingtalk import DingTalk
from tests.fakes.dingtalk_frames import callback
from tests.fakes.dingtalk_member import Member
from tests.fakes.group_robots import GroupRobots

T = TypeVar("T")
CLIENT_ID, SECRET, ROBOT = "dingfakeclient", "fake-secret-of-the-app", "dingfakerobot"
MOST_USERS = 20
TICKET_SECONDS = 90.0
TOKEN_PATH, OPEN_PATH = "/v1.0/oauth2/accessToken", "/v1.0/gateway/connections/open"
GROUP_PATH = "/robot/send"
FILE_PATH = "/v1.0/robot/messageFiles/download"
SEND_PATH, CARD_PATH = "/v1.0/robot/oToMessages/batchSend", "/v1.0/card/instances"


@dataclass(frozen=True)
class Failure:
    """An answer other than success; `accepted`: the call has its effect all the same; `hangs_up`: no answer at all."""

    code: str = ""
    status: int = 400
    body: str | None = None
    accepted: bool = False
    hangs_up: bool = False


class FakeDingTalk:
    """The platform with one app; a context manager."""

    def __init__(self) -> None:
        self.url = ""
        self.members: dict[str, Member] = {}
        self.groups = GroupRobots(GROUP_PATH, "access_token")
        self.tokens: list[str] = []
        self.token_calls: list[float] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.most_open = 0
        self.opened = 0
        self.answers: dict[str, dict[str, Any]] = {}
        self.updates: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.flow_controlled: set[str] = set()
        self.filtered: set[str] = set()
        self.now: Callable[[], float] = lambda: SystemClock().now().timestamp()
        self.numbers = itertools.count(1)
        self.lock = threading.Condition()
        self._tickets: dict[str, float] = {}
        self._failures: defaultdict[str, deque[Failure]] = defaultdict(deque)
        self._down: dict[str, Failure] = {}
        self._frozen: set[int] = set()
        self._turn = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="fake-dingtalk", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        with self.lock:
            assert self.lock.wait_for(lambda: self.url, 10), "the fake DingTalk did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), "the fake DingTalk did not stop"

    # ------------------------------------------------------------------------------------------ for tests

    def values(self, **changes: Any) -> dict[str, Any]:
        """Return the settings of the channel that point here, as a file has them."""
        known = {"enabled": True, "client_id": CLIENT_ID, "client_secret": SECRET, "robot_code": ROBOT}
        return known | {"api_url": self.url} | changes

    def section(self, **changes: Any) -> DingTalk:
        return DingTalk.model_validate(self.values(**changes))

    def member(self, user: str) -> Member:
        with self.lock:
            return self.members.setdefault(user, Member(self, user))

    def fails(self, path: str, *failures: Failure) -> None:
        self._failures[path].extend(failures)

    def is_down(self, path: str, failure: Failure | None) -> None:
        if failure is None:
            self._down.pop(path, None)
        else:
            self._down[path] = failure

    def forgets_tokens(self) -> None:
        self.tokens.clear()

    def waits_for(self, happened: Callable[[], bool], what: str, seconds: float = 15) -> None:
        with self.lock:
            assert self.lock.wait_for(happened, seconds), f"waited in vain for {what}"

    def waits_until_open(self, count: int = 2) -> None:
        self.waits_for(lambda: len(self.sockets) == count, f"{count} connections")

    def pushes(self, frame: dict[str, Any] | str, *, awaits: bool = True, through: int | None = None) -> str:
        """Push a frame through one connection and return its message id, by default once it was answered."""
        text = frame if isinstance(frame, str) else json.dumps(frame, ensure_ascii=False)
        number = "" if isinstance(frame, str) else str(frame["headers"]["messageId"])
        self._do(self._push(text, through))
        if awaits:
            self.waits_for(lambda: number in self.answers, f"an answer to {number}")
        return number

    def delivers(self, topic: str, data: dict[str, Any], *, awaits: bool = True) -> dict[str, Any]:
        """Push a message or press and return the answer to it."""
        number = self.pushes(callback(topic, data, f"m{next(self.numbers)}"), awaits=awaits)
        return self.answers.get(number, {})

    def cuts(self, which: int = 0) -> None:
        """Cut a connection without a word."""
        self._do(self._cut(self.sockets[which]))

    def says_goodbye(self, which: int = 0) -> None:
        """Ask for another connection in the place of one, as before a restart."""
        frame = {"type": "SYSTEM", "headers": {"topic": "disconnect", "messageId": f"bye{next(self.numbers)}"}}
        self.pushes(frame | {"specVersion": "1.0", "data": '{"reason":"restart"}'}, through=which)

    def freezes(self, which: int = 0) -> None:
        """Let a connection stay open and say nothing any more, not even to a ping."""
        self._frozen.add(id(self.sockets[which]))

    # --------------------------------------------------------------------------------------- the platform

    async def _main(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_get("/connect", self._connect)
        app.router.add_get("/stored/{code}", self._stored)
        app.router.add_route("*", "/{path:.*}", self._call)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        with self.lock:
            self.url = f"http://127.0.0.1:{port}"
            self.lock.notify_all()
        await self._stopping.wait()
        for socket in list(self.sockets):
            await self._cut(socket)
        await runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        path, values = f"/{request.match_info['path']}", json.loads(await request.read() or b"{}")
        with self.lock:
            self.calls.append((path, values))
            queue = self._failures[path]
            failure = self._down.get(path) or (queue.popleft() if queue else None)
            if path == TOKEN_PATH:
                self.token_calls.append(self.now())
            answer = self._answer(request, path, values) if failure is None or failure.accepted else None
            self.lock.notify_all()
        if failure is None:
            assert answer is not None
            return web.json_response(answer[1], status=answer[0])
        if failure.hangs_up:
            assert request.transport is not None
            request.transport.close()
        if failure.body is not None:
            return web.Response(text=failure.body, status=failure.status)
        return web.json_response({"code": failure.code, "message": "no"}, status=failure.status)

    def _answer(self, request: web.Request, path: str, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == TOKEN_PATH:
            return self._give_token(values)
        if path == OPEN_PATH:
            return self._give_ticket(values)
        if path == GROUP_PATH:
            return 200, self.groups.dingtalk(request.query, values, self.now())
        if not self.tokens or request.headers.get("x-acs-dingtalk-access-token") != self.tokens[-1]:
            return 401, {"code": "InvalidAuthentication", "message": "no"}
        if path == FILE_PATH:
            return self._file(values)
        handler = {SEND_PATH: self._send, f"{CARD_PATH}/createAndDeliver": self._deliver, CARD_PATH: self._update}
        return handler[path](values)

    def _file(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if values["robotCode"] != ROBOT or values["downloadCode"] not in self.files:
            return 400, {"code": "unknownError", "message": "no"}
        return 200, {"downloadUrl": f"{self.url}/stored/{values['downloadCode']}"}

    async def _stored(self, request: web.Request) -> web.StreamResponse:
        """Give out what an address of `_file` stands for; like the store of the platform it knows no token."""
        assert "x-acs-dingtalk-access-token" not in request.headers
        return web.Response(body=self.files[request.match_info["code"]])

    def _give_token(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if (values.get("appKey"), values.get("appSecret")) != (CLIENT_ID, SECRET):
            return 400, {"code": "invalidClientIdOrSecret", "message": "no"}
        if not self.tokens:
            self.tokens.append(secrets.token_hex(16))
        return 200, {"accessToken": self.tokens[-1], "expireIn": 7200}

    def _give_ticket(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if (values.get("clientId"), values.get("clientSecret")) != (CLIENT_ID, SECRET):
            return 401, {"code": "authFailed", "message": "no"}
        ticket = f"{secrets.token_hex(8)}+/="  # as theirs, not safe in a URL as it stands
        self._tickets[ticket] = self.now()
        return 200, {"endpoint": f"ws{self.url.removeprefix('http')}/connect", "ticket": ticket}

    def _send(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        users = values["userIds"]
        if values["robotCode"] != ROBOT:
            return 400, {"code": "robot.notExist", "message": "no"}
        if not 1 <= len(users) <= MOST_USERS or len(set(users)) != len(users):
            return 400, {"code": "invalidParameter.userIds", "message": "no"}
        known = [user for user in users if user in self.members]
        if not known:
            return 400, {"code": "staffId.notExisted", "message": "no"}
        left_out = self.flow_controlled | self.filtered
        for user in known:
            if user not in left_out:
                self.members[user].messages.append({values["msgKey"]: json.loads(values["msgParam"])})
        return 200, {
            "processQueryKey": secrets.token_hex(8),
            "invalidStaffIdList": [user for user in users if user not in known],
            "flowControlledStaffIdList": [user for user in users if user in self.flow_controlled],
            "filteredStaffIdList": [user for user in users if user in self.filtered],
        }

    def _deliver(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        user = values["openSpaceId"].removeprefix("dtv1.card//IM_ROBOT.")
        good = user in self.members and values["imRobotOpenDeliverModel"]["robotCode"] == ROBOT
        if good:
            self.members[user].messages.append({"card": values})
        told = {"spaceId": user, "spaceType": "IM_ROBOT", "success": good}
        return 200, {"success": True, "result": {"outTrackId": values["outTrackId"], "deliverResults": [told]}}

    def _update(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.updates.append(values)
        return 200, {"success": True, "result": True}

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        given = self._tickets.pop(request.query.get("ticket", ""), None)
        if given is None or self.now() - given > TICKET_SECONDS:
            return web.Response(status=401)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        with self.lock:
            self.sockets.append(socket)
            self.opened += 1
            self.most_open = max(self.most_open, len(self.sockets))
            self.lock.notify_all()
        try:
            async for message in socket:
                if id(socket) in self._frozen:
                    continue
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    answer = json.loads(message.data)
                    with self.lock:
                        self.answers[answer["headers"]["messageId"]] = answer
                        self.lock.notify_all()
        finally:
            with self.lock:
                self.sockets.remove(socket)
                self.lock.notify_all()
        return socket

    async def _push(self, text: str, through: int | None) -> None:
        usable = [one for one in self.sockets if id(one) not in self._frozen]
        socket = self.sockets[through] if through is not None else usable[next(self._turn) % len(usable)]
        await socket.send_str(text)

    async def _cut(self, socket: web.WebSocketResponse) -> None:
        transport = socket._req.transport if socket._req is not None else None
        if transport is not None:
            transport.abort()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)
