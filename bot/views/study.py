"""Study reports as those see them who lead the home branch of whoever wrote them, and nobody else.

No fellow student (even one who leads a branch abroad), no supervisor, no counsellor and no office reads here; and
nothing of safety is here to be read. Drafts are never shown.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, select

from bot.branches.model import BranchPlace
from bot.branches.store import branch_members, branches, led_by
from bot.obligations.rules import ends_at
from bot.obligations.store import obligations
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.people.model import Person, RoleKind
from bot.people.store import people
from bot.reports.model import WRITABLE, Form, ReportState, Stage
from bot.reports.rules import state_of
from bot.reports.store import from_row, study_reports
from bot.trips.store import trips
from bot.views.reports import Listed, in_order
from bot.views.session_board import leads

study = study_reports


def reads_study(conn: Connection, person: Person) -> bool:
    """Tell whether somebody leads a home branch and may read what its members hand in."""
    if not leads(person) or person.has_role(RoleKind.STUDENT):
        return False
    home = branches.c.place == BranchPlace.HOME.value
    return conn.execute(select(branches.c.id).where(led_by(person.id), home).limit(1)).first() is not None


def of_home_branches(person: Person) -> ColumnElement[bool]:
    """Hold on `people` for the members of the home branches that somebody leads; callers have asked `reads_study`."""
    inside = exists(
        select(branch_members.c.id)
        .join(branches, branches.c.id == branch_members.c.branch_id)
        .where(
            branch_members.c.person_id == people.c.id,
            branches.c.place == BranchPlace.HOME.value,
            led_by(person.id),
        )
    )
    present = and_(people.c.left_at.is_(None), people.c.absent_at.is_(None))
    return and_(inside, present, people.c.id != person.id)


def looks_after(conn: Connection, person: Person, member_id: int) -> bool:
    """Tell whether somebody leads a home branch of a member."""
    hers = select(people.c.id).where(people.c.id == member_id, of_home_branches(person))
    return reads_study(conn, person) and conn.execute(hers).first() is not None


def list_studies(conn: Connection, person: Person, now: datetime) -> list[Listed]:
    """Return the study reports of the home branches that somebody leads, what waits to be read first."""
    if not reads_study(conn, person):
        return []
    rows = conn.execute(_query(person).order_by(study.c.submitted_at, people.c.number)).all()
    return in_order(_listed(rows, now))


def one_study(conn: Connection, person: Person, report_id: int, now: datetime) -> Listed | None:
    """Return one; None when there is no such report for this reader, without saying which."""
    if not reads_study(conn, person) or report_id >= 2**63:
        return None
    rows = conn.execute(_query(person).where(study.c.id == report_id)).all()
    return next(iter(_listed(rows, now)), None)


def _query(person: Person) -> Select[Any]:
    arrived = exists(
        select(outbox.c.id).where(
            outbox.c.person_id == study.c.person_id,
            outbox.c.template.in_(["study/question", "study/reminder"]),
            outbox.c.state == OutboxState.ACCEPTED.value,
            outbox.c.created_at >= study.c.opened_at,
        )
    )
    return (
        select(
            study,
            people.c.number.label("of_number"),
            people.c.name.label("of_name"),
            trips.c.host,
            trips.c.city,
            trips.c.country,
            trips.c.returns,
            trips.c.zone,
            obligations.c.due_on,
            obligations.c.told_at,
            arrived.label("arrived"),
        )
        .join(people, people.c.id == study.c.person_id)
        .join(trips, trips.c.id == study.c.trip_id)
        .outerjoin(obligations, obligations.c.id == study.c.obligation_id)
        .where(of_home_branches(person), study.c.stage != Stage.WITHDRAWN.value)
    )


def _listed(rows: Sequence[Row[Any]], now: datetime) -> list[Listed]:
    found = []
    for row in rows:
        report = from_row(row, Form.STUDY)
        asked = bool(row.arrived) or row.told_at is None
        state = state_of(report, was_asked=asked, was_reminded=False, now=now)
        due_at = None
        if row.due_on is not None and report.stage in WRITABLE:
            due_at = ends_at(row.due_on, row.zone) - timedelta(minutes=1)
        texts = (row.of_number, row.of_name, row.host, row.city, row.country)
        found.append(Listed(report, ReportState(state), *texts, row.returns, due_at, cares=True))
    return found
