"""What is due beside questions, cases and digests: sessions, days at home, duties in a branch, talks and more.

Some of it is put right once an hour by the service, whatever is due; so it is here, at the first instant of an hour.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.app import App
from scheduler import obligations_due, reminders_due, sessions_due, stand_ins_over
from scheduler.stay_days_due import Round as StayDays
from scheduler.talks_due import Round


class Beside:
    """The rounds of one simulation."""

    def __init__(self, app: App) -> None:
        """Take whose programmes and settings count."""
        self._app = app
        self._after_stays = Round(asks=app.rounds.batches.after_stays.asks)
        self._stay_days = StayDays(app.settings.contacts.registration, app.services.forms)
        self._hour: datetime | None = None

    def work_off(self, conn: Connection, now: datetime, *, waits: bool) -> int:
        """Do one batch of each in the order of `App.step` and return how much that was.

        `waits`: something of it is due; else only the work of the hour is done.
        """
        hour = now.replace(minute=0, second=0, microsecond=0)
        if not waits and hour == self._hour:
            return 0
        programmes, settings = self._app.programmes, self._app.settings
        done = stand_ins_over.work_off(conn, now) + sessions_due.work_off(conn, now, programmes)
        done += self._stay_days.work_off(conn, now, programmes)
        done += reminders_due.work_off(conn, now, programmes, settings.opportunities.days)
        done += obligations_due.work_off(conn, now, programmes, settings.branches)
        done += self._after_stays.work_off(conn, now, plans=settings.reports.follow_ups)
        if not done:
            self._hour = hour
        return done
