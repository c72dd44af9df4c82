"""Why a session cannot be: one reason with the value that is wrong. Pages say it in the reader's words, commands as
the sentence that is here.
"""

from enum import StrEnum

from bot.errors import UsageError


class Fault(StrEnum):
    """What is wrong."""

    BRANCH = "branch"
    AUDIENCE = "audience"
    NO_TITLE = "no_title"
    LONG = "long"
    NO_TIME = "no_time"
    TIME = "time"
    ZONE = "zone"
    PAST = "past"
    FAR = "far"
    MINUTES = "minutes"
    END = "end"
    LINK = "link"
    RSVP = "rsvp"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    BEGUN = "begun"
    QUESTIONS = "questions"
    NOTHING = "nothing"
    STALE = "stale"
    NO_PROGRAMME = "no_programme"
    EVERY = "every"
    TIMES = "times"
    MONTH_DAY = "month_day"
    SERIES_FAR = "series_far"
    NO_SERIES = "no_series"


_SENTENCES = {
    Fault.BRANCH: "There is no branch {value!r}; import it with the roster, or check its key",
    Fault.AUDIENCE: "There is no audience {value!r}; write all, unit:PATH of the roster, or country:JP",
    Fault.NO_TITLE: "A session has a title; give it with --title",
    Fault.LONG: "{value!r} is too long: a title has at most 120 characters, a link 1000, material 4000, a question 300",
    Fault.NO_TIME: "{value!r} needs a time of day too; write YYYY-MM-DD HH:MM, say 2026-10-24 20:00",
    Fault.TIME: "{value!r} is no date and time; write YYYY-MM-DD HH:MM, say 2026-10-24 20:00, with --zone beside it",
    Fault.ZONE: "There is no time zone {value!r}; write a key like Europe/Berlin or Asia/Shanghai",
    Fault.PAST: "{value} is in the past; a session can only be in the future",
    Fault.FAR: "{value} is more than a year ahead; check the date",
    Fault.MINUTES: "A session lasts from 5 minutes to 12 hours, not {value}",
    Fault.END: "The end {value} is not after the start; give an end that is, or the length with --minutes",
    Fault.LINK: "{value!r} is no link; write one that begins with https:// or http://",
    Fault.RSVP: "The replies are wanted by {value}: that must be after now and not after the start",
    Fault.UNKNOWN: "There is no session {value}; see: yanxin sessions --all",
    Fault.CANCELLED: "Session {value} was cancelled already",
    Fault.BEGUN: "Session {value} has begun; it can no longer be moved or cancelled",
    Fault.QUESTIONS: "Three questions make a session up, not {value}",
    Fault.NOTHING: "Nothing would change in session {value}; say what shall be different",
    Fault.EVERY: "A series is held every week or every month, not {value!r}; give --every week or --every month",
    Fault.TIMES: "A series has from 1 to 52 sessions, not {value!r}; give the number with --times",
    Fault.MONTH_DAY: "There is no {value}: choose a day that each of the months has, 1 to 28, or every week",
    Fault.SERIES_FAR: "The last session would be on {value}, more than a year ahead; give fewer with --times",
    Fault.NO_SERIES: "Session {value} is no part of a series; leave --following out",
    Fault.NO_PROGRAMME: "Nothing can be sent yet: load a programme first, with: yanxin programme load FILE",
    Fault.STALE: "Session {value} was changed by somebody else meanwhile; look at it again",
}


class SessionRefused(UsageError):
    """A session cannot be made, or not changed in this way; nothing was done."""

    def __init__(self, fault: Fault, value: object = "") -> None:
        """Keep what is wrong and the value that is."""
        super().__init__(_SENTENCES[fault].format(value=value))
        self.fault = fault
        self.value = str(value)
