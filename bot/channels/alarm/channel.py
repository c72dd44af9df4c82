"""Alarm URLs as delivery sees them: one address per member of staff, behind it everything that wakes that person.

Wiring makes one from the settings. An alarm is accepted when any of a person's URLs has taken it; one that has not is
remembered as failing, for the watchdog.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import structlog

from bot.channels.alarm.addresses import hand_over, is_understood
from bot.channels.alarm.checkup import look
from bot.channels.checkup import Around, Finding
from bot.clock import monotonic
from bot.errors import Mistake, SettingsError
from bot.outbox.model import Rendered, Result, ResultKind

log = structlog.get_logger(__name__)
THREADS = 8
"""How many URLs are called at once; Apprise waits for each."""
FAILING_FOR = timedelta(hours=24)
"""How long a URL counts as failing after a try; nobody knows more before the next alarm or test."""


class Alarm:
    """The alarm URLs of everybody. `account` is a name only: there is none of ours on those services."""

    name = "apprise"
    account = "apprise"
    can_edit = False
    can_push = True
    text_limit = 1000

    def __init__(
        self, urls: Mapping[str, Sequence[str]], *, timeout: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """Take the URLs by staff number; SettingsError when one is not understood. `timeout`: seconds for one URL."""
        mistakes = [
            Mistake(f"[duty] alarm_urls {number}, no. {place}", "is no address that Apprise understands", MEND)
            for number, several in sorted(urls.items())
            for place, url in enumerate(several, start=1)
            if not is_understood(url)
        ]
        if mistakes:
            raise SettingsError(mistakes)
        self._urls = {number: tuple(several) for number, several in urls.items()}
        self._timeout = timeout
        self._clock = clock
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="alarm")
        self._failed_at: dict[tuple[str, int], float] = {}

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Ring everything that a person has, all at once."""
        urls = self._urls.get(external_id, ())
        if not urls:
            return Result(ResultKind.ADDRESS_WRONG, reason="no_alarm_urls")
        taken = await asyncio.gather(*(self._ring(url, message.text) for url in urls))
        for place, answer in enumerate(taken, start=1):
            self._remember((external_id, place), answer, key)
        if True in taken:
            return Result(ResultKind.ACCEPTED)
        if None in taken:
            return Result(ResultKind.OUTCOME_UNKNOWN, reason="timeout")
        return Result(ResultKind.RETRY_AT, reason="not_taken")

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:  # noqa: ARG002 - as channels are
        """Refuse: what has rung has rung."""
        return Result(ResultKind.OUR_FAULT, reason="cannot_edit")

    async def acknowledge(self, press_ref: str) -> None:
        """Do nothing: there are no buttons."""

    async def checkup(self, around: Around) -> Sequence[Finding]:  # noqa: ARG002 - the protocol's
        """Say whether the hosts of plain URLs answer, for `yanxin doctor`; whether anything rings only a test tells."""
        return [await look(number, urls) for number, urls in sorted(self._urls.items())]

    async def close(self) -> None:
        """Call nothing more; what is under way ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def failing(self) -> int:
        """Return how many URLs did not take the last alarm that they were given within a day."""
        since = self._clock() - FAILING_FOR.total_seconds()
        return sum(at > since for at in self._failed_at.values())

    async def _ring(self, url: str, text: str) -> bool | None:
        """Return whether a URL took a text; None when it did not say so in time."""
        call = asyncio.get_running_loop().run_in_executor(self._threads, hand_over, url, text)
        try:
            return await asyncio.wait_for(call, self._timeout)
        except TimeoutError:
            return None
        except Exception as error:  # noqa: BLE001 - a hundred plugins; the text of an error may hold the URL
            kind = type(error).__name__
        log.error("alarm.url_broke", error=kind)
        return False

    def _remember(self, url: tuple[str, int], taken: bool | None, key: str) -> None:  # noqa: FBT001 - what the URL said
        if taken:
            self._failed_at.pop(url, None)
            return
        self._failed_at[url] = self._clock()
        log.warning("alarm.url_failed", key=key, url=url[1], answer="timeout" if taken is None else "no")


MEND = "look the service up in Apprise's list, e.g. ntfys://HOST/TOPIC, bark://HOST/KEY, schan://KEY"
