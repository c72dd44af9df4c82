"""Calls of wechatpy on threads of their own, and what somebody should look at in them. WeCom and WeChat have one each.

wechatpy waits, so every call runs on one of sixteen threads.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.channels.base import Missing
from bot.channels.weixin.answers import NO_SUCH_FILE, NOT_KNOWN, code_of
from bot.channels.weixin.client import THREADS, OurClient
from bot.outbox.model import Result, ResultKind

log = structlog.get_logger(__name__)
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 300.0
SHOWN_FOR = timedelta(hours=1)
"""How long an answer that we do not know is a trouble: while it goes on there are new ones."""
MOST_NOT_KNOWN = 1000


class Calls:
    """The calls of one account; `of_error` says what a failed one means, and never raises."""

    def __init__(
        self, channel: str, client: OurClient, of_error: Callable[[Exception], Result], real: Callable[[], datetime]
    ) -> None:
        """Take what is called, and the real time; nothing runs yet."""
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="wechatpy")
        self._channel = channel
        self._client = client
        self._of_error = of_error
        self._real = real
        self._not_known: deque[tuple[datetime, str]] = deque(maxlen=MOST_NOT_KNOWN)

    async def run(self, work: Callable[..., Result], *args: Any) -> Result:
        """Run a call on a thread and return what came of it."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._told, work, args)

    async def fetch(self, media_id: str, limit: int) -> bytes | Missing:
        """Return the bytes of a file on a thread, or why there are none; never raises."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, self._media, media_id, limit)

    async def until_accepted(self, work: Callable[[], Result]) -> None:
        """Try something that the account needs until it worked or is cancelled."""
        pause, put, not_put = FIRST_PAUSE, f"{self._channel}.introduced", f"{self._channel}.menu_not_put"
        while True:
            result = await self.run(work)
            if result.kind is ResultKind.ACCEPTED:
                log.info(put)
                return
            log.warning(not_put, result=result.kind.value, reason=result.reason)
            await asyncio.sleep(max(pause, result.wait or 0.0))
            pause = min(pause * 2, LONGEST_PAUSE)

    def close(self) -> None:
        """Call nothing more and close the connections."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def troubles(self) -> dict[str, int]:
        """Return what somebody should look at, by short code: no token, and answers of late that we do not know."""
        since = self._real() - SHOWN_FOR
        found = Counter(code for at, code in list(self._not_known) if at > since)
        return dict(found) | ({"no_token": 1} if self._client.tokens.is_missing else {})

    def _media(self, media_id: str, limit: int) -> bytes | Missing:
        try:
            return self._client.media(media_id, limit)
        except Exception as error:  # noqa: BLE001 - as in `_told`
            code, kind = code_of(error), type(error).__name__
        event = f"{self._channel}.file_not_fetched"
        log.info(event, code=code, error=kind)
        return Missing.GONE if code in NO_SUCH_FILE else Missing.LATER

    def _told(self, work: Callable[..., Result], args: tuple[Any, ...]) -> Result:
        try:
            result = work(*args)
        except Exception as error:  # noqa: BLE001 - `of_error` knows them; their text may hold a token
            result = self._of_error(error)
            code = code_of(error)
        else:
            code = None
        if result.reason == NOT_KNOWN:
            shown = "answer_not_understood" if code is None else f"answer_{code}"
            self._not_known.append((self._real(), shown))
        return result
