"""Reads what a calendar program mails back when somebody presses Yes, No or Maybe in it (RFC 5546, METHOD:REPLY). Pure.

The one file besides `bot.rendering.calendar_file` that knows the library of calendars. It is imported with the first
reply, on the thread that processes what came in: a service starts without it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Component

MOST_BYTES = 200_000
LONGEST_COMMENT = 500
_WORDS = {"ACCEPTED": "yes", "DECLINED": "no", "TENTATIVE": "maybe"}


@dataclass(frozen=True)
class CalendarReply:
    """What somebody says to one event; `word` is "yes", "no", "maybe", or "" for anything else."""

    uid: str
    word: str
    sequence: int
    comment: str


def reply_in(mail: EmailMessage, sender: str) -> CalendarReply | None:
    """Return what a mail replies to an event of ours, None when it is no such reply; `sender` is who wrote it."""
    for part in mail.walk():
        if part.get_content_type() != "text/calendar":
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and len(content) <= MOST_BYTES:
            found = next(_replies(content, sender), None)
            if found is not None:
                return found
    return None


def _replies(content: bytes, sender: str) -> Iterator[CalendarReply]:
    from icalendar import Calendar  # noqa: PLC0415 - see above

    try:
        calendar = Calendar.from_ical(content.decode("utf-8", "replace"))
    except (ValueError, IndexError, KeyError, TypeError, AttributeError):  # whatever is broken is no reply
        return
    if str(calendar.get("METHOD", "")).strip().upper() != "REPLY":
        return
    for event in calendar.walk("VEVENT"):
        uid = str(event.get("UID", "")).strip()
        if uid:
            yield CalendarReply(uid, _word(event, sender), _sequence(event), _comment(event))


def _word(event: "Component", sender: str) -> str:
    given = event.get("ATTENDEE", [])
    attendees = given if isinstance(given, list) else [given]
    hers = [one for one in attendees if str(one).strip().lower().removeprefix("mailto:") == sender]
    chosen = hers or (attendees if len(attendees) == 1 else [])
    status = str(chosen[0].params.get("PARTSTAT", "")).upper() if chosen else ""
    return _WORDS.get(status, "")


def _sequence(event: "Component") -> int:
    try:
        return max(int(event.get("SEQUENCE", 0)), 0)
    except (ValueError, TypeError):
        return 0


def _comment(event: "Component") -> str:
    given = event.get("COMMENT", "")
    said = given[0] if isinstance(given, list) and given else given
    return " ".join(str(said).split())[:LONGEST_COMMENT] if said else ""
