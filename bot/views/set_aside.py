"""What broke the service and was put aside: questions that could not be worked off, and messages that came in.

The console lists them so that somebody presses "try again". Of a message only whose it is, when it came and the kind of
the error; a stranger's is for whoever sees the whole.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Select, and_, select
from sqlalchemy.sql.elements import ColumnElement

from bot.addresses.store import addresses
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.people.store import people
from bot.prompts.store import prompts
from bot.views.scope import Scope

MOST = 200


@dataclass(frozen=True)
class Aside:
    """One of them: `what` is `prompt` or `message`; a stranger has no number. `item` is empty for a message."""

    what: str
    id: int
    number: str
    name: str
    at: datetime
    error: str
    channel: str = ""
    item: str = ""
    kind: str = ""


def set_aside(conn: Connection, scope: Scope, now: datetime) -> list[Aside]:
    """Return what lies aside in a scope, questions first, the newest first."""
    found = [
        Aside("prompt", row.id, row.number, row.name, row.opens_at, row.error, item=row.item, kind=row.kind)
        for row in conn.execute(_prompts(scope, now).order_by(prompts.c.id.desc()).limit(MOST))
    ]
    query = _messages(scope, now).order_by(inbox.c.id.desc()).limit(MOST)
    return found + [
        Aside("message", row.id, row.number or "", row.name or "", row.received_at, row.error or "", row.channel)
        for row in conn.execute(query)
    ]


def is_aside(conn: Connection, scope: Scope, now: datetime, what: str, row_id: int) -> bool:
    """Tell whether this very one lies aside in a scope."""
    if what == "message":
        return conn.execute(_messages(scope, now).where(inbox.c.id == row_id).limit(1)).first() is not None
    return conn.execute(_prompts(scope, now).where(prompts.c.id == row_id).limit(1)).first() is not None


def _prompts(scope: Scope, now: datetime) -> Select[tuple[int, str, str, datetime, str, str, str]]:
    columns = (prompts.c.id, people.c.number, people.c.name, prompts.c.opens_at, prompts.c.error)
    return (
        select(*columns, prompts.c.item, prompts.c.kind)
        .join(people, people.c.id == prompts.c.person_id)
        .where(prompts.c.error.is_not(None), prompts.c.next_at <= now, _seen(scope, now), scope.let_in())
    )


def _messages(scope: Scope, now: datetime) -> Select[tuple[int, str, str, datetime, str, str]]:
    theirs = and_(
        addresses.c.channel == inbox.c.channel,
        addresses.c.account == inbox.c.account,
        addresses.c.external_id == inbox.c.sender,
    )
    query = (
        select(inbox.c.id, people.c.number, people.c.name, inbox.c.received_at, inbox.c.error, inbox.c.channel)
        .select_from(inbox.outerjoin(addresses, theirs).outerjoin(people, people.c.id == addresses.c.person_id))
        .where(inbox.c.state == InboxState.FAILED.value)
    )
    return query if scope.whole else query.where(_seen(scope, now), scope.let_in())


def _seen(scope: Scope, now: datetime) -> ColumnElement[bool]:
    return scope.students(now.astimezone(UTC).date())
