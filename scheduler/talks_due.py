"""Talks of which both are reminded, and what is asked after a stay. Called by the bell; each call is one batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.engine import following_up, talking
from bot.talks import store
from bot.talks.model import FollowUp, Talk

BATCH = 100
AGAIN_AFTER_ERROR = timedelta(minutes=1)
T = TypeVar("T", Talk, FollowUp)
log = structlog.get_logger()


@dataclass
class Round:
    """The round of one process; `asks`: students are asked after their stays."""

    asks: bool = True
    _planned_at: datetime | None = None

    def work_off(self, conn: Connection, now: datetime, *, plans: bool = True) -> int:
        """Do one batch in the caller's transaction and return how much it was; 0 when nothing is due.

        Once an hour it is looked whose stays have ended, where the settings want it (`plans`).
        """
        hour = now.replace(minute=0, second=0, microsecond=0)
        planned = 0
        if plans and self.asks and hour != self._planned_at:
            planned = following_up.plan(conn, now)
            self._planned_at = None if planned else hour
        talks, asked = store.due(conn, now, BATCH), store.due_follow_ups(conn, now, BATCH)
        _each(conn, talks, talking.go_on, store.change, now)
        _each(conn, asked, following_up.go_on, store.change_follow_up, now)
        return planned + len(talks) + len(asked)


def _each(
    conn: Connection,
    due: Sequence[T],
    go_on: Callable[[Connection, T, datetime], None],
    change: Callable[..., None],
    now: datetime,
) -> None:
    for one in due:
        try:
            with conn.begin_nested():
                go_on(conn, one, now)
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the next from being told
            kind = type(error).__name__
            log.error("a talk or follow-up could not go on", what=type(one).__name__, id=one.id, error=kind)  # noqa: TRY400
            change(conn, one.id, next_at=now + AGAIN_AFTER_ERROR)
