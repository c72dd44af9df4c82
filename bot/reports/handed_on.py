"""Which other forms of her report a student has handed in, to whomever asks for them; by form and period."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, UniqueConstraint, delete, select

from bot.reports.model import Report
from bot.schema import Id, UtcDateTime, id_column, metadata

# Of reports about a stay only: `report_id` is theirs.
report_handed_on = Table(
    "report_handed_on",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey("reports.id", ondelete="CASCADE"), nullable=False),
    Column("form", String(24), nullable=False),
    Column("period", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("report_id", "form", "period"),
)


def given_of(conn: Connection, report: Report) -> dict[tuple[str, int], datetime]:
    """Return when each was handed in."""
    query = select(report_handed_on).where(report_handed_on.c.report_id == report.id)
    return {(row.form, row.period): row.at for row in conn.execute(query)}


def note(conn: Connection, report: Report, form: str, period: int, now: datetime, *, given: bool) -> None:
    """Keep that one was handed in, or that it was not after all."""
    same = (
        report_handed_on.c.report_id == report.id,
        report_handed_on.c.form == form,
        report_handed_on.c.period == period,
    )
    conn.execute(delete(report_handed_on).where(*same))
    if given:
        values = {"report_id": report.id, "form": form, "period": period, "at": now}
        conn.execute(report_handed_on.insert().values(**values))
