"""What is due at an instant, asked in two statements, so that an instant at which little happens costs little.

`bot.simulation.run` looks here before it calls the use-cases; they decide everything themselves.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, false, or_, select

from bot.cases.store import cases
from bot.deadlines.store import deadlines, reminders
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT
from bot.dialogues.store import dialogues
from bot.digests.store import digests
from bot.moves.store import moves
from bot.obligations.store import obligations
from bot.opportunities.interests import opportunity_news
from bot.opportunities.store import opportunities, opportunities_heard
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.schema import UtcDateTime
from bot.sessions.model import SessionState
from bot.sessions.store import session_invitations, sessions
from bot.stand_ins.store import stand_ins
from bot.talks.store import follow_ups, talks

_NOW = bindparam("now", type_=UtcDateTime())
_BESIDE = (
    session_invitations.c.next_at,
    obligations.c.next_at,
    deadlines.c.next_at,
    reminders.c.next_at,
    opportunities.c.next_at,
    opportunities_heard.c.next_at,
    opportunity_news.c.next_at,
    talks.c.next_at,
    follow_ups.c.next_at,
)
_RULES = select(
    exists().where(prompts.c.next_at <= _NOW, prompts.c.error.is_(None)),
    exists().where(cases.c.next_at <= _NOW),
    exists().where(moves.c.ends_at <= _NOW, moves.c.is_over == false()),
    exists().where(digests.c.next_at <= _NOW),
    exists().where(dialogues.c.step == CRY_ASKED, dialogues.c.updated_at <= bindparam("asked", type_=UtcDateTime())),
    or_(
        *(exists().where(column <= _NOW) for column in _BESIDE),
        exists().where(stand_ins.c.ends_at <= _NOW, stand_ins.c.ended_at.is_(None)),
        exists().where(sessions.c.asked_from <= _NOW, sessions.c.state == SessionState.PLANNED.value),
    ),
)
_ACCOUNTS = (
    select(outbox.c.channel, outbox.c.account)
    .where(outbox.c.state == OutboxState.WAITING.value, outbox.c.next_try_at <= _NOW)
    .distinct()
)


@dataclass(frozen=True)
class Waiting:
    """Which use-cases have something to do, and the accounts (channel, account) for which messages wait."""

    prompts: bool
    cases: bool
    moves: bool
    digests: bool
    cries: bool
    beside: bool
    """Anything of `bot.simulation.beside`."""
    accounts: frozenset[tuple[str, str]]


def look(conn: Connection, now: datetime) -> Waiting:
    """Return what is due by now."""
    of_prompts, of_cases, of_moves, of_digests, of_cries, beside = map(
        bool, conn.execute(_RULES, {"now": now, "asked": now - CRY_WAIT}).one()
    )
    accounts = frozenset((row.channel, row.account) for row in conn.execute(_ACCOUNTS, {"now": now}))
    return Waiting(of_prompts, of_cases, of_moves, of_digests, of_cries, beside, accounts)
