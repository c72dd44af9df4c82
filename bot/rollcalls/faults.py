"""Why a roll-call cannot be: one reason with the value that is wrong. Pages say it in the reader's words, commands as
the sentence that is here.
"""

from enum import StrEnum

from bot.errors import UsageError


class Fault(StrEnum):
    """What is wrong."""

    NO_WORDS = "no_words"
    NO_AREA = "no_area"
    COUNTRY = "country"
    CITY = "city"
    CIRCLE = "circle"
    UNIT = "unit"
    BRANCH = "branch"
    NUMBERS = "numbers"  # nobody has them, or nobody in the scope of whoever asks
    TOO_MANY = "too_many"
    NOBODY = "nobody"
    STALE = "stale"
    NOT_DRAFT = "not_draft"
    NOT_OPEN = "not_open"
    UNKNOWN = "unknown"


_SENTENCES = {
    Fault.NO_WORDS: "A roll-call says what has happened; give it with --what",
    Fault.NO_AREA: "A roll-call needs an area: --country, --city, --circle, --unit, --branch or --numbers",
    Fault.COUNTRY: "There is no country {value!r}; give a name or a code of two letters, say JP",
    Fault.CITY: "The city {value!r} is not known and nobody of yours is there; check the spelling, or use --circle",
    Fault.CIRCLE: "{value!r} is no circle; write latitude,longitude,kilometres, say 35.68,139.69,50 (up to 5000 km)",
    Fault.UNIT: "There is no unit {value!r}; write its whole path, say University/School",
    Fault.BRANCH: "There is no branch {value!r}",
    Fault.NUMBERS: "No student of yours has the number {value}",
    Fault.TOO_MANY: "A list holds at most {value} numbers; name a unit or a place instead",
    Fault.NOBODY: "Nobody of yours is in this area, so nothing was started",
    Fault.STALE: "The count is older than half an hour or was made anew; count again and confirm",
    Fault.NOT_DRAFT: "Roll-call {value} has been started already",
    Fault.NOT_OPEN: "Roll-call {value} is not open",
    Fault.UNKNOWN: "There is no roll-call {value}",
}


class RollcallRefused(UsageError):
    """A roll-call cannot be started, or not changed in this way; nothing was done."""

    def __init__(self, fault: Fault, value: object = "", said: str = "") -> None:
        """Keep what is wrong and the value that is; `said` is the sentence where it is no roll-call that is refused."""
        super().__init__((said or _SENTENCES[fault]).format(value=value))
        self.fault = fault
        self.value = str(value)
