"""What statistics count: stays, as far as figures need to know of them, and by what they are told apart."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

EVERY = "all"
"""Every level of study."""
UNKNOWN = ""
"""A level, tag or funding that nobody has written down."""
ALL_UNITS = ""
"""Above every unit: the whole university."""
LEVELS = ("bachelor", "master", "doctor")


class By(StrEnum):
    """What a figure is broken down by."""

    TOTAL = "total"
    DURATION = "duration"
    LONG = "long"
    COUNTRY = "country"
    HOST = "host"
    TAG = "tag"
    TYPE = "type"
    FUNDING = "funding"
    NATIONAL = "national"
    BEEN = "been"


class Duration(StrEnum):
    """How long a stay is, in the four bands of the reports."""

    UP_TO_1 = "up_to_1"
    UP_TO_3 = "up_to_3"
    UP_TO_6 = "up_to_6"
    OVER_6 = "over_6"


@dataclass(frozen=True, slots=True)
class Stay:
    """One person-time abroad; `unit` is the path of the student's unit, "" when she has none."""

    unit: str
    level: str
    departs: date
    days: int
    type: str
    host: str
    country: str
    funding: str
    tag: str


class Cell(NamedTuple):
    """The address of one count: a unit with all below it, a level, and what it is broken down by with its value."""

    unit: str
    level: str
    by: By
    value: str = ""
