"""Our own holder of an app's access token: one row that all processes share, one refresh at a time, with back-off.

WeCom, WeChat and DingTalk use it. Calls run on several threads and ask here before each; while the platform gives no
token, everybody is told at once how long to wait, and one line of the log says so.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.platforms.store import Token

log = structlog.get_logger(__name__)
SPARE = timedelta(minutes=5)
"""A token that ends sooner is fetched anew: a call may wait behind others."""
FIRST_WAIT = 2.0
LONGEST_WAIT = 60.0
TELL_AFTER = timedelta(minutes=2)
"""How long the platform may be silent before that is an error; a refusal is one at once."""


class TokenStore(Protocol):
    """The row of the token, in transactions of its own; called from any thread."""

    def load(self) -> Token | None: ...
    def save(self, token: Token) -> None: ...


class FetchError(Exception):
    """The platform gave no token; `reason` is a short code, `refused` whether it said no rather than nothing."""

    def __init__(self, reason: str, *, refused: bool) -> None:
        """Keep both."""
        super().__init__(reason)
        self.reason = reason
        number = reason.removeprefix("code_")
        self.code = int(number) if number.isdigit() else None
        self.refused = refused


class NoTokenError(Exception):
    """There is no token now; ask again in `wait` seconds."""

    def __init__(self, wait: float) -> None:
        """Keep how long to wait."""
        super().__init__("no token")
        self.wait = wait


@dataclass
class _Outage:
    since: datetime
    failures: int = 0
    next_at: datetime | None = None
    told: bool = False


class Tokens:
    """Gives the token of one app. `fetch` asks the platform: token and seconds that it lasts, or FetchError."""

    def __init__(
        self,
        fetch: Callable[[], tuple[str, float]],
        store: TokenStore,
        real: Callable[[], datetime],
        account: str,
        *,
        channel: str,
    ) -> None:
        """Take what it works with; nothing is fetched before somebody asks. The log says whose token it is."""
        self._fetch = fetch
        self._store = store
        self._real = real
        self._account = account
        self._channel = channel
        self._lock = threading.Lock()
        self._held: Token | None = None
        self._refused = ""
        self._outage: _Outage | None = None

    def token(self) -> str:
        """Return a token that is good for some minutes; NoTokenError while there is none."""
        with self._lock:
            now = self._real()
            if self._is_good(self._held, now):
                return self._held.value  # type: ignore[union-attr]
            shared = self._store.load()
            self._held = shared if self._is_good(shared, now) else self._refreshed(now)
            return self._held.value  # type: ignore[union-attr]

    def refused(self, token: str) -> None:
        """Hear that the platform refuses a token: the next call fetches another, unless somebody has done so."""
        with self._lock:
            self._refused = token
            if self._held is not None and self._held.value == token:
                self._held = None

    @property
    def is_missing(self) -> bool:
        """Tell whether the platform has given no token for so long, or so clearly, that somebody should look."""
        outage = self._outage
        return outage is not None and outage.told

    def _event(self, what: str) -> str:
        return f"{self._channel}.{what}"

    def _is_good(self, token: Token | None, now: datetime) -> bool:
        return token is not None and token.value != self._refused and token.expires_at - SPARE > now

    def _refreshed(self, now: datetime) -> Token:
        outage = self._outage
        if outage is not None and outage.next_at is not None and now < outage.next_at:
            raise NoTokenError((outage.next_at - now).total_seconds())
        try:
            value, seconds = self._fetch()
        except FetchError as error:
            raise NoTokenError(self._failed(error, now)) from None
        # A platform that gives the refused one again says that it is good: believing it beats never sending again.
        self._refused = ""
        token = Token(value, now + max(timedelta(seconds=seconds), SPARE + timedelta(seconds=1)))
        self._store.save(token)
        if outage is not None and outage.told:
            minutes = round((now - outage.since).total_seconds() / 60)
            log.warning(self._event("token_there_again"), account=self._account, minutes=minutes)
        self._outage = None
        return token

    def _failed(self, error: FetchError, now: datetime) -> float:
        """Remember a failure, tell of it once, and return how many seconds to wait."""
        outage = self._outage = self._outage or _Outage(now)
        outage.failures += 1
        doubled = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(outage.failures - 1, 10))
        wait = doubled * random.uniform(0.75, 1.0)  # noqa: S311 - jitter
        outage.next_at = now + timedelta(seconds=wait)
        if not outage.told and (error.refused or now - outage.since >= TELL_AFTER):
            outage.told = True
            hint = "everything waits for it"
            log.error(self._event("no_token"), account=self._account, reason=error.reason, hint=hint)
        else:
            log.info(self._event("token_not_given"), failures=outage.failures, reason=error.reason)
        return wait
