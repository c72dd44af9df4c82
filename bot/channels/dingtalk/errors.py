"""What DingTalk's answers mean in the closed vocabulary of results; the channel calls it on every try.

DingTalk knows no idempotency key: a call whose answer got lost may have arrived. A 200 is no promise either: it lists
whom it left out. Reasons are short codes, never the platform's words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.token import NoTokenError
from bot.outbox.model import SERVER_ERROR, Result, ResultKind

log = structlog.get_logger(__name__)
NOT_KNOWN = "answer_not_known"
"""Reason of an answer that is none of those below; it is tried again, and shown until somebody has looked."""
STALE_TOKEN = frozenset({"invalidauthentication", "accesstokenexpired", "token.expired"})
BUSY_SECONDS = 5.0
FLOW_SECONDS = 60.0
QUOTA_SECONDS = 3600.0
TOO_MANY, SERVER_FAULT = 429, 500

# Beginnings of the platform's codes in small letters; the first that fits counts.
_CODES: tuple[tuple[str, ResultKind, str, float | None], ...] = (
    ("forbidden.accessdenied.qps", ResultKind.THROTTLED, "too_many_calls", BUSY_SECONDS),
    ("forbidden.accessdenied.quota", ResultKind.RETRY_AT, "month_used_up", QUOTA_SECONDS),
    ("forbidden.accessdenied.apiquota", ResultKind.RETRY_AT, "month_used_up", QUOTA_SECONDS),
    ("forbidden.accessdenied.ip", ResultKind.OUR_FAULT, "ip_not_allowed", None),
    ("forbidden.accessdenied", ResultKind.OUR_FAULT, "no_permission", None),
    ("throttling", ResultKind.THROTTLED, "too_many_calls", BUSY_SECONDS),
    ("staffid.", ResultKind.ADDRESS_WRONG, "no_such_member", None),
    ("userid.", ResultKind.ADDRESS_WRONG, "no_such_member", None),
    ("invalidparameter.userid", ResultKind.ADDRESS_WRONG, "no_such_member", None),
    ("robot.", ResultKind.OUR_FAULT, "robot_code_invalid", None),
    ("invalidparameter.robotcode", ResultKind.OUR_FAULT, "robot_code_invalid", None),
    ("resource.not.found", ResultKind.OUR_FAULT, "robot_code_invalid", None),
    ("invalidparameter", ResultKind.OUR_FAULT, "message_invalid", None),
    ("missing", ResultKind.OUR_FAULT, "message_invalid", None),
    ("miss.param", ResultKind.OUR_FAULT, "message_invalid", None),
    ("param.", ResultKind.OUR_FAULT, "message_invalid", None),
    ("msgparam.", ResultKind.OUR_FAULT, "message_invalid", None),
    ("invalidcontent", ResultKind.OUR_FAULT, "message_invalid", None),
)
# Lists of a 200 and what being in one means; whoever is in none has got it.
_LISTS: tuple[tuple[str, Result], ...] = (
    ("invalidStaffIdList", Result(ResultKind.ADDRESS_WRONG, reason="no_such_member")),
    ("flowControlledStaffIdList", Result(ResultKind.RETRY_AT, wait=FLOW_SECONDS, reason="flow_controlled")),
    ("filteredStaffIdList", Result(ResultKind.PERSON_GONE, reason="filtered")),
)


@dataclass(frozen=True)
class Answer:
    """What a call was answered: status, JSON (an empty dict for what is none), and the time there as HTTP writes it."""

    status: int
    values: dict[str, Any]
    date: str | None = None

    @property
    def code(self) -> str:
        """Return the platform's code of a refusal in small letters."""
        code = self.values.get("code")
        return code.lower() if isinstance(code, str) else ""

    @property
    def is_stale(self) -> bool:
        """Tell whether the platform does not take the token any more."""
        return self.code in STALE_TOKEN

    @property
    def is_ok(self) -> bool:
        """Tell whether the call was taken."""
        return self.status == 200  # noqa: PLR2004 - it is what it is


def results_of(answer: Answer, users: Sequence[str]) -> list[Result]:
    """Return what the answer to batchSend means for each member whom it was meant for."""
    if not answer.is_ok:
        return [refusal(answer)] * len(users)
    if not isinstance(answer.values.get("processQueryKey"), str):
        return [not_known("200 without processQueryKey")] * len(users)
    return [_of(user, answer.values) for user in users]


def card_result(answer: Answer, card_id: str) -> Result:
    """Return what the answer to createAndDeliver means."""
    if not answer.is_ok:
        return refusal(answer)
    result = answer.values.get("result")
    told = result.get("deliverResults") if isinstance(result, dict) else None
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told) or not told:
        return not_known("200 without deliverResults")
    if all(one.get("success") is True for one in told):
        return Result(ResultKind.ACCEPTED, external_id=card_id)
    return not_known("a card that was not delivered")


def update_result(answer: Answer, card_id: str) -> Result:
    """Return what the answer to a change of a card means."""
    return Result(ResultKind.ACCEPTED, external_id=card_id) if answer.is_ok else refusal(answer)


def refusal(answer: Answer) -> Result:
    """Return what an answer other than 200 means."""
    if answer.is_stale:
        return Result(ResultKind.OUR_FAULT, reason="token_refused")
    for start, kind, reason, wait in _CODES:
        if answer.code.startswith(start):
            return Result(kind, wait=wait, reason=reason)
    if answer.status == TOO_MANY:
        return Result(ResultKind.THROTTLED, wait=BUSY_SECONDS, reason="too_many_calls")
    if answer.status >= SERVER_FAULT:
        return Result(ResultKind.OUTCOME_UNKNOWN, reason=SERVER_ERROR)
    return not_known(f"{answer.status} {answer.code}")


def result_of_error(error: Exception) -> Result:
    """Return what a call without an answer means; never raises."""
    import aiohttp  # noqa: PLC0415 - whoever called has loaded it; a service without DingTalk never does

    match error:
        case NoTokenError():
            return Result(ResultKind.THROTTLED, wait=error.wait, reason="no_token")
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Result(ResultKind.RETRY_AT, reason="not_connected")
        case TimeoutError():
            return Result(ResultKind.OUTCOME_UNKNOWN, reason="timed_out")
        case aiohttp.ClientHttpProxyError():
            return Result(ResultKind.RETRY_AT, reason="not_connected")
        case aiohttp.ClientError() | OSError():
            return Result(ResultKind.OUTCOME_UNKNOWN, reason="network")
    return not_known(type(error).__name__)


def not_known(what: str) -> Result:
    """Return that nobody knows what an answer means, and say so aloud."""
    log.error("dingtalk.answer_not_known", answer=what[:80])
    return Result(ResultKind.RETRY_AT, reason=NOT_KNOWN)


def _of(user: str, values: dict[str, Any]) -> Result:
    for name, result in _LISTS:
        listed = values.get(name)
        if isinstance(listed, list) and user in listed:
            return result
    return Result(ResultKind.ACCEPTED)
