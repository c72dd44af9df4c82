"""The scratch database of a simulation, in a temporary folder that is gone afterwards, and the service parts on it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from bot.app import App
from bot.channels.dingtalk.channel import DingTalk
from bot.channels.mail.channel import Mail
from bot.channels.telegram.channel import Telegram, account_of
from bot.channels.web.channel import WebChannel
from bot.channels.wechat.channel import WeChat, forms_of
from bot.channels.wecom.channel import WeCom
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
    invented, on = order.students is not None, settings.channels
    page, forms = WebChannel(), forms_of(on.wechat)
    sections = {
        page.name: Account(page.name, page.account, page.can_edit, page.can_push),
        Telegram.name: Account(Telegram.name, account_of(on.telegram.token), Telegram.can_edit, Telegram.can_push),
        WeCom.name: Account(WeCom.name, on.wecom.account, on.wecom.cards, WeCom.can_push),
        DingTalk.name: Account(DingTalk.name, on.dingtalk.account, on.dingtalk.cards, DingTalk.can_push),
        WeChat.name: Account(WeChat.name, on.wechat.account, WeChat.can_edit, WeChat.can_push, forms),
        Mail.name: Account(Mail.name, on.mail.account, Mail.can_edit, Mail.can_push),
    }
    if invented:
        return [one if name == page.name else replace(one, account=ACCOUNT) for name, one in sections.items()]
    return [one for name, one in sections.items() if getattr(on, name).enabled]


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
