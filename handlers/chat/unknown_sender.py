"""Somebody whom we do not know writes: asked for the invitation, told nothing about anyone.

A cry gets the emergency numbers all the same, and is logged as an alarm.
"""

from datetime import timedelta

import structlog
from sqlalchemy import Connection, func, select

from bot.engine.compose_facts import of_emergency
from bot.inbox.model import InboxRow, Incoming, Said
from bot.inbox.rules import cry_in
from bot.inbox.store import inbox
from bot.journal import store as journal
from handlers.services import Services, StrangerReply

log = structlog.get_logger()

ONCE_IN = timedelta(minutes=10)
"""How often the same stranger is answered; a cry always is."""
_SILENT = frozenset({Said.BLOCKED, Said.UNBLOCKED, Said.MIGRATED, Said.OTHER})


def wrote(conn: Connection, row: InboxRow, incoming: Incoming, services: Services, refusal: str = "") -> None:
    """Answer a stranger; `refusal` is the template that says why an invitation did not work."""
    if incoming.said in _SILENT:
        return
    said = incoming.data if incoming.said is Said.PRESS else incoming.text
    urgent = cry_in(said) is not None or said == "sos:yes"
    if urgent:
        journal.write(conn, [journal.line(row.received_at, "stranger.cried", person_id=None, channel=row.channel)])
        log.error("somebody we do not know cries for help", channel=row.channel, inbox_id=row.id)
    elif not refusal and _answered_lately(conn, row):
        return
    language = _language(incoming, services)
    template = "stranger/urgent" if urgent else refusal or "stranger/ask"
    context = of_emergency(None, language, services.settings)
    rendered = services.renderer.chat(template, language, context)
    services.answer_stranger(StrangerReply(row.channel, row.account, row.sender, rendered, f"in:{row.id}:0"))


def _answered_lately(conn: Connection, row: InboxRow) -> bool:
    query = select(func.count()).where(
        inbox.c.channel == row.channel,
        inbox.c.account == row.account,
        inbox.c.sender == row.sender,
        inbox.c.id != row.id,
        inbox.c.received_at > row.received_at - ONCE_IN,
        inbox.c.processed_at.is_not(None),
    )
    return bool(conn.execute(query).scalar_one())


def _language(incoming: Incoming, services: Services) -> str:
    if incoming.language:
        return "zh" if incoming.language.startswith("zh") else "en"
    return services.settings.service.language
