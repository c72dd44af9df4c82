"""The draft of a report: sections with revisions, what was said in chat, and what is kept beside it."""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.reports.model import Aside, Draft, Report
from bot.reports.rules import MOST, added, without_last
from bot.reports.tables import shelf_of


def drafts_of(conn: Connection, report: Report) -> dict[str, Draft]:
    """Return what has been written, by section; sections without a word are not there."""
    sections = shelf_of(report).sections
    query = select(sections).where(sections.c.report_id == report.id).order_by(sections.c.id)
    return {row.section: Draft(row.section, row.body, row.revision) for row in conn.execute(query)}


def draft_of(conn: Connection, report: Report, section: str) -> Draft:
    """Return one section, locked until the transaction ends; an empty one when nothing was written yet."""
    shelf = shelf_of(report)
    reports, sections = shelf.reports, shelf.sections
    # Whoever writes locks the report: two devices that begin a section at the same moment take turns.
    conn.execute(select(reports.c.id).where(reports.c.id == report.id).with_for_update())
    query = select(sections).where(sections.c.report_id == report.id, sections.c.section == section)
    row = conn.execute(query).one_or_none()
    return Draft(section) if row is None else Draft(section, row.body, row.revision)


def put(conn: Connection, report: Report, draft: Draft, body: str, now: datetime, *, is_hers: bool = True) -> Draft:
    """Store a section that was read with `draft_of` in this transaction; `is_hers`: she wrote it, the service did not.

    Returns the section as it stands then.
    """
    shelf = shelf_of(report)
    reports, sections = shelf.reports, shelf.sections
    if draft.revision:
        same = (sections.c.report_id == report.id, sections.c.section == draft.section)
        values = {"body": body, "revision": draft.revision + 1, "updated_at": now}
        conn.execute(sections.update().where(*same).values(**values))
    else:
        made = {"report_id": report.id, "section": draft.section, "body": body, "revision": 1, "updated_at": now}
        conn.execute(sections.insert().values(**made))
    if is_hers:
        conn.execute(reports.update().where(reports.c.id == report.id).values(edited_at=now))
    return Draft(draft.section, body, draft.revision + 1)


def refill(conn: Connection, report: Report, draft: Draft, body: str, now: datetime) -> None:
    """Change what the service itself wrote into a section, which counts as untouched still."""
    sections = shelf_of(report).sections
    same = (sections.c.report_id == report.id, sections.c.section == draft.section)
    conn.execute(sections.update().where(*same).values(body=body, updated_at=now))


def say(conn: Connection, report: Report, section: str, words: str, channel: str, now: datetime) -> Draft | None:
    """Add a message to a section; None when it does not fit any more: it is kept beside the report then."""
    pieces = shelf_of(report).pieces
    draft = draft_of(conn, report, section)
    body = added(draft.body, words)
    if len(body) > MOST:
        put_aside(conn, report, section, words.strip(), "chat", now)
        return None
    values = {"report_id": report.id, "section": section, "body": words.strip(), "channel": channel, "at": now}
    conn.execute(pieces.insert().values(**values))
    return put(conn, report, draft, body, now)


def take_back(conn: Connection, report: Report, now: datetime) -> tuple[Draft | None, str]:
    """Take the last message out again: the section and the words; None when they were changed on the page since.

    The words are empty when there is nothing to take back.
    """
    pieces = shelf_of(report).pieces
    mine = (pieces.c.report_id == report.id, pieces.c.undone_at.is_(None))
    row = conn.execute(select(pieces).where(*mine).order_by(pieces.c.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None, ""
    draft = draft_of(conn, report, row.section)
    body = without_last(draft.body, row.body)
    if body is None:
        return None, str(row.body)
    conn.execute(pieces.update().where(pieces.c.id == row.id).values(undone_at=now))
    return put(conn, report, draft, body, now), str(row.body)


def save(
    conn: Connection, report: Report, section: str, text: str, base: int, source: str, now: datetime
) -> tuple[Draft, bool]:
    """Store what a page holds if nobody has written since revision `base`; else keep it beside the report.

    Returns the section as it stands, and whether the text is in it. `source` names the page: what it types on is kept
    in one place and not once for every second.
    """
    draft = draft_of(conn, report, section)
    text = text.replace("\r\n", "\n").strip()
    if text == draft.body:
        return draft, True
    if base == draft.revision and len(text) <= MOST:
        _forget(conn, report, section, source)
        return put(conn, report, draft, text, now), True
    _forget(conn, report, section, source)
    put_aside(conn, report, section, text, source, now)
    return draft, False


def put_aside(conn: Connection, report: Report, section: str, text: str, source: str, now: datetime) -> int:
    """Keep words beside the report and return their number."""
    asides = shelf_of(report).asides
    values = {"report_id": report.id, "section": section, "body": text, "source": source, "at": now}
    return int(conn.execute(asides.insert().values(**values).returning(asides.c.id)).scalar_one())


def asides_of(conn: Connection, report: Report) -> list[Aside]:
    """Return what is kept beside a report, the oldest first."""
    asides = shelf_of(report).asides
    query = select(asides).where(asides.c.report_id == report.id).order_by(asides.c.id)
    return [Aside(row.id, row.section, row.body, row.source, row.at) for row in conn.execute(query)]


def settle(conn: Connection, report: Report, aside_id: int, now: datetime, *, take: bool) -> Aside | None:
    """Add words to their section, or let them go; None when there are none of that number or they do not fit."""
    asides = shelf_of(report).asides
    found = next((one for one in asides_of(conn, report) if one.id == aside_id), None)
    if found is None:
        return None
    if take:
        draft = draft_of(conn, report, found.section)
        body = added(draft.body, found.body)
        if len(body) > MOST:
            return None
        put(conn, report, draft, body, now)
    conn.execute(delete(asides).where(asides.c.id == aside_id))
    return found


def _forget(conn: Connection, report: Report, section: str, source: str) -> None:
    asides = shelf_of(report).asides
    same = (asides.c.report_id == report.id, asides.c.section == section, asides.c.source == source)
    conn.execute(delete(asides).where(*same))
