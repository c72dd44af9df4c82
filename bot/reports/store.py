"""Tables of reports, and the queries of the report itself; drafts, versions and files stand in files beside it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    select,
)

from bot.listed import listed
from bot.reports.model import Report, Stage
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

_REPORT = "reports.id"

reports = Table(
    "reports",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), nullable=False, index=True),
    # The item of the programme that asks for it.
    Column("item", String(64), nullable=False),
    Column("stage", String(16), nullable=False, index=True),
    # The prompt that asks for it now; a report that was returned has another one than before.
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="SET NULL"), index=True),
    Column("version", Integer, nullable=False),
    Column("section", String(24), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("said_at", UtcDateTime),
    Column("edited_at", UtcDateTime),
    Column("submitted_at", UtcDateTime),
    Column("decided_at", UtcDateTime),
    Column("chased_at", UtcDateTime),
    UniqueConstraint("person_id", "trip_id", "item"),
)

report_sections = Table(
    "report_sections",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False),
    Column("section", String(24), nullable=False),
    Column("body", Sealed(), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    UniqueConstraint("report_id", "section"),
)

# What she said in chat, message by message, so that the last one can be taken back.
report_pieces = Table(
    "report_pieces",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False, index=True),
    Column("section", String(24), nullable=False),
    Column("body", Sealed(), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
)

# Words that are not in the report: nothing that was typed is lost.
report_asides = Table(
    "report_asides",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False, index=True),
    Column("section", String(24), nullable=False),
    Column("body", Sealed(), nullable=False),
    # Which page wrote it, or "chat".
    Column("source", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

report_versions = Table(
    "report_versions",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("parts", Sealed(), nullable=False),
    Column("files", JSON, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("report_id", "number"),
)

report_comments = Table(
    "report_comments",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("author_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("remark", String(16), nullable=False),
    Column("body", Sealed(), nullable=False),
    Column("until", UtcDateTime),
    Column("at", UtcDateTime, nullable=False),
)

report_files = Table(
    "report_files",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey(_REPORT, ondelete="CASCADE"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("name", Sealed(), nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
)

# Feedback on hosts: nothing here leads back to whoever wrote it, once it was handed in.
report_feedback = Table(
    "report_feedback",
    metadata,
    id_column(),
    Column("country", String(2), nullable=False, index=True),
    Column("host", String(200), nullable=False),
    Column("year", Integer, nullable=False),
    Column("body", Sealed(), nullable=False),
)

_BY_ID = select(reports)


def by_id(conn: Connection, report_id: int) -> Report | None:
    """Return one report."""
    row = conn.execute(_BY_ID.where(reports.c.id == report_id)).one_or_none()
    return None if row is None else from_row(row)


def of_person(conn: Connection, person_id: int) -> list[Report]:
    """Return the reports of a student, the newest first."""
    query = _BY_ID.where(reports.c.person_id == person_id).order_by(reports.c.opened_at.desc(), reports.c.id.desc())
    return [from_row(row) for row in conn.execute(query)]


def of_places(conn: Connection, trip_ids: Iterable[int], item: str) -> dict[int, Report]:
    """Return the reports that an item asks for, by stay."""
    query = _BY_ID.where(listed(reports.c.trip_id, sorted(set(trip_ids))), reports.c.item == item)
    return {row.trip_id: from_row(row) for row in conn.execute(query)}


def of_prompt(conn: Connection, prompt_id: int) -> Report | None:
    """Return the report that a prompt asks for now."""
    row = conn.execute(_BY_ID.where(reports.c.prompt_id == prompt_id)).one_or_none()
    return None if row is None else from_row(row)


def add(conn: Connection, person_id: int, trip_id: int, item: str, prompt_id: int | None, now: datetime) -> Report:
    """Begin a report."""
    values = {
        "person_id": person_id,
        "trip_id": trip_id,
        "item": item,
        "stage": Stage.OPEN.value,
        "prompt_id": prompt_id,
        "version": 0,
        "section": "",
        "opened_at": now,
    }
    added = conn.execute(reports.insert().values(**values).returning(*reports.c)).one()
    return from_row(added)


def update(conn: Connection, report_id: int, **values: Any) -> None:
    """Change columns of one report; enums are stored by value."""
    conn.execute(reports.update().where(reports.c.id == report_id).values(**values))


def change_stage(conn: Connection, report: Report, to: Stage, **values: Any) -> bool:
    """Move a report on from the stage and version that were seen; False when somebody was faster."""
    seen = (reports.c.id == report.id, reports.c.stage == report.stage.value, reports.c.version == report.version)
    return conn.execute(reports.update().where(*seen).values(stage=to.value, **values)).rowcount == 1


def from_row(row: Row[Any]) -> Report:
    """Turn a row of `reports` into a report."""
    values = {column.name: row._mapping[column] for column in reports.c}  # noqa: SLF001 - documented
    return Report(**values | {"stage": Stage(row._mapping[reports.c.stage])})  # noqa: SLF001 - same
