"""Builds the demo in an empty database: imports its roster four weeks ago, lets those weeks pass, stops now."""

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, select

from bot.app import App
from bot.clock import ManualClock
from bot.demo.history import History, LostChannel
from bot.demo.roster import write_roster
from bot.inbox.store import inbox
from bot.local_time import BEIJING, local_date
from bot.people.store import people
from bot.programmes.versions import Programmes
from bot.roster.model import Sheets
from bot.roster.read import read_roster
from bot.settings import Settings
from bot.settings_channels import Channels
from bot.settings_web import Web
from bot.storage.marks import mark_demo
from handlers.roster_imported import import_roster

WEEKS = timedelta(weeks=4)


def is_empty(conn: Connection) -> bool:
    """Tell whether a database has neither people nor messages."""
    tables = (people.c.id, inbox.c.id)
    return all(conn.execute(select(column).limit(1)).first() is None for column in tables)


def build(settings: Settings, now: datetime) -> None:
    """Fill an empty database with the demo as it would be at `now`; no network, no token, a few seconds."""
    clock = ManualClock(now - WEEKS)
    only_pages = settings.model_copy(update={"channels": Channels(web=Web(enabled=True))})
    app = App(only_pages, clock, paced=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            write_roster(Path(folder), local_date(now, BEIJING))
            sheets = read_roster(Path(folder))
        app.add_channel(LostChannel())
        app.database.write(lambda conn: _fill(conn, sheets, clock.now(), app.programmes))
        asyncio.run(History(app, clock, now).live())
    finally:
        app.close()


def _fill(conn: Connection, sheets: Sheets, now: datetime, programmes: Programmes) -> None:
    import_roster(conn, sheets, prune=set(), dry_run=False, now=now, programmes=programmes)
    mark_demo(conn)
