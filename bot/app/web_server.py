"""How the web server is set: uvicorn, which reads with httptools and lets nobody send a head that has no end.

`bot.app.running` serves with it. h11, uvicorn's other parser, is Python and took half of the time of a webhook, but it
bounds what it keeps of a request whose head is not complete; httptools, in C, keeps whatever comes. And httptools reads
no body behind an offer to speak another protocol (Java's client makes one with each first request): h11 does.
"""

import asyncio
from typing import Final, cast

import httptools
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from bot.app.joined_writes import JoinedWrites

GRACE_SECONDS: Final = 10
"""How long pages that are being read may take when the service ends."""

MOST_HEAD_BYTES: Final = 64 * 1024
"""How much may come of a request line, headers, the frame of a chunk or what follows the last one before it ends."""
_TOO_LARGE: Final = b"the head of the request is larger than this service takes"


def web_config(web: ASGIApp) -> uvicorn.Config:
    """Return how pages and webhooks are served."""
    return uvicorn.Config(
        web,
        http=BoundedHttp,
        ws="none",
        log_config=None,
        access_log=False,  # its lines would hold the tokens of links
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class BoundedHttp(HttpToolsProtocol):
    """One connection. Whatever brings neither a whole head nor a piece of a body is counted, and cut off at a limit."""

    _unfinished = 0
    _got_on = False
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin with a connection."""
        super().connection_made(cast("asyncio.Transport", JoinedWrites(transport, self.loop)))

    def data_received(self, data: bytes) -> None:
        """Take what has come; answers 431 and closes where a head does not end."""
        self._got_on = False
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offer:
            self._give_to_h11(data[offer.args[0] :])
            return
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
            return
        self._unfinished = 0 if self._got_on else self._unfinished + len(data)
        if self._unfinished > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse()

    def on_message_begin(self) -> None:
        """Begin a head."""
        self._in_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what is sent as one behind a body is none."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """End a head: the page begins."""
        self._got_on, self._in_head = True, False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; how large one may be is for `handlers.web.armour` to say."""
        self._got_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._got_on = True
        super().on_message_complete()

    def _should_upgrade(self) -> bool:
        """Leave what comes with an offer to h11."""
        return True

    def _give_to_h11(self, rest: bytes) -> None:
        if self._is_answering:  # whoever does not wait for an answer has no use for another protocol
            self.transport.close()
            return
        self.connections.discard(self)
        line = b"%s %s HTTP/%s" % (self.scope["method"].encode(), self.url, self.scope["http_version"].encode())
        head = [line, *(b"%s: %s" % header for header in self.headers), b"\r\n"]
        protocol = _H11(self.config, self.server_state, self.app_state, self.loop)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(b"\r\n".join(head) + rest)

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse(self) -> None:
        if not self._is_answering:
            head = [STATUS_LINE[431], *(b"%s: %s\r\n" % header for header in self.server_state.default_headers)]
            head.append(b"content-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n" % len(_TOO_LARGE))
            self.transport.write(b"".join([*head, b"connection: close\r\n\r\n", _TOO_LARGE]))
        self.transport.close()


class _H11(H11Protocol):
    """A connection that was offered another protocol, and speaks this one."""

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: to speak on in this protocol is all that there is to do."""
