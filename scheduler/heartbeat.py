"""Tells an outside watcher that all is well, and only then: silence there is the alarm. Rung each minute."""

import aiohttp
import structlog

from scheduler.watchdog import Problem

log = structlog.get_logger()
TIMEOUT = aiohttp.ClientTimeout(total=10)
REFUSED = 400


async def beat(url: str, problems: list[Problem]) -> bool:
    """Call the watcher's address once; False when it was withheld or did not get through."""
    if not url or problems:
        return False
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session, session.get(url) as answer:
            if answer.status < REFUSED:
                return True
            reason = str(answer.status)
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = type(error).__name__
    log.warning("heartbeat.not_heard", reason=reason)
    return False
