"""Reads when a session is, as somebody writes it: a wall time and a zone beside it, or an instant with its offset."""

from datetime import UTC, datetime

from bot.local_time import BEIJING, to_instant, zone
from bot.sessions.faults import Fault, SessionRefused


def zone_in(text: str | None) -> str:
    """Return the key of a zone, Beijing's where none is given; SessionRefused when there is no such zone."""
    if text is None:
        return BEIJING
    try:
        zone(text.strip())
    except ValueError:
        raise SessionRefused(Fault.ZONE, text) from None
    return text.strip()


def instant_in(text: str, zone_key: str) -> datetime:
    """Return the instant that a text names; without an offset it is the wall time in the zone.

    SessionRefused when it is no date and time.
    """
    given = text.strip()
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise SessionRefused(Fault.TIME, text) from None
    if len(given) <= len("2026-10-24"):
        raise SessionRefused(Fault.NO_TIME, text)
    try:
        if found.tzinfo is None:
            return to_instant(found.date(), found.time(), zone_key)
        return found.astimezone(UTC)
    except OverflowError:
        raise SessionRefused(Fault.TIME, text) from None


def minutes_between(starts_at: datetime, ends_at: datetime) -> int:
    """Return the length in minutes; SessionRefused when the end is not after the start."""
    if ends_at <= starts_at:
        raise SessionRefused(Fault.END, f"{ends_at:%Y-%m-%d %H:%M} UTC")
    return int((ends_at - starts_at).total_seconds() // 60)
