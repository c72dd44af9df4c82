"""Forgets what may not be kept: positions after three days, raw updates and old places after a month, messages later.

The bell rings it every hour. It works in small pieces, so that nobody waits behind it; `bot.app` calls `purge` until
nothing is left.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, Table, delete, func, null, or_, select, update

from bot.agreements.store import agreements
from bot.cases.store import cases
from bot.checklists.store import checklist_files, checklist_marks
from bot.deadlines.store import expiring_papers, reminders
from bot.digests.store import digests
from bot.groups.store import group_posts
from bot.handed.store import handed_rosters
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.links.store import links
from bot.materials.store import forget_before
from bot.moves.store import moves
from bot.obligations.store import obligations
from bot.opportunities.store import opportunities_heard
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.platforms.store import forget_nonces
from bot.prompts.store import notes, prompts
from bot.reports.store import report_feedback, reports, study_reports
from bot.rollcalls.model import RollcallState
from bot.rollcalls.store import incident_reports, rollcall_answers, rollcall_members, rollcalls
from bot.selections.store import selections
from bot.sessions.store import session_invitations, sessions
from bot.settings import Retention
from bot.signins.store import signins
from bot.talks.store import follow_ups, talks
from bot.trips.store import trips

BATCH = 200
MEMBERS_EACH = 10
"""How many times as many people of roll-calls go at once: there may be a hundred thousand."""
PLACES_DAYS = 30
"""How long what she said of her place stays when its stay is over."""
HANDED_DAYS = 2
"""How long a roster that was handed in and not imported is kept, and what came of one that was."""
SELECTIONS_DAYS = 30
"""How long it is kept whom somebody picked to do one thing for all of them; the journal has each deed."""
SIGN_INS_DAYS = 30
"""How long an ended console session or link stays, so that its page can still say that it has ended."""


def purge(conn: Connection, retention: Retention, now: datetime, real_now: datetime, limit: int = BATCH) -> int:
    """Forget up to `limit` rows of each kind in the caller's transaction; return how many that were (0: done)."""
    return (
        _positions(conn, now - timedelta(hours=retention.positions_hours), limit)
        + _raw_updates(conn, now - timedelta(days=retention.raw_updates_days), limit)
        + _messages(conn, now - timedelta(days=retention.messages_days), limit)
        + _places(conn, now - timedelta(days=PLACES_DAYS), limit)
        + _lists(conn, now - timedelta(days=retention.cases_days), limit)
        + _cases(conn, now - timedelta(days=retention.cases_days), limit)
        + _rollcalls(conn, now - timedelta(days=retention.cases_days), limit)
        + _sessions(conn, now - timedelta(days=retention.sessions_days), limit)
        + _reports(conn, now - timedelta(days=retention.reports_days), limit)
        + forget_before(conn, now - timedelta(days=retention.reports_days), limit)
        + _study_reports(conn, now - timedelta(days=retention.reports_days), limit)
        + _delete(conn, digests, _old_digests(now - timedelta(days=retention.messages_days)).limit(limit))
        + _doors(conn, real_now - timedelta(days=SIGN_INS_DAYS), limit)
        + _selections(conn, now - timedelta(days=SELECTIONS_DAYS), limit)
        + _agreements(conn, now - timedelta(days=retention.cases_days), limit)
        + _talks(conn, now - timedelta(days=retention.cases_days), limit)
        + _handed(conn, now - timedelta(days=HANDED_DAYS), limit)
        + forget_nonces(conn, real_now)
    )


def _positions(conn: Connection, before: datetime, limit: int) -> int:
    """Forget positions: so long after they were sent, or after their case closed when they belong to one."""
    query = (
        select(notes.c.id)
        .outerjoin(cases, cases.c.id == notes.c.case_id)
        .where(notes.c.kind == "position", notes.c.at < before)
        .where(or_(notes.c.case_id.is_(None), cases.c.resolved_at < before))
        .limit(limit)
    )
    return _delete(conn, notes, query)


def _places(conn: Connection, before: datetime, limit: int) -> int:
    """Forget where she said that she was on a stay, a month after it is over or was called off."""
    over = or_(trips.c.returns < before.date(), trips.c.cancelled_at < before)
    return _delete(conn, moves, select(moves.c.id).join(trips, trips.c.id == moves.c.trip_id).where(over).limit(limit))


def _lists(conn: Connection, before: datetime, limit: int) -> int:
    """Forget checklists with their files when the stay is long over, and reminders of days long past."""
    over = or_(trips.c.returns < before.date(), trips.c.cancelled_at < before)
    found = 0
    for table in (checklist_files, checklist_marks):
        query = select(table.c.id).join(trips, trips.c.id == table.c.trip_id).where(over).limit(limit)
        found += _delete(conn, table, query)
    found += _delete(conn, reminders, select(reminders.c.id).where(reminders.c.due_at < before).limit(limit))
    heard = select(opportunities_heard.c.id).where(opportunities_heard.c.due_at < before).limit(limit)
    found += _delete(conn, opportunities_heard, heard)
    old = select(expiring_papers.c.id).where(expiring_papers.c.expires < before.date())
    return found + _delete(conn, expiring_papers, old.limit(limit))


def _raw_updates(conn: Connection, before: datetime, limit: int) -> int:
    """Forget what platforms sent; that it came, and when, stays as long as messages do."""
    found = (
        select(inbox.c.id)
        .where(inbox.c.received_at < before, inbox.c.raw.is_not(None), inbox.c.state != InboxState.NEW.value)
        .limit(limit)
    )
    return conn.execute(update(inbox).where(inbox.c.id.in_(found)).values(raw=null())).rowcount


