"""What a student lets become of her accepted report: into the handbook with her name or without it, or nowhere."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select

from bot.reports.model import Form, Report, Stage
from bot.schema import Id, UtcDateTime, id_column, metadata


class May(StrEnum):
    """What she said; as long as she has said nothing it is nowhere."""

    NAMED = "named"
    NAMELESS = "nameless"
    NO = "no"


# Of reports about a stay only: `report_id` is theirs.
report_consents = Table(
    "report_consents",
    metadata,
    id_column(),
    Column("report_id", Id, ForeignKey("reports.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("may", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def can_be_shared(report: Report) -> bool:
    """Tell whether others may ever read it: what is accepted, and is about a stay."""
    return report.stage is Stage.ACCEPTED and report.form.value == Form.STAY.value


def consent_of(conn: Connection, report: Report) -> May | None:
    """Return what she has said last; None when nothing."""
    if not can_be_shared(report):
        return None
    query = select(report_consents.c.may).where(report_consents.c.report_id == report.id)
    found = conn.execute(query).scalar()
    return None if found is None else May(found)


def say(conn: Connection, report_id: int, may: May, now: datetime) -> None:
    """Keep what she says; it takes the place of what she said before."""
    values = {"may": may.value, "at": now}
    same = report_consents.c.report_id == report_id
    if not conn.execute(report_consents.update().where(same).values(**values)).rowcount:
        conn.execute(report_consents.insert().values(report_id=report_id, **values))
