"""Opportunities: who follows what was entered, changed or taken back is looked at, and whoever is due is told.

`scheduler.reminders_due` calls it: each call is one batch in one transaction.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.engine.opportunity_audience import Hours, follow
from bot.engine.opportunity_deeds import go_on, news_due
from bot.local_time import Quiet
from bot.opportunities import interests, store

BATCH = 100
LOOKED_AT = 5
AGAIN_AFTER_ERROR = timedelta(minutes=1)
log = structlog.get_logger()


def work_off(conn: Connection, now: datetime, quiet: Quiet, days: Sequence[int]) -> int:
    """Do one batch in the caller's transaction and return how much it was; 0 when nothing is due."""
    hours = Hours(quiet, tuple(days))
    looked_at = store.to_look_at(conn, now, LOOKED_AT)
    for one in looked_at:
        follow(conn, one, now, hours)
    again = now + AGAIN_AFTER_ERROR
    due = store.due(conn, now, BATCH)
    for heard in due:
        _safely(
            conn,
            lambda heard=heard: go_on(conn, heard, now, hours),  # type: ignore[misc]
            lambda heard=heard: store.set_heard(conn, heard.id, next_at=again),  # type: ignore[misc]
        )
    news = interests.due_news(conn, now, BATCH)
    for one_news in news:
        _safely(
            conn,
            lambda one=one_news: news_due(conn, one, now, hours),  # type: ignore[misc]
            lambda one=one_news: interests.plan_news(conn, one.person_id, again),  # type: ignore[misc]
        )
    return len(looked_at) + len(due) + len(news)


def _safely(conn: Connection, deed: Callable[[], None], put_off: Callable[[], None]) -> None:
    """Do something for one student; one that breaks must not keep the next from being told."""
    try:
        with conn.begin_nested():
            deed()
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and tried again
        log.error("an opportunity could not be told of", error=type(error).__name__)  # noqa: TRY400
        put_off()
