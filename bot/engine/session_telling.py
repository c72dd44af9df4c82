"""What members of a session are told, and when: which address carries it, and that what can wait wakes nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import PULL_ONLY, WITHOUT_BRANCHES, Address
from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.session_standing import FOLDER
from bot.engine.telling import message
from bot.listed import listed
from bot.local_time import Quiet, after_quiet, local_date, to_instant
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.sessions.attendance import counts_until
from bot.sessions.model import Invitation, Rsvp, Session, SessionState
from bot.sessions.rules import LEADS, Lead, next_chase, next_reminder


@dataclass(frozen=True)
class Members:
    """What telling must know of people: where they are, and what reaches them."""

    facts: dict[int, PersonFacts]
    addresses: dict[int, list[Address]]
    quiet: Quiet

    def may_hear(self, person_id: int, at: datetime) -> datetime:
        """Return when somebody may be told what is not urgent: not in her night, and not while she pauses."""
        facts = self.facts[person_id]
        zone = facts.zone_now(at)
        if facts.paused_until is not None and local_date(at, zone) <= facts.paused_until:
            at = max(at, to_instant(facts.paused_until + timedelta(days=1), time(0), zone))
        return after_quiet(at, zone, self.quiet)

    def next_look(self, session: Session, one: Invitation, now: datetime) -> datetime | None:
        """Return when the clock looks at an invitation next; None when nothing is left to say by itself."""
        if one.left_at is not None or session.state is SessionState.CANCELLED:
            return None
        if now >= session.open_until:
            return None if one.closed_at is not None else max(now, counts_until(session))
        return self._before(session, one, now) or session.open_until

    def _before(self, session: Session, one: Invitation, now: datetime) -> datetime | None:
        if session.is_round and one.mark is not None:
            return None
        if one.reply is Rsvp.YES and not session.is_round:
            day = session.starts_at - LEADS[Lead.DAY]
            morning = after_quiet(day, self.facts[one.person_id].zone_now(day), self.quiet)
            found = next_reminder(session.starts_at, now, None if morning == day else morning)
            return None if found is None else found[1]
        at = next_chase(session, one.told_at) if one.reply is None else None
        return None if at is None else self.in_time(session, one.person_id, max(at, now))

    def in_time(self, session: Session, person_id: int, at: datetime) -> datetime | None:
        """Return when she may be asked again from an instant on; None when replies are not wanted any more by then."""
        at = self.may_hear(person_id, at)
        return at if at < min(session.rsvp_by, session.open_until) else None


def load_members(conn: Connection, person_ids: Iterable[int], quiet: Quiet) -> Members:
    """Load what telling must know of people."""
    ids = sorted(set(person_ids))
    return Members(load_facts(conn, ids), addresses_store.working_of(conn, ids), quiet)


def tell(  # noqa: PLR0913 - what a message has
    conn: Connection,
    members: Members,
    session: Session,
    one: Invitation,
    what: str,
    kind: Kind,
    now: datetime,
    *,
    at: datetime | None = None,
    expires_at: datetime | None = None,
    data: dict[str, Any] | None = None,
) -> bool:
    """Queue a message to one member, at `at` at the earliest; False when nothing reaches her.

    What carries branch matters goes before what may only carry a neutral line.
    """
    addresses = members.addresses.get(one.person_id, [])
    if not addresses:
        return False
    open_ones = [each for each in addresses if each.channel not in WITHOUT_BRANCHES | PULL_ONLY and each.shut is None]
    row = message(
        open_ones or addresses,
        one.person_id,
        kind,
        FOLDER + what,
        key=f"p:{one.prompt_id}:{what}:{session.sequence}:{int(now.timestamp())}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=one.prompt_id,
        not_before=at,
        expires_at=expires_at or session.open_until,
        data=data,
    )
    outbox_store.put(conn, [row])
    return True


def waiting(conn: Connection, prompt_id: int) -> list[Any]:
    """Return what we tell about a session and have not sent yet: id, template and data."""
    query = select(outbox.c.id, outbox.c.template, outbox.c.data).where(
        outbox.c.prompt_id == prompt_id,
        outbox.c.template.startswith(FOLDER, autoescape=True),
        outbox.c.kind != Kind.REPLY.value,
        outbox.c.state == OutboxState.WAITING.value,
    )
    return list(conn.execute(query))


def withdraw(conn: Connection, outbox_ids: Sequence[int], reason: str) -> None:
    """Take back what has not gone out yet; what is being sent at this moment delivery drops by itself."""
    values = {"state": OutboxState.WITHDRAWN.value, "reason": reason}
    waits = outbox.c.state == OutboxState.WAITING.value
    conn.execute(outbox.update().where(listed(outbox.c.id, outbox_ids), waits).values(values))
