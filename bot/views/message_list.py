"""Messages as staff see them: to whom, of what kind, by which channel, and what became of each. Never what one says.

The console lists them. Replies are counted and not listed: that somebody was answered twice tells what she wrote. What
belongs to a hard week is there only for whom she chose.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, func, or_, select, true

from bot.cases.model import Reason
from bot.cases.store import cases
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.people.model import RoleKind
from bot.people.store import people, roles
from bot.views.scope import Scope

PAGE = 50
LISTED = tuple(kind for kind in Kind if kind is not Kind.REPLY)


@dataclass(frozen=True)
class MessageFilter:
    """What the list is narrowed to; empty strings mean all."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    page: int = 1


@dataclass(frozen=True)
class MessageRow:
    """One message. `number` and `name` are of whom it is for; `next_try_at` counts while it waits."""

    id: int
    number: str
    name: str
    is_student: bool
    kind: str
    channel: str | None
    state: str
    reason: str | None
    tries: int
    created_at: datetime
    next_try_at: datetime
    accepted_at: datetime | None


@dataclass(frozen=True)
class MessageList:
    """One page, the newest first."""

    rows: list[MessageRow]
    total: int
    page: int
    pages: int


def message_list(conn: Connection, scope: Scope, now: datetime, chosen: MessageFilter) -> MessageList:
    """Return one page of the messages to whom a scope may see; to members of staff only where it is the whole."""
    seen = and_(visible(scope, now), outbox.c.kind.in_([kind.value for kind in LISTED]), _narrowed(chosen))
    total = int(conn.execute(select(func.count()).select_from(source()).where(seen)).scalar_one())
    pages = max(1, -(-total // PAGE))
    page = min(max(1, chosen.page), pages)
    names = ("id", "kind", "channel", "state", "reason", "tries", "created_at", "next_try_at", "accepted_at")
    is_student = exists(
        select(roles.c.id).where(roles.c.person_id == people.c.id, roles.c.kind == RoleKind.STUDENT.value)
    )
    query = (
        select(*(outbox.c[name] for name in names), people.c.number, people.c.name, is_student.label("is_student"))
        .select_from(source())
        .where(seen)
        .order_by(outbox.c.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return MessageList([_row(found) for found in conn.execute(query)], total, page, pages)


def source() -> FromClause:
    """Return messages joined to whom they are for and to the case that they belong to."""
    return outbox.join(people, people.c.id == outbox.c.person_id).outerjoin(cases, cases.c.id == outbox.c.case_id)


def visible(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `source` that holds for messages which a scope may see."""
    theirs = true() if scope.whole else scope.students(now.astimezone(UTC).date())
    hard = or_(cases.c.id.is_(None), cases.c.reason != Reason.HARD.value, scope.hard_is_visible(cases.c.share_with))
    return and_(theirs, scope.let_in(), hard)


def _narrowed(chosen: MessageFilter) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if chosen.state:
        parts.append(outbox.c.state == chosen.state)
    if chosen.channel:
        parts.append(outbox.c.channel == chosen.channel)
    if chosen.kind:
        parts.append(outbox.c.kind == chosen.kind)
    return and_(*parts)


def _row(found: Any) -> MessageRow:
    values = dict(found._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    return MessageRow(**values | {"is_student": bool(found.is_student)})


WAITS = (OutboxState.WAITING.value, OutboxState.SENDING.value)
"""States of what has no end yet."""
