"""When anything falls due next: for clocks that are moved by hand, in stories, rehearsals and the demo's history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, bindparam, exists, false, func, or_, select

from bot.cases.store import cases
from bot.deadlines.store import deadlines, reminders
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT
from bot.dialogues.store import dialogues
from bot.digests.store import digests
from bot.fetches.store import fetches
from bot.groups.store import UNDER_WAY, group_posts
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.moves.store import moves
from bot.obligations.store import obligations
from bot.opportunities.interests import opportunity_news
from bot.opportunities.store import opportunities, opportunities_heard
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.rollcalls.store import rollcalls
from bot.sessions.model import SessionState
from bot.sessions.store import session_invitations, sessions
from bot.stand_ins.store import stand_ins
from bot.talks.store import follow_ups, talks


def next_due(conn: Connection, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which anything is due (a prompt, case, digest, message …), or None."""
    *found, asked = conn.execute(_NEXT, {"now": now, "cried": now - CRY_WAIT}).one()
    found.append(None if asked is None else asked + CRY_WAIT)
    return min((at for at in found if at is not None), default=None)


def _next(column: ColumnElement[datetime], *conditions: ColumnElement[bool]) -> ScalarSelect[datetime]:
    return select(func.min(column)).where(column > bindparam("now"), *conditions).scalar_subquery()


_NEXT = select(
    _next(prompts.c.next_at, prompts.c.error.is_(None)),
    _next(cases.c.next_at),
    _next(rollcalls.c.next_at),
    _next(session_invitations.c.next_at),
    _next(sessions.c.asked_from, sessions.c.state == SessionState.PLANNED.value),
    _next(obligations.c.next_at),
    _next(digests.c.next_at),
    _next(deadlines.c.next_at),
    _next(reminders.c.next_at),
    _next(opportunities.c.next_at),
    _next(opportunities_heard.c.next_at),
    _next(opportunity_news.c.next_at),
    _next(talks.c.next_at),
    _next(follow_ups.c.next_at),
    _next(fetches.c.next_at),
    _next(moves.c.ends_at, moves.c.is_over == false()),
    _next(stand_ins.c.ends_at, stand_ins.c.ended_at.is_(None)),
    _next(outbox.c.next_try_at, outbox.c.state == OutboxState.WAITING.value),
    _next(group_posts.c.next_try_at, group_posts.c.state.in_(UNDER_WAY)),
    select(func.min(dialogues.c.updated_at))
    .where(dialogues.c.step == CRY_ASKED, dialogues.c.updated_at > bindparam("cried"))
    .scalar_subquery(),
)
"""Kept, because a clock moved by hand needs it all the time, and building it costs many times what running it does."""


@dataclass(frozen=True)
class Horizon:
    """What lies ahead of an instant: when something falls due next, and what of the past is not done.

    `is_behind`: something that was due is not worked off. `is_retrying`: a message waits for its next try.
    """

    next_at: datetime | None
    is_behind: bool
    is_retrying: bool


def horizon(conn: Connection, now: datetime, accounts: Iterable[tuple[str, str]]) -> Horizon:
    """Look ahead and back from `now`; messages count where they go out through one of the accounts (channel, account).

    What is set aside with its error does not count: only people can mend it.
    """
    served = (and_(outbox.c.channel == channel, outbox.c.account == account) for channel, account in accounts)
    ours = or_(false(), *served)
    waiting = exists().where(outbox.c.state == OutboxState.WAITING.value, ours)
    in_groups = exists().where(group_posts.c.state.in_(UNDER_WAY))
    behind = select(
        or_(
            exists().where(prompts.c.next_at <= now, prompts.c.error.is_(None)),
            exists().where(cases.c.next_at <= now),
            exists().where(rollcalls.c.next_at <= now),
            exists().where(session_invitations.c.next_at <= now),
            exists().where(obligations.c.next_at <= now),
            exists().where(digests.c.next_at <= now),
            exists().where(deadlines.c.next_at <= now),
            exists().where(reminders.c.next_at <= now),
            exists().where(opportunities.c.next_at <= now),
            exists().where(opportunities_heard.c.next_at <= now),
            exists().where(opportunity_news.c.next_at <= now),
            exists().where(talks.c.next_at <= now),
            exists().where(follow_ups.c.next_at <= now),
            exists().where(fetches.c.next_at <= now),
            exists().where(moves.c.ends_at <= now, moves.c.is_over == false()),
            exists().where(stand_ins.c.ends_at <= now, stand_ins.c.ended_at.is_(None)),
            exists().where(dialogues.c.step == CRY_ASKED, dialogues.c.updated_at <= now - CRY_WAIT),
            exists().where(inbox.c.state == InboxState.NEW.value),
            waiting.where(outbox.c.next_try_at <= now),
            in_groups.where(group_posts.c.next_try_at <= now),
        ),
        or_(waiting.where(outbox.c.tries > 0), in_groups.where(group_posts.c.reason.is_not(None))),
    )
    is_behind, is_retrying = conn.execute(behind).one()
    return Horizon(next_due(conn, now), bool(is_behind), bool(is_retrying))
