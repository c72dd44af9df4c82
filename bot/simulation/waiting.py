"""What is due at an instant, asked in two statements, so that an instant at which little happens costs little.

`bot.simulation.run` looks here before it calls the use-cases; they decide everything themselves.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, false, select

from bot.cases.store import cases
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT
from bot.dialogues.store import dialogues
from bot.digests.store import digests
from bot.moves.store import moves
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.schema import UtcDateTime

_NOW = bindparam("now", type_=UtcDateTime())
_RULES = select(
    exists().where(prompts.c.next_at <= _NOW, prompts.c.error.is_(None)),
    exists().where(cases.c.next_at <= _NOW),
    exists().where(moves.c.ends_at <= _NOW, moves.c.is_over == false()),
    exists().where(digests.c.next_at <= _NOW),
    exists().where(dialogues.c.step == CRY_ASKED, dialogues.c.updated_at <= bindparam("asked", type_=UtcDateTime())),
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
    accounts: frozenset[tuple[str, str]]


def look(conn: Connection, now: datetime) -> Waiting:
    """Return what is due by now."""
    of_prompts, of_cases, of_moves, of_digests, of_cries = conn.execute(
        _RULES, {"now": now, "asked": now - CRY_WAIT}
    ).one()
    accounts = frozenset((row.channel, row.account) for row in conn.execute(_ACCOUNTS, {"now": now}))
    return Waiting(bool(of_prompts), bool(of_cases), bool(of_moves), bool(of_digests), bool(of_cries), accounts)
