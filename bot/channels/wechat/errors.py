"""What WeChat's answers mean in the closed vocabulary of results; the channel calls it on every try.

A message as it is has no key by which WeChat would know it again: when its answer got lost the outcome is unknown. One
by a template has (`client_msg_id`), so it may go again.
"""

from typing import Any

import requests

from bot.channels.weixin import answers
from bot.channels.weixin.answers import FREQUENCY_SECONDS, STALE_TOKEN
from bot.outbox.model import SERVER_ERROR, Result, ResultKind

QUOTA_SECONDS = 3600.0
"""How long a message waits when our account has used up its day: it is looked at again every hour."""
_CODES: dict[int, tuple[ResultKind, str, float | None]] = {
    -1: (ResultKind.RETRY_AT, "busy", None),
    45015: (ResultKind.NOT_NOW, "window_closed", None),
    45047: (ResultKind.NOT_NOW, "count_used", None),
    43101: (ResultKind.NOT_NOW, "refused", None),
    48002: (ResultKind.NOT_NOW, "refused", None),
    48001: (ResultKind.NOT_NOW, "not_allowed", None),
    45009: (ResultKind.NOT_NOW, "day_quota", QUOTA_SECONDS),
    45011: (ResultKind.THROTTLED, "too_many_calls", FREQUENCY_SECONDS),
    43004: (ResultKind.PERSON_GONE, "not_a_follower", None),
    50002: (ResultKind.PERSON_GONE, "account_frozen", None),
    40003: (ResultKind.ADDRESS_WRONG, "invalid_openid", None),
    40008: (ResultKind.OUR_FAULT, "message_invalid", None),
    40013: (ResultKind.OUR_FAULT, "app_id_invalid", None),
    40037: (ResultKind.OUR_FAULT, "template_invalid", None),
    40164: (ResultKind.OUR_FAULT, "ip_not_allowed", None),
    44004: (ResultKind.OUR_FAULT, "message_empty", None),
    45002: (ResultKind.OUR_FAULT, "message_too_long", None),
    47003: (ResultKind.OUR_FAULT, "template_fields_invalid", None),
    48004: (ResultKind.OUR_FAULT, "api_banned", None),
    50001: (ResultKind.OUR_FAULT, "not_allowed", None),
} | dict.fromkeys(STALE_TOKEN, (ResultKind.OUR_FAULT, "token_refused", None))


def result_of(answer: Any) -> Result:
    """Return what an accepted call means."""
    if not isinstance(answer, dict) or "errcode" not in answer:
        return answers.not_known("wechat", "no answer of WeChat")
    return Result(ResultKind.ACCEPTED)


def result_of_error(error: Exception) -> Result:
    """Return what a failed call means for something that may be done again; never raises."""
    return answers.result_of_error(error, _CODES, "wechat")


def once(error: Exception) -> Result:
    """Return what a failed call means for a message that must not be doubled."""
    found = result_of_error(error)
    connecting = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError)
    if isinstance(error, requests.Timeout | requests.ConnectionError) and not (connecting or _never_left(error)):
        return Result(ResultKind.OUTCOME_UNKNOWN, reason=found.reason)
    if found.reason == SERVER_ERROR:
        return Result(ResultKind.OUTCOME_UNKNOWN, reason=SERVER_ERROR)
    return found


def _never_left(error: requests.RequestException) -> bool:
    """Tell whether nothing was connected, so that nothing can have arrived."""
    return "NewConnectionError" in repr(error.args)
