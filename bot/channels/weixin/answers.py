"""What the answers of WeCom and WeChat mean in the closed vocabulary of results, as far as both say the same.

Each channel has a table of its own of the platform's codes. Reasons are short codes, never the platform's words.
"""

from collections.abc import Mapping
from typing import Any

import requests
import structlog
from wechatpy.exceptions import WeChatClientException

from bot.channels.token import NoTokenError
from bot.outbox.model import Result, ResultKind

log = structlog.get_logger(__name__)
NO_SUCH_FILE = frozenset({40004, 40007, 41006})
"""Codes of a file that is not there, or not any more: three days after it was sent it is gone."""
STALE_TOKEN = frozenset({40001, 40014, 42001})
NOT_KNOWN = "answer_not_known"
"""Reason of an answer that is in no table; it is tried again, and shown until somebody has looked."""
BUSY_SECONDS = 5.0
FREQUENCY_SECONDS = 60.0
Codes = Mapping[int, tuple[ResultKind, str, float | None]]


def result_of_error(error: Exception, codes: Codes, channel: str) -> Result:
    """Return what a failed call means for the message; never raises."""
    match error:
        case NoTokenError():
            return Result(ResultKind.THROTTLED, wait=error.wait, reason="no_token")
        case requests.ConnectTimeout() | requests.exceptions.ProxyError():
            return Result(ResultKind.RETRY_AT, reason="not_connected")
        case requests.Timeout():
            return Result(ResultKind.RETRY_AT, reason="timed_out")
        case requests.RequestException():
            return Result(ResultKind.RETRY_AT, reason="not_connected")
        case WeChatClientException():
            return _of_code(error.errcode, codes, channel)
    return not_known(channel, type(error).__name__)


def code_of(error: Exception) -> int | None:
    """Return the platform's own code of a refusal, None where there is none."""
    code = error.errcode if isinstance(error, WeChatClientException) else None
    return code if isinstance(code, int) else None


def not_known(channel: str, what: str) -> Result:
    """Return what an answer means that we do not know, and tell of it loudly."""
    event = f"{channel}.answer_not_known"
    log.error(event, answer=what[:40])
    return Result(ResultKind.RETRY_AT, reason=NOT_KNOWN)


def _of_code(code: Any, codes: Codes, channel: str) -> Result:
    if code is None:  # an HTTP status that is no success
        return Result(ResultKind.RETRY_AT, reason="server_error")
    known = codes.get(code)
    if known is None:
        return not_known(channel, str(code))
    kind, reason, wait = known
    return Result(kind, wait=wait, reason=reason)
