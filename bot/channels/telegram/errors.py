"""What an exception of Telegram's library means in the closed vocabulary of results; the channel calls it on every
failed try.

Reasons are short codes from this file, never the platform's own sentence, which may quote what was sent.
"""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.base import Missing
from bot.channels.telegram.faults import NotSent
from bot.outbox.model import SERVER_ERROR, Result, ResultKind

PAUSE_WITHOUT_HINT = 5.0
"""Seconds of pause when Telegram says "too many" without saying how long."""

NOT_MODIFIED = "message is not modified"

# Pieces of Telegram's sentences, in lower case, and what they mean; the first that fits counts.
_BAD_REQUESTS = (
    ("chat not found", ResultKind.ADDRESS_WRONG, "chat_not_found"),
    ("user not found", ResultKind.ADDRESS_WRONG, "chat_not_found"),
    ("peer_id_invalid", ResultKind.ADDRESS_WRONG, "chat_not_found"),
    ("message to edit not found", ResultKind.OUR_FAULT, "message_not_found"),
    ("message can't be edited", ResultKind.OUR_FAULT, "message_too_old"),
    ("message is too long", ResultKind.OUR_FAULT, "message_too_long"),
    ("message text is empty", ResultKind.OUR_FAULT, "message_empty"),
    ("button_data_invalid", ResultKind.OUR_FAULT, "button_data_invalid"),
    ("wrong http url", ResultKind.OUR_FAULT, "button_url_invalid"),
    ("button_url_invalid", ResultKind.OUR_FAULT, "button_url_invalid"),
)
_FORBIDDEN = (
    ("blocked", "blocked"),
    ("deactivated", "deactivated"),
    ("initiate", "not_started"),
    ("kicked", "blocked"),
)


# Kinds of error that need no look at their text.
_PLAIN: tuple[tuple[type[TelegramError], Result], ...] = (
    (InvalidToken, Result(ResultKind.OUR_FAULT, reason="invalid_token")),
    (Conflict, Result(ResultKind.OUR_FAULT, reason="conflict")),
)


def result_of(error: TelegramError) -> Result:
    """Return what a failed call means for the message; never raises."""
    match error:
        case RetryAfter():
            # The attribute `retry_after` warns about its own future type.
            wait = error._retry_after.total_seconds()  # noqa: SLF001
            result = Result(ResultKind.THROTTLED, wait=wait, reason="too_many_requests")
        case ChatMigrated():
            result = Result(ResultKind.RETRY_AT, wait=0.0, reason="migrated", new_address=str(error.new_chat_id))
        case Forbidden():
            result = Result(ResultKind.PERSON_GONE, reason=_forbidden(error))
        case BadRequest():  # a subclass of NetworkError, so it is asked for first
            result = _bad_request(error)
        case NetworkError():
            result = _network(error)
        case _:
            unknown = Result(ResultKind.OUTCOME_UNKNOWN, reason="answer_not_understood")
            result = next((plain for kind, plain in _PLAIN if isinstance(error, kind)), unknown)
    return result


def missing_of(error: TelegramError) -> Missing:
    """Return why a file could not be fetched; what Telegram may give out later counts as passing."""
    said = str(error).lower()
    if "too big" in said:
        return Missing.TOO_LARGE
    is_lasting = isinstance(error, BadRequest) and "temporarily" not in said
    return Missing.GONE if is_lasting else Missing.LATER


def is_below_picture(error: BadRequest) -> bool:
    """Tell whether a message could not be changed because its words stand below a picture."""
    return "no text in the message" in str(error).lower()


def nothing_was_sent(error: TelegramError) -> bool:
    """Tell whether the request never left this machine, so that trying again doubles nothing."""
    return isinstance(error.__cause__, NotSent)


def _forbidden(error: Forbidden) -> str:
    said = str(error).lower()
    return next((code for piece, code in _FORBIDDEN if piece in said), "forbidden")


def _bad_request(error: BadRequest) -> Result:
    said = str(error).lower()
    if NOT_MODIFIED in said:
        return Result(ResultKind.ACCEPTED, reason="not_modified")
    for piece, kind, code in _BAD_REQUESTS:
        if piece in said:
            return Result(kind, reason=code)
    return Result(ResultKind.OUR_FAULT, reason="bad_request")


def _network(error: NetworkError) -> Result:
    if nothing_was_sent(error):
        return Result(ResultKind.RETRY_AT, reason="not_connected")
    if isinstance(error, TimedOut):
        return Result(ResultKind.OUTCOME_UNKNOWN, reason="timed_out")
    if "too many requests" in str(error).lower():  # 429 without parameters is no RetryAfter to the library
        return Result(ResultKind.THROTTLED, wait=PAUSE_WITHOUT_HINT, reason="too_many_requests")
    # Where the cause is no fault of the line, the library has read an answer: 5xx, with JSON in it or a page.
    answered = error.__cause__ is None or isinstance(error.__cause__, TelegramError)
    return Result(ResultKind.OUTCOME_UNKNOWN, reason=SERVER_ERROR if answered else "network")
