"""A photo or a document finds its place: in a report or with a step of a checklist, sent in chat or added on a page.

The bytes lie in the vault already when this is called; each function is part of the caller's transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.checklists import store as checklists
from bot.engine.checklist import Checklist
from bot.engine.checklist_life import file_came
from bot.programmes.model import Programme
from bot.reports.files import add_file, files_of
from bot.reports.incoming import Refusal
from bot.reports.model import Report
from bot.reports.store import update

MOST_OF_STEP = 6
"""Files of one step."""


@dataclass(frozen=True)
class Lying:
    """A file that may be kept, whose bytes lie in the vault under `digest`."""

    digest: str
    kind: str
    name: str
    size: int


def keep_in_report(
    conn: Connection, report: Report, file: Lying, most: int, now: datetime, *, section: str | None = None
) -> int | Refusal:
    """Add a file to a report that may be written, and return its number; TOO_MANY when no more than `most` may be."""
    mine = files_of(conn, report)
    if len(mine) >= most and all(one.digest != file.digest for one in mine):
        return Refusal.TOO_MANY
    number = add_file(conn, report, file.digest, file.kind, file.name, file.size, now, section=section)
    update(conn, report, edited_at=now)
    return number


def keep_for_step(
    conn: Connection, checklist: Checklist, key: str, file: Lying, programme: Programme, now: datetime
) -> int | Refusal:
    """Let a file prove a step that takes one, and return its number; TOO_MANY when it has as many as it takes."""
    trip_id = checklist.trip.id
    if sum(one.step == key for one in checklists.files_of(conn, trip_id)) >= MOST_OF_STEP:
        return Refusal.TOO_MANY
    number = checklists.add_file(conn, trip_id, key, file.digest, file.kind, file.name, file.size, now)
    file_came(conn, checklist, key, programme, now)
    return number
