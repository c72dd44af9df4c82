"""What was handed in, and what its readers said to it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.reports.model import Comment, Part, Remark, Report, Version
from bot.reports.store import report_feedback as feedback
from bot.reports.tables import shelf_of


def add_version(conn: Connection, report: Report, version: Version) -> None:
    """Store what was handed in."""
    versions = shelf_of(report).versions
    parts = [[one.section, one.title, one.body] for one in version.parts if not one.is_anonymous]
    conn.execute(
        insert(versions).values(
            report_id=report.id,
            number=version.number,
            parts=parts,
            files=list(version.files),
            channel=version.channel,
            at=version.at,
        )
    )


def versions_of(conn: Connection, report: Report) -> list[Version]:
    """Return all versions, the newest first."""
    versions = shelf_of(report).versions
    query = select(versions).where(versions.c.report_id == report.id).order_by(versions.c.number.desc())
    return [_version(row) for row in conn.execute(query)]


def version_of(conn: Connection, report: Report, number: int) -> Version | None:
    """Return one version."""
    versions = shelf_of(report).versions
    same = (versions.c.report_id == report.id, versions.c.number == number)
    row = conn.execute(select(versions).where(*same)).one_or_none()
    return None if row is None else _version(row)


def add_comment(
    conn: Connection,
    report: Report,
    version: int,
    author_id: int | None,
    remark: Remark,
    body: str,
    now: datetime,
    *,
    until: datetime | None = None,
) -> None:
    """Store what a member of staff said; `author_id` None is the operator at the command line."""
    comments = shelf_of(report).comments
    conn.execute(
        insert(comments).values(
            report_id=report.id,
            version=version,
            author_id=author_id,
            remark=remark.value,
            body=body,
            until=until,
            at=now,
        )
    )


def comments_of(conn: Connection, report: Report, names: dict[int, str]) -> list[Comment]:
    """Return what was said, the oldest first; `names` of authors by id."""
    comments = shelf_of(report).comments
    query = select(comments).where(comments.c.report_id == report.id).order_by(comments.c.id)
    return [
        Comment(
            row.id,
            row.version,
            row.author_id,
            names.get(row.author_id or 0, ""),
            Remark(row.remark),
            row.body,
            row.at,
            row.until,
        )
        for row in conn.execute(query)
    ]


def authors_of(conn: Connection, report: Report) -> set[int]:
    """Return who has said something."""
    comments = shelf_of(report).comments
    query = select(comments.c.author_id).where(comments.c.report_id == report.id, comments.c.author_id.is_not(None))
    return set(conn.execute(query.distinct()).scalars())


def add_feedback(conn: Connection, country: str, host: str, year: int, body: str) -> None:
    """Keep what somebody wrote about a host; from here on nothing says who it was."""
    conn.execute(insert(feedback).values(country=country, host=host, year=year, body=body))


def feedback_by_host(conn: Connection) -> dict[tuple[str, str], list[str]]:
    """Return what was written of each host, by country and host, in no order in which it came."""
    query = select(feedback.c.country, feedback.c.host, feedback.c.body)
    found: dict[tuple[str, str], list[str]] = {}
    for row in conn.execute(query):
        found.setdefault((row.country, row.host), []).append(row.body)
    return {host: sorted(bodies) for host, bodies in sorted(found.items())}


def _version(row: Any) -> Version:
    parts = tuple(Part(section, title, body) for section, title, body in row.parts)
    return Version(row.number, row.at, row.channel, parts, tuple(row.files))
