"""What a mail server's answers mean in the closed vocabulary of results; the channel calls it on every try.

An answer is read by where it came (`Phase`), its code and its enhanced status (RFC 3463). What is about our account and
not about one reader pauses the whole account, so that the queue stays as it is and goes on in the order of priority.
Reasons are short codes, never the server's words.
"""

import re
import ssl
from enum import StrEnum

import aiosmtplib

from bot.outbox.model import Result, ResultKind


class Phase(StrEnum):
    """How far a try had come."""

    CONNECT = "connect"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


ACCOUNT_WAIT = 60.0
"""Seconds for which the account rests when the server does not let us in or does not take our sender."""
BUSY_WAIT = 15.0
"""The same when it cannot be reached, or asks us to come later."""
TROUBLES = frozenset(
    {"not_connected", "tls_failed", "login_refused", "login_impossible", "sender_refused", "relay_denied", "refused"}
)
"""Reasons that somebody must look at: they stay a trouble until the next message has been taken."""
_STATUS = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")
_OF_ADDRESS = ("5.1.", "5.2.1", "5.4.1", "5.4.4", "5.5.0", "5.0.")
_RELAY = re.compile(r"relay", re.IGNORECASE)
_NO_SUCH = re.compile(
    r"user unknown|no such (user|recipient|mailbox|address)|unknown user|does not exist", re.IGNORECASE
)


def result_of(error: Exception, phase: Phase) -> Result:  # noqa: PLR0911 - one for each sort of failure
    """Return what a failed try means for the message; never raises."""
    match error:
        case ssl.SSLError() | ssl.CertificateError():
            return _account("tls_failed")
        case aiosmtplib.SMTPAuthenticationError():
            temporary = 400 <= error.code < 500  # noqa: PLR2004 - SMTP's own
            return _account("login_refused", BUSY_WAIT if temporary else ACCOUNT_WAIT)
        case aiosmtplib.SMTPNotSupported():
            return _account("login_impossible" if phase is Phase.LOGIN else "tls_failed")
        case aiosmtplib.SMTPResponseException():
            return _of_answer(error.code, error.message, phase)
    if phase is Phase.DATA:  # it may have been taken, and only the answer got lost
        return Result(ResultKind.OUTCOME_UNKNOWN, reason="no_answer_after_data")
    of_tls = any(word in str(error).lower() for word in ("certificate", "starttls", "ssl", "tls"))
    if of_tls or isinstance(error.__cause__, ssl.SSLError):
        return _account("tls_failed")
    return _account("not_connected", BUSY_WAIT)


def status_of(words: str) -> str:
    """Return the enhanced status at the beginning of an answer, like 5.1.1; empty when it has none."""
    found = _STATUS.match(words)
    return found.group(1) if found else ""


def is_wrong_address(status: str) -> bool:
    """Tell whether a status says for certain that an address is of no use, and not that our mail is unwelcome."""
    return status.startswith(_OF_ADDRESS)


def _of_answer(code: int, words: str, phase: Phase) -> Result:  # noqa: PLR0911 - as above
    status = status_of(words)
    lasting = 500 <= code < 600  # noqa: PLR2004 - SMTP's own
    if code == 421 or phase in {Phase.CONNECT, Phase.LOGIN}:  # noqa: PLR2004 - the server closes the connection
        return _account("refused", ACCOUNT_WAIT) if lasting else _account("busy", BUSY_WAIT)
    if phase is Phase.SENDER:
        if status == "5.3.4" or code == 552:  # noqa: PLR2004 - larger than it said it takes
            return Result(ResultKind.OUR_FAULT, reason="message_too_long")
        return _account("sender_refused") if lasting else _account("busy", BUSY_WAIT)
    if not lasting:
        return Result(ResultKind.RETRY_AT, reason="come_later")
    if phase is Phase.RECIPIENT:
        return _of_recipient(code, status, words)
    if is_wrong_address(status) or (not status and _NO_SUCH.search(words)):
        return Result(ResultKind.ADDRESS_WRONG, reason="no_such_address")
    too_long = status in {"5.3.4", "5.2.3"} or code == 552  # noqa: PLR2004 - as above
    return Result(ResultKind.OUR_FAULT, reason="message_too_long" if too_long else "message_refused")


def _of_recipient(code: int, status: str, words: str) -> Result:
    if status.startswith("5.2.2") or code == 552:  # noqa: PLR2004 - a full mailbox may be emptied
        return Result(ResultKind.RETRY_AT, wait=3600.0, reason="mailbox_full")
    if _RELAY.search(words) or code == 530:  # noqa: PLR2004 - it wants us to sign in first
        return _account("relay_denied")
    if status.startswith("5.7."):  # unwelcome, which is no fault of the address
        return Result(ResultKind.OUR_FAULT, reason="message_refused")
    return Result(ResultKind.ADDRESS_WRONG, reason="no_such_address")


def _account(reason: str, wait: float = ACCOUNT_WAIT) -> Result:
    return Result(ResultKind.THROTTLED, wait=wait, reason=reason)
