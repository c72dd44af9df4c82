"""A filter that somebody has kept: her name for it, and the query of the page that it stands for."""

from dataclasses import dataclass

LONGEST_NAME = 60
LONGEST_QUERY = 900
MOST = 30
"""How many one member of staff keeps."""


@dataclass(frozen=True)
class Filter:
    """One kept filter; `query` is the query string of the list of people."""

    id: int
    name: str
    query: str
