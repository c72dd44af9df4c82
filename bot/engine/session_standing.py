"""How invitations stand at this moment: delivery looks here before each message about a session goes.

Whoever has left the branch has left its invitations, also before the clock has noticed it. Nothing sealed is opened.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from bot.branches.off import branches_off
from bot.branches.store import branch_members, branches
from bot.engine.delivery_rules import Verdict
from bot.listed import listed
from bot.outbox.model import Kind, Message, OutboxState
from bot.people.store import people
from bot.sessions.model import KIND, Rsvp, SessionState
from bot.sessions.rules import Standing, unwanted
from bot.sessions.store import session_invitations, sessions
from bot.trips.store import trips

FOLDER = f"{KIND}/"
"""The templates of sessions."""
CANCELLED, SOON = f"{FOLDER}cancelled", f"{FOLDER}soon"


def is_in_branch() -> ColumnElement[bool]:
    """Hold where the person of a membership is there, and so is its branch."""
    return and_(people.c.left_at.is_(None), people.c.absent_at.is_(None), branches.c.absent_at.is_(None))


def is_off(person_id: ColumnElement[int], today: ColumnElement[Any]) -> ColumnElement[bool]:
    """Hold where somebody is in a country without branches on a day: nothing of them follows her there."""
    return exists().where(
        trips.c.person_id == person_id,
        trips.c.cancelled_at.is_(None),
        trips.c.departs <= today,
        trips.c.returns >= today,
        trips.c.country == branches_off.c.country,
    )


def standings(conn: Connection, prompt_ids: Iterable[int]) -> dict[int, Standing]:
    """Return how the invitations stand that prompts ask about, by prompt."""
    ids = sorted(set(prompt_ids))
    if not ids:
        return {}
    invited = session_invitations
    belongs = exists().where(
        branch_members.c.branch_id == sessions.c.branch_id,
        branch_members.c.person_id == invited.c.person_id,
        people.c.id == branch_members.c.person_id,
        branches.c.id == branch_members.c.branch_id,
        is_in_branch(),
    )
    is_there = exists().where(
        sessions.c.branch_id.is_(None),
        people.c.id == invited.c.person_id,
        people.c.left_at.is_(None),
        people.c.absent_at.is_(None),
    )
    columns = (sessions.c.state, sessions.c.starts_at, sessions.c.changed_at, invited.c.prompt_id, invited.c.reply)
    query = (
        select(*columns, invited.c.left_at, or_(belongs, is_there).label("belongs"))
        .join(sessions, sessions.c.id == invited.c.session_id)
        .where(listed(invited.c.prompt_id, ids))
    )
    return {
        row.prompt_id: Standing(
            SessionState(row.state),
            row.starts_at,
            row.changed_at,
            Rsvp(row.reply) if row.reply else None,
            row.left_at is None and bool(row.belongs),
        )
        for row in conn.execute(query)
    }


def is_about_one(message: Message) -> bool:
    """Tell whether a message is told by us about a session; what replies to her own word always goes."""
    return message.template.startswith(FOLDER) and message.kind is not Kind.REPLY and message.prompt_id is not None


def not_wanted(message: Message, standing: Standing | None) -> Verdict | None:
    """Return what becomes of a message about a session that says what is no longer true; None when it may go."""
    if standing is None or not is_about_one(message):
        return None
    template = message.template
    why = unwanted(standing, message.created_at, tells_end=template == CANCELLED, reminds=template == SOON)
    return None if why is None else Verdict(OutboxState.WITHDRAWN, reason=why)
