"""One report of one student about one stay, with what it is made of."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

KIND = "report"
"""The kind of the prompts that ask for one."""


class Form(StrEnum):
    """What a report is about, and with that on which shelf it lies: branch matters lie apart."""

    STAY = "stay"  # what she writes about a stay after it
    STUDY = "study"  # what a member writes to her home branch


class Stage(StrEnum):
    """How far a report is, as it is stored."""

    OPEN = "open"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    EXCUSED = "excused"
    WITHDRAWN = "withdrawn"  # the stay was called off, and nothing was handed in


DONE = frozenset({Stage.SUBMITTED, Stage.ACCEPTED, Stage.EXCUSED})
"""Nobody is asked for it and nobody is reminded of it."""
WRITABLE = frozenset({Stage.OPEN, Stage.RETURNED})
"""She can write in it."""


class ReportState(StrEnum):
    """What people see: the stage, and of an open one how the asking fares. Derived, never stored."""

    ASKED = "asked"
    REMINDED = "reminded"
    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    EXCUSED = "excused"
    UNDELIVERED = "undelivered"  # no address of hers has carried the request: not her fault
    WITHDRAWN = "withdrawn"


class Remark(StrEnum):
    """What a member of staff says to a report."""

    RETURNED = "returned"
    ACCEPTED = "accepted"
    EXTENDED = "extended"
    EXCUSED = "excused"


@dataclass(frozen=True)
class Report:
    """One row of `reports`. `prompt_id` asks for it now; `version` is the last one handed in, 0 for none.

    `section` is where she writes in chat; `said_at` is when she last wrote there, None when she is not at it. What asks
    for a study report is no prompt but an obligation.
    """

    id: int
    person_id: int
    trip_id: int
    item: str
    stage: Stage
    prompt_id: int | None
    version: int
    section: str
    opened_at: datetime
    said_at: datetime | None = None
    edited_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    chased_at: datetime | None = None
    form: Form = Form.STAY
    obligation_id: int | None = None


@dataclass(frozen=True)
class Draft:
    """The text of one section as it stands; `revision` counts its changes and is 0 before the first."""

    section: str
    body: str = ""
    revision: int = 0


@dataclass(frozen=True)
class Aside:
    """Words that are not in the report: another device wrote at the same time, or it is not known that they belong."""

    id: int
    section: str
    body: str
    source: str
    at: datetime


@dataclass(frozen=True)
class Part:
    """One section of a version that was handed in, with its title at that time."""

    section: str
    title: str
    body: str
    is_anonymous: bool = False


@dataclass(frozen=True)
class Version:
    """What was handed in once; it never changes."""

    number: int
    at: datetime
    channel: str
    parts: tuple[Part, ...]
    files: tuple[int, ...] = ()


@dataclass(frozen=True)
class Comment:
    """What a member of staff said; `until` is the new last day of an extension, as an instant."""

    id: int
    version: int
    author_id: int | None
    author: str
    remark: Remark
    body: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class File:
    """A photo or a document of a report; its bytes lie sealed under `digest`, outside every folder that is served.

    `section` is the one that it belongs to, None for the report as a whole.
    """

    id: int
    report_id: int
    digest: str
    kind: str
    name: str
    size: int
    at: datetime
    removed_at: datetime | None = None
    section: str | None = None
