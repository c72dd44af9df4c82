"""Photos and documents of reports: what each is, as rows. The bytes lie in a folder of their own."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.reports.model import File, Report
from bot.reports.tables import shelf_of


def files_of(conn: Connection, report: Report, *, removed: bool = False) -> list[File]:
    """Return the files of a report in the order in which they came; with `removed` also those that she took out."""
    files = shelf_of(report).files
    query = select(files).where(files.c.report_id == report.id).order_by(files.c.id)
    return [_file(row) for row in conn.execute(query if removed else query.where(files.c.removed_at.is_(None)))]


def add_file(
    conn: Connection,
    report: Report,
    digest: str,
    kind: str,
    name: str,
    size: int,
    now: datetime,
    *,
    section: str | None = None,
) -> int:
    """Store a file; the same one again is the one that is there. Return its number."""
    files = shelf_of(report).files
    same = next((one for one in files_of(conn, report) if one.digest == digest), None)
    if same is not None:
        return same.id
    values = {"report_id": report.id, "digest": digest, "kind": kind, "name": name, "size": size, "at": now}
    values |= {"section": section}
    return int(conn.execute(files.insert().values(**values).returning(files.c.id)).scalar_one())


def remove_file(conn: Connection, report: Report, file_id: int, now: datetime) -> bool:
    """Take a file out of the draft; what was handed in with it keeps it."""
    files = shelf_of(report).files
    same = (files.c.id == file_id, files.c.report_id == report.id, files.c.removed_at.is_(None))
    return conn.execute(files.update().where(*same).values(removed_at=now)).rowcount == 1


def _file(row: Row[Any]) -> File:
    return File(**row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
