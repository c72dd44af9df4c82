"""What WeCom's answers mean in the closed vocabulary of results; the channel calls it on every try.

Every retry of one message is the same bytes and WeCom drops a copy (`enable_duplicate_check`), so that a call whose
answer got lost may go again: there is no unknown outcome here. Reasons are short codes, never the platform's words.
"""

from typing import Any

import requests
import structlog
from wechatpy.exceptions import WeChatClientException

from bot.channels.token import NoTokenError
from bot.outbox.model import Result, ResultKind

log = structlog.get_logger(__name__)
STALE_TOKEN = frozenset({40001, 40014, 42001})
NOT_KNOWN = "answer_not_known"
"""Reason of an answer that is none of those below; it is tried again, and shown until somebody has looked."""
BUSY_SECONDS = 5.0
FREQUENCY_SECONDS = 60.0

_CODES: dict[int, tuple[ResultKind, str, float | None]] = {
    -1: (ResultKind.RETRY_AT, "busy", None),
    45009: (ResultKind.THROTTLED, "too_many_calls", FREQUENCY_SECONDS),
    45011: (ResultKind.THROTTLED, "too_many_calls", FREQUENCY_SECONDS),
    45033: (ResultKind.THROTTLED, "too_many_at_once", BUSY_SECONDS),
    40003: (ResultKind.ADDRESS_WRONG, "invalid_user", None),
    40031: (ResultKind.ADDRESS_WRONG, "invalid_user", None),
    46004: (ResultKind.ADDRESS_WRONG, "invalid_user", None),
    60111: (ResultKind.ADDRESS_WRONG, "invalid_user", None),
    81013: (ResultKind.ADDRESS_WRONG, "invalid_user", None),
    82001: (ResultKind.ADDRESS_WRONG, "invalid_user", None),
    40008: (ResultKind.OUR_FAULT, "message_invalid", None),
    40013: (ResultKind.OUR_FAULT, "corp_id_invalid", None),
    40056: (ResultKind.OUR_FAULT, "agent_id_invalid", None),
    40058: (ResultKind.OUR_FAULT, "message_invalid", None),
    44004: (ResultKind.OUR_FAULT, "message_empty", None),
    45002: (ResultKind.OUR_FAULT, "message_too_long", None),
    48002: (ResultKind.OUR_FAULT, "not_allowed", None),
    50003: (ResultKind.OUR_FAULT, "app_disabled", None),
    60011: (ResultKind.OUR_FAULT, "not_allowed", None),
    60020: (ResultKind.OUR_FAULT, "ip_not_allowed", None),
    301002: (ResultKind.OUR_FAULT, "not_allowed", None),
} | dict.fromkeys(STALE_TOKEN, (ResultKind.OUR_FAULT, "token_refused", None))


def result_of(answer: Any, user: str) -> Result:
    """Return what an accepted call means for the one member whom it was meant for."""
    if not isinstance(answer, dict) or "errcode" not in answer:
        return _not_known("no answer of WeCom")
    if _is_listed(user, answer.get("invaliduser")):
        return Result(ResultKind.ADDRESS_WRONG, reason="invalid_user")
    if _is_listed(user, answer.get("unlicenseduser")):
        return Result(ResultKind.PERSON_GONE, reason="unlicensed")
    # Only a card has a reference that it can be changed by.
    reference = answer.get("response_code")
    return Result(ResultKind.ACCEPTED, external_id=reference if isinstance(reference, str) and reference else None)


def result_of_error(error: Exception) -> Result:
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
            return _of_code(error.errcode)
    return _not_known(type(error).__name__)


def code_of(error: Exception) -> int | None:
    """Return WeCom's own code of a refusal, None where there is none."""
    code = error.errcode if isinstance(error, WeChatClientException) else None
    return code if isinstance(code, int) else None


def _of_code(code: Any) -> Result:
    if code is None:  # an HTTP status that is no success
        return Result(ResultKind.RETRY_AT, reason="server_error")
    known = _CODES.get(code)
    if known is None:
        return _not_known(str(code))
    kind, reason, wait = known
    return Result(kind, wait=wait, reason=reason)


def _not_known(what: str) -> Result:
    log.error("wecom.answer_not_known", answer=what[:40])
    return Result(ResultKind.RETRY_AT, reason=NOT_KNOWN)


def _is_listed(user: str, listed: Any) -> bool:
    """Tell whether a member is in a list as WeCom writes it, `a|b`; it does not tell capitals from small letters."""
    return isinstance(listed, str) and user != "" and user.casefold() in listed.casefold().split("|")