def _messages(conn: Connection, before: datetime, limit: int) -> int:
    under_way = [OutboxState.WAITING.value, OutboxState.SENDING.value]
    sent = select(outbox.c.id).where(outbox.c.created_at < before, outbox.c.state.not_in(under_way)).limit(limit)
    came = select(inbox.c.id).where(inbox.c.received_at < before, inbox.c.state != InboxState.NEW.value).limit(limit)
    posts = select(group_posts.c.id).where(group_posts.c.created_at < before, group_posts.c.ended_at.is_not(None))
    return _delete(conn, outbox, sent) + _delete(conn, inbox, came) + _delete(conn, group_posts, posts.limit(limit))


def _cases(conn: Connection, before: datetime, limit: int) -> int:
    """Forget cases that have long been over, with their story, their alarms and what she wrote to them."""
    over = list(conn.execute(select(cases.c.id).where(cases.c.resolved_at < before).limit(limit)).scalars())
    if over:
        conn.execute(delete(notes).where(notes.c.case_id.in_(over)))
        conn.execute(delete(cases).where(cases.c.id.in_(over)))  # what hangs on them goes with them
    return len(over)


def _rollcalls(conn: Connection, before: datetime, limit: int) -> int:
    """Forget roll-calls that have long been over, those who were asked first, and what students reported."""
    over = select(rollcalls.c.id).where(func.coalesce(rollcalls.c.closed_at, rollcalls.c.created_at) < before)
    over = over.where(rollcalls.c.state != RollcallState.OPEN.value)
    gone = 0
    for table in (rollcall_answers, rollcall_members):
        of_them = select(table.c.id).where(table.c.rollcall_id.in_(over)).limit(limit * MEMBERS_EACH)
        gone += _delete(conn, table, of_them)
    reported = select(incident_reports.c.id).where(incident_reports.c.at < before).limit(limit)
    return (
        gone + _delete(conn, incident_reports, reported) + (0 if gone else _delete(conn, rollcalls, over.limit(limit)))
    )


def _sessions(conn: Connection, before: datetime, limit: int) -> int:
    """Forget online meetings that are long over, with whom they asked, what was replied and who was there.

    What asked about them goes first, in pieces: an invitation goes with its question.
    """
    over = select(sessions.c.id).where(sessions.c.starts_at < before)
    invited = select(session_invitations.c.prompt_id).where(session_invitations.c.session_id.in_(over))
    gone = _delete(conn, prompts, invited.limit(limit))
    return gone or _delete(conn, sessions, over.limit(limit))


def _reports(conn: Connection, before: datetime, limit: int) -> int:
    """Forget reports long after they were decided on, or after the last word in them, and what was said of hosts then.

    Their files go with the next look at the folder (`scheduler.files_unused`).
    """
    last = func.coalesce(reports.c.decided_at, reports.c.submitted_at, reports.c.edited_at, reports.c.opened_at)
    said = select(report_feedback.c.id).where(report_feedback.c.year < before.year).limit(limit)
    old = select(reports.c.id).where(last < before).limit(limit)
    return _delete(conn, reports, old) + _delete(conn, report_feedback, said)


def _study_reports(conn: Connection, before: datetime, limit: int) -> int:
    """Forget study reports and what was owed to a branch as long after as other reports."""
    study = study_reports.c
    last = func.coalesce(study.decided_at, study.submitted_at, study.edited_at, study.opened_at)
    over = obligations.c.due_on < before.date()
    return _delete(conn, study_reports, select(study.id).where(last < before).limit(limit)) + _delete(
        conn, obligations, select(obligations.c.id).where(over).limit(limit)
    )


def _old_digests(before: datetime) -> Select[tuple[int]]:
    return select(digests.c.id).where(digests.c.due_at < before, digests.c.next_at.is_(None))


def _selections(conn: Connection, before: datetime, limit: int) -> int:
    query = select(selections.c.id).where(selections.c.created_at < before).limit(limit)
    return _delete(conn, selections, query)


def _agreements(conn: Connection, before: datetime, limit: int) -> int:
    return _delete(conn, agreements, select(agreements.c.id).where(agreements.c.at < before).limit(limit))


def _talks(conn: Connection, before: datetime, limit: int) -> int:
    """Forget talks long over, and what was said after stays; what somebody stopped is kept, for it stays stopped."""
    over = select(talks.c.id).where(talks.c.starts_at < before).limit(limit)
    said = select(follow_ups.c.id).where(
        follow_ups.c.asked_at < before, follow_ups.c.next_at.is_(None), follow_ups.c.stopped_at.is_(None)
    )
    return _delete(conn, talks, over) + _delete(conn, follow_ups, said.limit(limit))


def _handed(conn: Connection, before: datetime, limit: int) -> int:
    query = select(handed_rosters.c.id).where(handed_rosters.c.created_at < before).limit(limit)
    return _delete(conn, handed_rosters, query)


def _doors(conn: Connection, before: datetime, limit: int) -> int:
    ended_links = select(links.c.id).where(
        func.coalesce(links.c.used_at, links.c.revoked_at, links.c.expires_at) < before, links.c.purpose != "chat"
    )
    ended = select(signins.c.id).where(signins.c.expires_at < before)
    return _delete(conn, links, ended_links.limit(limit)) + _delete(conn, signins, ended.limit(limit))


def _delete(conn: Connection, table: Table, found: Select[tuple[int]]) -> int:
    ids = list(conn.execute(found).scalars())
    return conn.execute(delete(table).where(table.c.id.in_(ids))).rowcount if ids else 0
