"""Telegram's calls over aiohttp, in the shape that its library asks for; `client` makes one to send and one to poll.

What an error means for a message hangs on whether any of the request was written. The cause of each error says so:
`NotSent` where that is sure, because there was no connection to write on, `Broken` wherever it is not. Neither quotes
the fault below it, whose text holds the address and so the token.
"""

import asyncio
import ssl
from functools import cache
from io import BytesIO
from select import POLLIN, poll
from typing import Any
from urllib.parse import urlencode
from weakref import WeakSet

import aiohttp
import certifi
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.telegram.faults import Broken, Heard, NotSent

KEPT_SECONDS = 5.0
"""How long an idle connection is kept: less than any server waits before it closes one."""

FILE_SECONDS = 20.0
"""What the upload of a file may take beyond the time for writing a message."""

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Seconds = Any  # a number, None for no bound, or the library's mark for what is usual here


def proxy_of(address: str) -> URL | None:
    """Return a proxy as calls take it, None for none; ValueError when it cannot be used."""
    if not address:
        return None
    proxy = URL(address)
    if proxy.scheme not in {"http", "https"} or not proxy.host or not proxy.port:
        raise ValueError("no proxy of ours")
    return proxy


class Request(BaseRequest):
    """Calls through a few connections that are kept open."""

    def __init__(
        self, connections: int, seconds: float, *, proxy: URL | None = None, heard: Heard | None = None
    ) -> None:
        """Nothing is opened yet: a session wants a running loop.

        `seconds` is what each part of a call may take: waiting for one of the connections, connecting, writing, and
        waiting for more of the answer. `heard` is told the Date of every answer.
        """
        self._connections = connections
        self._seconds = seconds
        self._proxy = proxy
        self._heard = heard
        self._session: aiohttp.ClientSession | None = None
        self._is_shut = False

    @property
    def read_timeout(self) -> float | None:
        """Return how many seconds nothing may come of an answer."""
        return self._seconds

    async def initialize(self) -> None:
        """Open it, again if it was shut; the first call opens it too."""
        self._is_shut = False
        self._opened()

    async def shutdown(self) -> None:
        """Close the connections; what is under way fails."""
        self._is_shut = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        write_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        connect_timeout: Seconds = BaseRequest.DEFAULT_NONE,
        pool_timeout: Seconds = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Return the status and the body of the answer; a redirect is an answer.

        Raises TimedOut or NetworkError, caused by NotSent or Broken. The library below repeats a GET whose kept
        connection broke, and never a POST.
        """
        has_files = request_data is not None and request_data.contains_files
        reading = self._or_usual(read_timeout)
        writing = self._or_usual(write_timeout, self._seconds + (FILE_SECONDS if has_files else 0.0))
        connecting = self._or_usual(connect_timeout)
        waiting = _sum(self._or_usual(pool_timeout), connecting)
        session = self._opened()
        try:
            # Nothing below bounds writing alone. The rest of the answer may take its time, as long as more comes.
            async with asyncio.timeout(_sum(waiting, writing, reading)):
                answer = await session.request(
                    method,
                    url,
                    data=None if request_data is None else _body(request_data),
                    headers=None if has_files or request_data is None else FORM,
                    proxy=self._proxy,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(connect=waiting, sock_connect=connecting, sock_read=reading),
                )
            async with answer:
                if self._heard is not None:
                    self._heard(answer.headers.get("Date"))
                return answer.status, await answer.read()
        except NotSent as error:
            raise NetworkError(str(error)) from error
        except aiohttp.InvalidURL as error:
            raise NetworkError(type(error).__name__) from NotSent(type(error).__name__)
        except TimeoutError as error:
            raise TimedOut from Broken(type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whatever it was: its text may hold the token, so it ends here
            raise NetworkError(type(error).__name__) from Broken(type(error).__name__)

    def _or_usual(self, given: Seconds, usual: float | None = None) -> float | None:
        if given is not self.DEFAULT_NONE:
            return None if given is None else float(given)
        return self._seconds if usual is None else usual

    def _opened(self) -> aiohttp.ClientSession:
        if self._is_shut:
            raise RuntimeError("these connections are shut")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(limit=self._connections, keepalive_timeout=KEPT_SECONDS, ssl=_trusted()),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,  # a proxy is a setting, not what a shell happens to hold
            )
        return self._session


class _Connector(aiohttp.TCPConnector):
    """Says of every fault before there is a connection that nothing was sent, and gives out none that has ended."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._given: WeakSet[Any] = WeakSet()

    async def connect(self, req: Any, traces: Any, timeout: Any) -> Any:  # noqa: ASYNC109 - the library's own signature
        while True:
            try:
                connection: Any = await super().connect(req, traces, timeout)
            except Exception as error:  # noqa: BLE001 - name, route, TLS, proxy, time: all before the request
                raise NotSent(type(error).__name__) from None
            protocol = connection.protocol
            if protocol not in self._given:
                self._given.add(protocol)
                return connection
            if not (protocol.should_close or _has_input(connection.transport)):
                return connection
            connection.close()


def _has_input(transport: Any) -> bool:
    """Tell whether an idle connection has something to read, which can only be its end or a word out of turn.

    The loop learns of it one turn later; a message that is written in between would have an unknown outcome.
    """
    watch = poll()
    watch.register(transport.get_extra_info("socket"), POLLIN)
    return bool(watch.poll(0))


@cache
def _trusted() -> ssl.SSLContext:
    """Trust what this machine trusts, and where it has no list of its own, the one that comes with our packages."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def _body(data: RequestData) -> bytes | aiohttp.FormData | None:
    if not data.contains_files:
        return urlencode(data.json_parameters).encode() or None
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        # As a stream it is written piece by piece, and not as one block that holds up the loop.
        stream = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, stream, filename=filename, content_type=kind)
    return form


def _sum(*parts: float | None) -> float | None:
    numbers = [part for part in parts if part is not None]
    return sum(numbers) if len(numbers) == len(parts) else None
