"""Somebody whom we do not know writes: asked for the invitation, told nothing about anyone.

A cry gets the emergency numbers all the same and alarms the office, which reads what else that person writes then.
"""

from datetime import timedelta

import structlog
from sqlalchemy import Connection, func, select

from bot.engine import stranger_alarms
from bot.engine.compose_facts import of_emergency
from bot.inbox.model import InboxRow, InboxState, Incoming, Said
from bot.inbox.rules import Cry, cry_in
from bot.inbox.store import inbox
from bot.journal import store as journal
from handlers.services import Services, StrangerReply

log = structlog.get_logger()

ONCE_IN = timedelta(minutes=10)
"""How often the same stranger is answered; a cry always is."""
_SILENT = frozenset({Said.BLOCKED, Said.UNBLOCKED, Said.ENTERED, Said.MIGRATED, Said.ALLOWED, Said.OTHER})


def wrote(conn: Connection, row: InboxRow, incoming: Incoming, services: Services, refusal: str = "") -> None:
    """Answer a stranger; `refusal` is the template that says why an invitation did not work."""
    followed = incoming.said is Said.UNBLOCKED and bool(incoming.opens)  # she has found us, and waits for a word
    if incoming.said in _SILENT and not followed:
        return
    said = incoming.data if incoming.said is Said.PRESS else incoming.text
    cry = Cry.SOS if said == "sos:yes" else cry_in(said)
    template = refusal or "stranger/ask"
    if cry is not None:
        template = "stranger/urgent"
        _alarm(conn, row, incoming, cry)
    elif not refusal and stranger_alarms.wrote(conn, row, incoming.name, incoming.text, row.received_at):
        template = "stranger/passed_on"
    elif not refusal and _answered_lately(conn, row):
        return
    language = _language(incoming, services)
    context = of_emergency(None, language, services.settings) | {"asks": cry is Cry.ASK}
    rendered = services.renderer.chat(template, language, context)
    services.answer_stranger(StrangerReply(row.channel, row.account, row.sender, rendered, f"in:{row.id}:0"))


def _alarm(conn: Connection, row: InboxRow, incoming: Incoming, cry: Cry) -> None:
    journal.write(conn, [journal.line(row.received_at, "stranger.cried", person_id=None, channel=row.channel)])
    sure = cry is Cry.SOS
    if stranger_alarms.alarm(conn, row, incoming.name, incoming.text, row.received_at, sure=sure):
        log.warning("somebody we do not know cries for help", channel=row.channel, inbox_id=row.id)
    else:
        log.error("somebody we do not know cries for help, and no office hears it", inbox_id=row.id)


def _answered_lately(conn: Connection, row: InboxRow) -> bool:
    query = select(func.count()).where(
        inbox.c.channel == row.channel,
        inbox.c.account == row.account,
        inbox.c.sender == row.sender,
        inbox.c.id != row.id,
        inbox.c.received_at > row.received_at - ONCE_IN,
        inbox.c.processed_at.is_not(None),
        inbox.c.state != InboxState.IGNORED.value,
    )
    return bool(conn.execute(query).scalar_one())


def _language(incoming: Incoming, services: Services) -> str:
    if incoming.language:
        return "zh" if incoming.language.startswith("zh") else "en"
    return services.settings.service.language
