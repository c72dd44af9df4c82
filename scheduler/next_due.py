"""When anything falls due next: for clocks that are moved by hand, in stories, rehearsals and the demo's history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, exists, false, func, or_, select

from bot.cases.store import cases
from bot.deadlines.store import deadlines, reminders
from bot.dialogues.rules import CRY_ASKED, CRY_WAIT
from bot.dialogues.store import dialogues
from bot.digests.store import digests
from bot.groups.store import UNDER_WAY, group_posts
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.moves.store import moves
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.rollcalls.store import rollcalls
from bot.sessions.model import SessionState
from bot.sessions.store import session_invitations, sessions
from bot.stand_ins.store import stand_ins


def next_due(conn: Connection, now: datetime) -> datetime | None:
    """Return the first instant after `now` at which anything is due (a prompt, case, digest, message …), or None."""
    cry = select(func.min(dialogues.c.updated_at)).where(
        dialogues.c.step == CRY_ASKED, dialogues.c.updated_at > now - CRY_WAIT
    )
    asked = conn.execute(cry).scalar()
    invited = session_invitations.c
    found = [
        conn.execute(
            select(func.min(prompts.c.next_at)).where(prompts.c.next_at > now, prompts.c.error.is_(None))
        ).scalar(),
        conn.execute(select(func.min(cases.c.next_at)).where(cases.c.next_at > now)).scalar(),
        conn.execute(select(func.min(rollcalls.c.next_at)).where(rollcalls.c.next_at > now)).scalar(),
        conn.execute(select(func.min(invited.next_at)).where(invited.next_at > now)).scalar(),
        conn.execute(
            select(func.min(sessions.c.asked_from)).where(
                sessions.c.asked_from > now, sessions.c.state == SessionState.PLANNED.value
            )
        ).scalar(),
        conn.execute(select(func.min(digests.c.next_at)).where(digests.c.next_at > now)).scalar(),
        conn.execute(select(func.min(deadlines.c.next_at)).where(deadlines.c.next_at > now)).scalar(),
        conn.execute(select(func.min(reminders.c.next_at)).where(reminders.c.next_at > now)).scalar(),
        conn.execute(
            select(func.min(moves.c.ends_at)).where(moves.c.ends_at > now, moves.c.is_over == false())
        ).scalar(),
        conn.execute(
            select(func.min(stand_ins.c.ends_at)).where(stand_ins.c.ends_at > now, stand_ins.c.ended_at.is_(None))
        ).scalar(),
        conn.execute(
            select(func.min(outbox.c.next_try_at)).where(
                outbox.c.next_try_at > now, outbox.c.state == OutboxState.WAITING.value
            )
        ).scalar(),
        conn.execute(
            select(func.min(group_posts.c.next_try_at)).where(
                group_posts.c.next_try_at > now, group_posts.c.state.in_(UNDER_WAY)
            )
        ).scalar(),
        None if asked is None else asked + CRY_WAIT,
    ]
    return min((at for at in found if at is not None), default=None)


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
            exists().where(digests.c.next_at <= now),
            exists().where(deadlines.c.next_at <= now),
            exists().where(reminders.c.next_at <= now),
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
