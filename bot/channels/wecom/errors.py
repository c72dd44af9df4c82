"""What WeCom's answers mean in the closed vocabulary of results; the channel calls it on every try.

Every retry of one message is the same bytes and WeCom drops a copy (`enable_duplicate_check`), so that a call whose
answer got lost may go again: there is no unknown outcome here. Reasons are short codes, never the platform's words.
"""

from typing import Any

from bot.channels.weixin import answers
from bot.channels.weixin.answers import BUSY_SECONDS, FREQUENCY_SECONDS, NOT_KNOWN, STALE_TOKEN, code_of
from bot.outbox.model import Result, ResultKind

__all__ = ["NOT_KNOWN", "STALE_TOKEN", "code_of", "result_of", "result_of_error"]

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
    42014: (ResultKind.OUR_FAULT, "card_used", None),  # a code that changes a card works once
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
        return answers.not_known("wecom", "no answer of WeCom")
    if _is_listed(user, answer.get("invaliduser")):
        return Result(ResultKind.ADDRESS_WRONG, reason="invalid_user")
    if _is_listed(user, answer.get("unlicenseduser")):
        return Result(ResultKind.PERSON_GONE, reason="unlicensed")
    # Only a card has a reference that it can be changed by.
    reference = answer.get("response_code")
    return Result(ResultKind.ACCEPTED, external_id=reference if isinstance(reference, str) and reference else None)


def result_of_error(error: Exception) -> Result:
    """Return what a failed call means for the message; never raises."""
    return answers.result_of_error(error, _CODES, "wecom")


def _is_listed(user: str, listed: Any) -> bool:
    """Tell whether a member is in a list as WeCom writes it, `a|b`; it does not tell capitals from small letters."""
    return isinstance(listed, str) and user != "" and user.casefold() in listed.casefold().split("|")
