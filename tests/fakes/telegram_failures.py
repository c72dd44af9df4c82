"""What can go wrong at the fake Telegram: one object per kind of trouble, handed to `FakeTelegram.fails`; and what it
notes of each call.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Failure:
    """An answer other than success.

    `accepted`: the call has its effect all the same. `silent`: no answer at all, the caller runs into its time-out;
    `hangs_up`: the connection is cut instead of an answer.
    """

    status: int = 200
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    body: str | None = None
    accepted: bool = False
    silent: bool = False
    hangs_up: bool = False


@dataclass(frozen=True)
class Call:
    """One call of the Bot API: its parameters with JSON read, and when it came, in monotonic seconds."""

    method: str
    params: dict[str, Any]
    at: float


def too_many(seconds: int = 1) -> Failure:
    return Failure(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def server_error(status: int = 502, *, accepted: bool = False) -> Failure:
    return Failure(status, "Bad Gateway", accepted=accepted)


def silence_after_accepting() -> Failure:
    return Failure(accepted=True, silent=True)


def silence() -> Failure:
    return Failure(silent=True)


def hang_up_after_accepting() -> Failure:
    return Failure(accepted=True, hangs_up=True)


def blocked() -> Failure:
    return Failure(403, "Forbidden: bot was blocked by the user")


def deactivated() -> Failure:
    return Failure(403, "Forbidden: user is deactivated")


def chat_not_found() -> Failure:
    return bad_request("chat not found")


def bad_request(what: str) -> Failure:
    return Failure(400, f"Bad Request: {what}")


def migrated(to: int) -> Failure:
    return Failure(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": to})


def not_telegram() -> Failure:
    """Return what a captive portal answers."""
    return Failure(200, body="<html>Please sign in to this network.</html>")


def without_result() -> Failure:
    return Failure(200, body='{"ok": true}')
