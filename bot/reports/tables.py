"""The tables of reports. Study reports lie on a shelf of their own, sealed with the key of branch matters.

Whatever reads or writes a report takes its shelf from the report itself (`shelf_of`), so that no word of one kind can
ever land among those of the other.
"""

from dataclasses import dataclass

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, UniqueConstraint

from bot.reports.model import Form, Report
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata, sealed_for_branch


@dataclass(frozen=True)
class Shelf:
    """All tables of reports of one form."""

    reports: Table
    sections: Table
    pieces: Table
    asides: Table
    versions: Table
    comments: Table
    files: Table


def _shelf(name: str, sealed: Sealed, asks: Column[int]) -> Shelf:
    """Make the tables whose names begin with `name`; `asks` names what asks for a report."""
    to_report = f"{name}s.id"

    def of_report(*, index: bool = False) -> Column[int]:
        return Column("report_id", Id, ForeignKey(to_report, ondelete="CASCADE"), nullable=False, index=index)

    reports = Table(
        f"{name}s",
        metadata,
        id_column(),
        Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
        Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), nullable=False, index=True),
        # The item of the programme that asks for it; of a study report the rule and the period.
        Column("item", String(64), nullable=False),
        Column("stage", String(16), nullable=False, index=True),
        asks,
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
    sections = Table(
        f"{name}_sections",
        metadata,
        id_column(),
        of_report(),
        Column("section", String(24), nullable=False),
        Column("body", sealed, nullable=False),
        Column("revision", Integer, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
        UniqueConstraint("report_id", "section"),
    )
    # What she said in chat, message by message, so that the last one can be taken back.
    pieces = Table(
        f"{name}_pieces",
        metadata,
        id_column(),
        of_report(index=True),
        Column("section", String(24), nullable=False),
        Column("body", sealed, nullable=False),
        Column("channel", String(16), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("undone_at", UtcDateTime),
    )
    # Words that are not in the report: nothing that was typed is lost.
    asides = Table(
        f"{name}_asides",
        metadata,
        id_column(),
        of_report(index=True),
        Column("section", String(24), nullable=False),
        Column("body", sealed, nullable=False),
        # Which page wrote it, or "chat".
        Column("source", String(32), nullable=False),
        Column("at", UtcDateTime, nullable=False),
    )
    versions = Table(
        f"{name}_versions",
        metadata,
        id_column(),
        of_report(),
        Column("number", Integer, nullable=False),
        Column("parts", sealed, nullable=False),
        Column("files", JSON, nullable=False),
        Column("channel", String(16), nullable=False),
        Column("at", UtcDateTime, nullable=False),
        UniqueConstraint("report_id", "number"),
    )
    comments = Table(
        f"{name}_comments",
        metadata,
        id_column(),
        of_report(index=True),
        Column("version", Integer, nullable=False),
        Column("author_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
        Column("remark", String(16), nullable=False),
        Column("body", sealed, nullable=False),
        Column("until", UtcDateTime),
        Column("at", UtcDateTime, nullable=False),
    )
    files = Table(
        f"{name}_files",
        metadata,
        id_column(),
        of_report(index=True),
        Column("digest", String(64), nullable=False, index=True),
        Column("kind", String(8), nullable=False),
        Column("name", sealed, nullable=False),
        Column("size", Integer, nullable=False),
        Column("at", UtcDateTime, nullable=False),
        Column("removed_at", UtcDateTime),
        # Where she was when she sent it in chat; nothing for what she added on the page.
        Column("section", String(24)),
    )
    return Shelf(reports, sections, pieces, asides, versions, comments, files)


# The prompt that asks for it now; a report that was returned has another one than before.
_PROMPT = Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="SET NULL"), index=True)
_OBLIGATION = Column("obligation_id", Id, ForeignKey("obligations.id", ondelete="SET NULL"), index=True)
SHELVES = {
    Form.STAY: _shelf("report", Sealed(), _PROMPT),
    Form.STUDY: _shelf("study_report", sealed_for_branch(), _OBLIGATION),
}

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


def shelf_of(report: Report) -> Shelf:
    """Return the tables in which a report lies."""
    return SHELVES[report.form]
