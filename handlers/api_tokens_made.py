"""Somebody gives a program a token, or takes it back. Called by the command `api-token` and its page of the console."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.api_tokens import store as tokens
from bot.api_tokens.model import Right
from bot.errors import UsageError
from bot.journal import store as journal
from bot.links.model import new_token, token_hash
from bot.people.store import by_number
from bot.views.scope import scope_of
from bot.views.statistics import may_see_statistics

PREFIX = "yanxin_"
"""Before every token, so that scanners for secrets find one that was left somewhere."""
MOST_DAYS = 366
LONGEST_LABEL = 80


def make_token(
    conn: Connection,
    number: str,
    rights: Collection[Right],
    label: str,
    days: int,
    *,
    now: datetime,
    real: datetime,
    actor_id: int | None = None,
) -> str:
    """Return a new token, which is shown this once; UsageError when its person could not do that herself.

    Without `actor_id` its person is written down as having made it.
    """
    person = by_number(conn, number)
    scope = scope_of(conn, person) if person is not None else None
    if person is None or scope is None:
        raise UsageError(f"{number} is nobody who looks after students; name a member of staff of the office, say")
    if Right.ROSTER in rights and not scope.whole:
        raise UsageError(f"{number} does not look after the whole university; only the office hands in rosters")
    if Right.STATISTICS in rights and not may_see_statistics(scope):
        raise UsageError(f"{number} looks after no whole unit, so there are no statistics to see")
    token = PREFIX + new_token()
    token_id = tokens.add(
        conn, token_hash(token), person.id, label, rights, real_now=real, expires_at=real + timedelta(days=days)
    )
    line = journal.line(
        now, "api_token.made", person_id=None, actor_id=actor_id or person.id, token=token_id, days=days
    )
    journal.write(conn, [line])
    return token


def revoke_token(
    conn: Connection, token_id: int, *, now: datetime, real: datetime, actor_id: int | None = None
) -> None:
    """Take a token back; UsageError when none such works."""
    person_id = tokens.revoke(conn, token_id, real)
    if person_id is None:
        raise UsageError(f"there is no token {token_id} that still works; `yanxin api-token list` shows them")
    line = journal.line(now, "api_token.revoked", person_id=None, actor_id=actor_id or person_id, token=token_id)
    journal.write(conn, [line])
