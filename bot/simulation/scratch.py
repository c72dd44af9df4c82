"""The scratch database of a simulation, in a temporary folder that is gone afterwards, and the service parts on it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from bot.addresses.model import PULL_ONLY
from bot.app import App
from bot.channels.known import KNOWN
from bot.clock import ManualClock
from bot.engine.delivery import Account
from bot.errors import UsageError
from bot.people.model import RoleKind
from bot.people.store import ids_with_role
from bot.settings import DatabaseSection, Security, Settings
from bot.settings_channels import Channels
from bot.settings_web import Web
from bot.simulation.copying import NO_ROSTER, copy_file, copy_server, refuse_the_past
from bot.simulation.order import Order
from bot.simulation.roster import ACCOUNT, invent
from bot.storage.opening import open_database
from handlers.programme_loaded import load_programme


@contextmanager
def scratch_app(order: Order, settings: Settings) -> Iterator[tuple[App, ManualClock]]:
    """Yield the parts of a service on a scratch database with the roster of the order, at its start.

    Nothing that it does leaves the folder: its only channel is the page, and that is never served.
    UsageError when there is nobody to simulate.
    """
    folder = Path(tempfile.mkdtemp(prefix="yanxin-simulation-"))
    try:
        clock = ManualClock(order.start)
        app = App(_prepare(order, settings, folder), clock, paced=False)
        try:
            _hurry(app)
            app.database.write(lambda conn: _fill(conn, order, app))
            yield app, clock
        finally:
            app.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def accounts_of(order: Order, settings: Settings) -> list[Account]:
    """Return the accounts that send: those that the settings enable, for an invented roster all of them."""
    invented = order.students is not None
    found = []
    for name, about in KNOWN.items():
        ours = about.ours(settings.channels)
        account = ACCOUNT if invented and name not in PULL_ONLY else ours.account
        if invented or about.is_on(settings):
            found.append(Account(name, account, ours.can_edit, ours.can_push, ours.forms))
    return found


def _prepare(order: Order, settings: Settings, folder: Path) -> Settings:
    """Return the settings of the scratch database; that of a real roster is there already, with its own keys."""
    file = folder / "scratch.db"
    values: dict[str, Any] = {
        "database": DatabaseSection(url=f"sqlite:///{file}"),
        "channels": Channels(web=Web(enabled=True)),
    }
    if order.students is not None:
        return settings.model_copy(update=values | {"security": Security(key_file=str(folder / "keys.txt"))})
    scratch = settings.model_copy(update=values)
    if not copy_file(settings, file):
        database = open_database(scratch)
        try:
            copy_server(settings, database)
        finally:
            database.close()
    return scratch


def _hurry(app: App) -> None:
    """Let the scratch database forgo what protects a real one from power cuts."""

    def forgo(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-200000")

    event.listen(app.database.engine, "connect", forgo)
    app.database.engine.dispose()  # connections that are open already know nothing of it
    # Which edit is the latest is asked for whole batches here.


def _fill(conn: Connection, order: Order, app: App) -> None:
    if order.students is not None:
        invent(conn, order.students, order.seed, order.start)
    else:
        refuse_the_past(conn, order.start)
    if not ids_with_role(conn, RoleKind.STUDENT):
        raise UsageError(NO_ROSTER)
    if order.programme is not None:
        text, source = order.programme
        load_programme(conn, text, order.start, app.programmes, source=source)
