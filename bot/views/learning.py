"""The learning record 理论学习 of one member, for herself: the sessions that she was at or made up, and her reports."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.reports.model import Stage
from bot.reports.store import study_reports
from bot.sessions.model import Mark, SessionState
from bot.sessions.store import session_invitations, sessions

_COUNTS = (Mark.PRESENT.value, Mark.LATE.value, Mark.MADE_UP.value)
REPORT = "report"


@dataclass(frozen=True)
class Learned:
    """One line: when, what it was about ("" for a report), how many minutes, and how: a mark, or "report".

    A report has no minutes, nor has a round of 48 hours, where nobody met: that is when she spoke in it.
    """

    at: datetime
    title: str
    minutes: int
    how: str


def learned_by(conn: Connection, person_id: int) -> list[Learned]:
    """Return her record, the newest first."""
    invited = session_invitations
    query = (
        select(
            sessions.c.starts_at,
            sessions.c.title,
            sessions.c.minutes,
            sessions.c.is_round,
            invited.c.mark,
            invited.c.marked_at,
        )
        .join(sessions, sessions.c.id == invited.c.session_id)
        .where(
            invited.c.person_id == person_id,
            invited.c.mark.in_(_COUNTS),
            sessions.c.state == SessionState.PLANNED.value,
        )
    )
    found = [
        Learned(
            row.marked_at if row.is_round and row.marked_at else row.starts_at,
            row.title,
            0 if row.is_round else row.minutes,
            row.mark,
        )
        for row in conn.execute(query)
    ]
    study = study_reports.c
    handed = select(study.submitted_at).where(
        study.person_id == person_id,
        study.submitted_at.is_not(None),
        study.stage.in_([Stage.SUBMITTED.value, Stage.ACCEPTED.value]),
    )
    found += [Learned(at, "", 0, REPORT) for at in conn.execute(handed).scalars()]
    return sorted(found, key=lambda one: one.at, reverse=True)
