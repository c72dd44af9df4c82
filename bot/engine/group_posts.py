"""Texts for groups: queued with a line in the journal, claimed one at a time for each group, and what became of each.

`handlers.group_told` queues, `scheduler.group_posts_due` sends. A text is tried again as messages to people are, by the
same rules; what somebody has to mend is told at once to whoever sent it, because trying again would not mend it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.channels.known import KNOWN
from bot.channels.splitting import split, utf8
from bot.engine.delivery_rules import Verdict, after_result, ends_at
from bot.engine.telling import tell
from bot.engine.who_helps import load_helpers
from bot.groups import store
from bot.groups.model import About, Post, PostState
from bot.journal import store as journal
from bot.outbox.model import (
    PROCESS_ENDED,
    UNLIKELY_COPIES,
    Kind,
    Message,
    OutboxState,
    Priority,
    Result,
    ResultKind,
)
from bot.rollcalls import store as rollcalls
from bot.rollcalls.model import RollcallState
from bot.settings import Settings

LIFETIME = timedelta(hours=24)
"""How long a text is worth writing into a group; one about a meeting no longer than until it begins."""
A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Group:
    """A group as it can be written to: what its platform takes in one message, in bytes, and in a minute."""

    channel: str
    name: str
    text_limit: int
    per_minute: int


def groups_of(settings: Settings) -> list[Group]:
    """Return the groups of the channels that are on, by name."""
    found = [
        Group(name, one.name, *about.group_limits(settings.limits))
        for name, about in KNOWN.items()
        if about.group_limits is not None and about.is_on(settings)
        for one in getattr(settings.channels, name).groups
    ]
    return sorted(found, key=lambda one: one.name)


@dataclass(frozen=True)
class Notice:
    """What shall go into a group: the words as they stand, what they are about, and when the meeting is."""

    text: str
    about: About
    rollcall_id: int | None = None
    meets_at: datetime | None = None


def queue(conn: Connection, group: Group, notice: Notice, author_id: int | None, key: str, now: datetime) -> bool:
    """Queue a notice for a group, and write into the journal who sent it; False when it was queued before."""
    parts = split(notice.text, group.text_limit, utf8)
    end = now + LIFETIME
    if notice.meets_at is not None and notice.meets_at > now:
        end = min(end, notice.meets_at)
    rows = [
        {
            "about_key": f"{key}:{group.channel}:{group.name}"[:120],
            "part": number,
            "parts": len(parts),
            "channel": group.channel,
            "name": group.name,
            "about": notice.about.value,
            "rollcall_id": notice.rollcall_id,
            "author_id": author_id,
            "text": text,
            "state": PostState.WAITING.value,
            "created_at": now,
            "next_try_at": now,
            "expires_at": end,
        }
        for number, text in enumerate(parts, start=1)
    ]
    if not store.put(conn, rows):
        return False
    line = journal.line(
        now,
        "group.written_to",
        person_id=None,
        actor_id=author_id,
        channel=group.channel,
        group=group.name,
        about=notice.about.value,
        rollcall=notice.rollcall_id,
    )
    journal.write(conn, [line])
    return True


def claim(conn: Connection, groups: Collection[Group], now: datetime, real: datetime, jitter: float) -> list[Post]:
    """Take of each group what may go now; whatever was left in the middle by a process that is gone goes again.

    The caller is the only one who sends (it holds the lease), so what is under way here is nobody's.
    """
    known, claimed = {(one.channel, one.name): one for one in groups}, []
    for post in store.firsts(conn):
        if post.state is PostState.SENDING:
            record(conn, post, Result(ResultKind.OUTCOME_UNKNOWN, reason=PROCESS_ENDED), now, jitter)
    for post in store.firsts(conn):
        if post.next_try_at <= now or post.expires_at <= now:
            group = known.get((post.channel, post.name))
            if (verdict := _instead(conn, post, group, now, real)) is not None:
                _keep(conn, post, verdict, now)
            else:
                state = PostState.SENDING.value
                store.change(conn, post.id, state=state, tries=post.tries + 1, called_at=real)
                claimed.append(replace(post, tries=post.tries + 1))
    return claimed


def record(conn: Connection, post: Post, result: Result, now: datetime, jitter: float) -> None:
    """Write down what a try came to, and tell whoever sent it when the words did not get there."""
    if result.kind is ResultKind.OUTCOME_UNKNOWN:
        store.change(conn, post.id, unknown=post.unknown + 1)
    _keep(conn, post, after(post, result, now, jitter), now)


def after(post: Post, result: Result, now: datetime, jitter: float = 0.0) -> Verdict:
    """Decide what becomes of a text after a try, as of any message.

    What somebody has to mend ends it. An unknown outcome is tried again where that is about safety, or where hardly
    anything can have arrived; else two copies might stand in the group, so whoever sent it shall look.
    """
    if result.kind is ResultKind.OUR_FAULT:
        return Verdict(OutboxState.FAILED, reason=result.reason)
    matters = post.about is About.ROLLCALL or result.reason in UNLIKELY_COPIES
    return after_result(_message(post, matters=matters), result, now, unknown_before=post.unknown, jitter=jitter)


def _instead(conn: Connection, post: Post, group: Group | None, now: datetime, real: datetime) -> Verdict | None:
    """Return what becomes of a text instead of being sent now; None to send it."""
    end = ends_at(_message(post, matters=False))
    if end is not None and end <= now:
        return Verdict(OutboxState.EXPIRED, reason=post.reason or "expired")
    if group is None:
        return Verdict(OutboxState.FAILED, reason="group_removed")
    if post.rollcall_id is not None:
        found = rollcalls.by_id(conn, post.rollcall_id)
        if found is None or found.state is not RollcallState.OPEN:
            return Verdict(OutboxState.WITHDRAWN, reason="rollcall_closed")
    called = store.called_since(conn, post.channel, post.name, real - A_MINUTE)
    if len(called) < group.per_minute:
        return None
    room = called[-group.per_minute] + A_MINUTE - real
    return Verdict(OutboxState.WAITING, next_try_at=now + room, reason="minute_used_up")


def _keep(conn: Connection, post: Post, verdict: Verdict, now: datetime) -> None:
    values: dict[str, Any] = {"state": verdict.state.value, "reason": verdict.reason}
    if verdict.state is OutboxState.WAITING:
        store.change(conn, post.id, **values, next_try_at=verdict.next_try_at or now)
        return
    store.change(conn, post.id, **values, ended_at=now)
    if verdict.state is OutboxState.ACCEPTED:
        return
    if verdict.state is not OutboxState.UNKNOWN:  # what may be there goes on
        store.drop_rest(conn, post, PostState(verdict.state.value), verdict.reason or "", now)
    if verdict.state is not OutboxState.WITHDRAWN:
        _report(conn, post, verdict, now)


def _report(conn: Connection, post: Post, verdict: Verdict, now: datetime) -> None:
    """Tell whoever sent it, or the office for the command line, once for each notice."""
    people = [post.author_id] if post.author_id is not None else list(load_helpers(conn, ()).office)
    data = {"group": post.name, "state": verdict.state.value, "reason": verdict.reason or "", "part": post.part}
    for person_id in people:
        tell(
            conn,
            person_id,
            Kind.NOTICE,
            "staff/group_not_told",
            key=f"group_not_told:{post.id}:{person_id}",
            priority=Priority.PROMPT,
            now=now,
            data=data | {"parts": post.parts},
        )


def _message(post: Post, *, matters: bool) -> Message:
    """Return a text as the rules of delivery see a message."""
    return Message(
        id=post.id,
        key=post.about_key,
        kind=Kind.NOTICE,
        person_id=0,
        about_id=None,
        prompt_id=None,
        case_id=None,
        template="",
        data={},
        priority=Priority.ALARM if matters else Priority.BULK,
        address_id=None,
        channel=post.channel,
        account=None,
        state=OutboxState(post.state.value),
        tries=post.tries,
        created_at=post.created_at,
        next_try_at=post.next_try_at,
        expires_at=post.expires_at,
        edits_attempt_id=None,
        inbox_id=None,
    )
