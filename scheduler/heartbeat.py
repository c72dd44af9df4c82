"""Tells an outside watcher that all is well, and only then: silence there is the alarm. Rung each minute.

aiohttp is imported with the first beat: a service that has no watcher goes without it.
"""

import structlog

from bot.loading import loaded
from scheduler.watchdog import Problem

log = structlog.get_logger()
TIMEOUT_SECONDS = 10
REFUSED = 400


async def beat(url: str, problems: list[Problem]) -> bool:
    """Call the watcher's address once; False when it was withheld or did not get through."""
    if not url or problems:
        return False
    await loaded("aiohttp")
    import aiohttp  # noqa: PLC0415 - see above

    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            if answer.status < REFUSED:
                return True
            reason = str(answer.status)
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = type(error).__name__
    log.warning("heartbeat.not_heard", reason=reason)
    return False
