"""WeCom or WeChat calls us: checked, deciphered, stored and committed, and only then confirmed. Both webhooks share it.

Nothing of a body is ever logged.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.channels.xml_reading import MalformedError
from bot.clock import Clock
from bot.inbox.model import Incoming
from bot.platforms.store import take_nonce
from bot.storage.database import Database
from bot.storage.writer import Urgency
from handlers.receive import Nudge, is_urgent, receive
from handlers.telegram_webhook import TooLargeError, read_body

if TYPE_CHECKING:
    from bot.channels.weixin.callback import Lock, Opened

log = structlog.get_logger(__name__)


class ReplayedError(Exception):
    """A nonce was used before, with something else."""


@dataclass(frozen=True)
class Inside:
    """What stands behind a door. `ignored` counts what is of no kind that we know, labelled with the channel."""

    database: Database
    clock: Clock
    nudge: Nudge
    ignored: Counter
    most_bytes: int


class Reads:
    """How a channel reads a message: the functions of its `understand.py`."""

    def __init__(self, module: Any) -> None:
        """Take the module."""
        self.external_id: Callable[[dict[str, Any]], str | None] = module.external_id
        self.understand: Callable[[dict[str, Any]], Incoming] = module.understand
        self.is_known: Callable[[dict[str, Any]], bool] = module.is_known
        self.cleaned: Callable[[dict[str, Any]], dict[str, Any]] = module.cleaned
        self.heard: Callable[[Incoming], str] = module.heard


@dataclass(frozen=True)
class Kept:
    """A message that is committed: whether it is new (a platform repeats itself), and how many wait before it."""

    opened: "Opened"
    number: str
    incoming: Incoming
    is_new: bool
    before: int


class Door(ABC):
    """The door of one account. A channel says what it answers to the handshake and to what has been stored."""

    def __init__(self, channel: str, account: str, lock: "Lock", reads: Reads, inside: Inside) -> None:
        """Take which account it is, its lock, how it reads, and what stands behind it."""
        from bot.channels.weixin.callback import ForgedError  # noqa: PLC0415 - wechatpy stays out unless needed

        self.channel = channel
        self.account = account
        self.lock = lock
        self.inside = inside
        self._reads = reads
        self._forged = ForgedError

    async def endpoint(self, request: Request) -> Response:
        """Take a call."""
        query = request.query_params
        try:
            if request.method != "POST":
                return self.shake_hands(request)
            self.lock.check(query, self.inside.clock.real())
            opened = self.lock.open(query, await read_body(request, self.inside.most_bytes))
        except self._forged as error:
            return self._refused(str(error))
        except TooLargeError:
            return Response(status_code=413, headers={"connection": "close"})
        except (MalformedError, ClientDisconnect):
            return Response(status_code=400)
        number = self._reads.external_id(opened.raw)
        return Response(status_code=400) if number is None else await self._keep(opened, number)

    @abstractmethod
    def shake_hands(self, request: Request) -> Response:
        """Answer what proves our address; ForgedError or MalformedError."""

    @abstractmethod
    async def stored(self, kept: "Kept") -> Response:
        """Answer once a message is stored, or was before."""

    def before(self, conn: Connection, inbox_id: int) -> int:  # noqa: ARG002 - only some want to know
        """Return how many messages wait before one that is being stored, as far as the answer depends on it."""
        return 0

    async def _keep(self, opened: "Opened", number: str) -> Response:
        incoming = self._reads.understand(opened.raw)
        known = self._reads.is_known(opened.raw) and incoming.sender != ""
        try:
            is_new, before = await self.inside.database.awrite(
                lambda conn: self._store(conn, opened, number, known=known),
                Urgency.HELP if self.is_urgent(incoming) else Urgency.ARRIVED,
            )
        except ReplayedError:
            return self._refused("replayed")
        except SQLAlchemyError as error:
            # Its text could quote the message, so only its kind is told; the platform tries twice more.
            event = f"{self.channel}.message_not_stored"
            log.error(event, error=type(error).__name__)  # noqa: TRY400
            return Response(status_code=503)
        if not known:
            self.inside.ignored.labels(self.channel).inc()
        return await self.stored(Kept(opened, number, incoming, is_new, before))

    def is_urgent(self, incoming: Incoming) -> bool:
        """Tell whether a message is a cry for help."""
        return is_urgent(self._reads.heard(incoming))

    def _store(self, conn: Connection, opened: "Opened", number: str, *, known: bool) -> tuple[bool, int]:
        incoming, clock = self._reads.understand(opened.raw), self.inside.clock
        if not take_nonce(conn, self.channel, self.account, opened.nonce, opened.digest, clock.real()):
            raise ReplayedError
        text, raw = self._reads.heard(incoming), self._reads.cleaned(opened.raw)
        inbox_id = receive(
            conn, self.channel, self.account, number, incoming.sender, raw, text=text, now=clock.now(),
            ignored=not known,
        )  # fmt: skip
        return inbox_id is not None, 0 if inbox_id is None else self.before(conn, inbox_id)

    def _refused(self, why: str) -> Response:
        event = f"{self.channel}.call_refused"
        log.warning(event, why=why)
        return Response(status_code=403)


async def nothing_here(_request: Request) -> Response:
    """Answer for a channel that is not on."""
    return Response(status_code=404)
