"""One piece of material, and what can be wrong with one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Fault(StrEnum):
    """Why something is not shared."""

    NO_TITLE = "no_title"
    LONG = "long"
    LINK = "link"
    NOTHING = "nothing"  # neither a link nor a file
    BRANCH = "branch"


@dataclass(frozen=True)
class Material:
    """One row of `branch_materials`; `digest` and `kind` are those of its file, empty without one."""

    id: int
    branch_id: int
    author_id: int | None
    title: str
    link: str | None
    digest: str
    kind: str
    name: str
    at: datetime
