"""A roster that was handed in: its files, whose rows may go, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Handed:
    """One roster. `files` are names and contents, none any more once it is imported; `counts` say what that changed."""

    id: int
    author_id: int
    names: tuple[str, ...]
    prune: frozenset[str]
    created_at: datetime
    files: tuple[tuple[str, bytes], ...] = ()
    done_at: datetime | None = None
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
