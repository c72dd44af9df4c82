"""How the service logs: structlog to stderr, as JSON lines for machines and as short lines for a person at a terminal.

The command line calls `set_up` once. Never a token, a body or a position: links and bot tokens are masked whoever logs
them, and of an exception only its type and the places it came through are told, because its text may quote a person.
"""

import logging
import re
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

_LINK = re.compile(r"(/(?:a|alarm|chat|login)/)[A-Za-z0-9_-]{8,}")
_BOT = re.compile(r"(\bbot)?\d{5,}:[A-Za-z0-9_-]{20,}")
_START = re.compile(r"([?&]start=)[A-Za-z0-9_-]{8,}")
_QUERY = re.compile(r"([?&](?:access_token|corpsecret|secret)=)[^&\s]+")
QUIET = {
    "apprise": logging.CRITICAL,
    "apscheduler.scheduler": logging.ERROR,
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "telegram": logging.WARNING,
    "urllib3": logging.ERROR,
    "wechatpy": logging.CRITICAL,
}
"""Libraries that would log addresses with tokens in them, or one line each second that `scheduler.bell` says once."""


def mask(text: str) -> str:
    """Return a text without the tokens of links and bots."""
    return _QUERY.sub(r"\1…", _START.sub(r"\1…", _BOT.sub("bot…", _LINK.sub(r"\1…", text))))


def _mask_all(_logger: Any, _method: str, event: EventDict) -> EventDict:
    return {name: mask(value) if isinstance(value, str) else value for name, value in event.items()}


def _place_of_error(_logger: Any, _method: str, event: EventDict) -> EventDict:
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        event["error"] = type(error).__name__
        event["at"] = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    return event


class _Stderr:
    """Writes lines to whatever stderr is at the moment."""

    def msg(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warn = warning = error = critical = exception = fatal = failure = msg


def set_up(*, level: int = logging.INFO, json: bool | None = None) -> None:
    """Send the logs of the service and of its libraries to stderr; `json` None: unless stderr is a terminal."""
    machine = not sys.stderr.isatty() if json is None else json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _place_of_error,
        _mask_all,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if machine
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=30)
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: _Stderr(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Bridge()]
    root.setLevel(max(level, logging.WARNING))
    for name, at_least in QUIET.items():
        logging.getLogger(name).setLevel(at_least)


class _Bridge(logging.Handler):
    """Hands the log records of libraries to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger().bind(logger=record.name)
        method = record.levelname.lower() if record.levelname in {"INFO", "WARNING", "ERROR", "CRITICAL"} else "debug"
        getattr(logger, method)(record.getMessage(), **({"exc_info": record.exc_info} if record.exc_info else {}))
