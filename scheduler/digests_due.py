"""Digests whose time has come: written for their readers, and the next ones planned. Called by the bell.

Each is decided by a pure rule and written with its messages in the transaction that says that it was. One that cannot
be written is set aside, shown and alarmed; its neighbours go on, and its reader's next one comes all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.addresses.model import Address
from bot.digests import store
from bot.digests.model import Digest, DigestState, Every, Rhythm
from bot.digests.rules import Act, compared, decide, next_after
from bot.engine.bisect import bisect
from bot.engine.departing import not_ready_soon
from bot.engine.digest_planning import is_reader, plan, plan_missing, zones_of
from bot.engine.digest_words import gaps_for, messages, off_link
from bot.journal import store as journal
from bot.ledger import Live
from bot.outbox import store as outbox_store
from bot.people import store as people_store
from bot.people.model import Person, RoleKind
from bot.programmes.model import Programme
from bot.views.digest import care, seen_by
from bot.views.digest_staff import looked_away
from bot.views.digest_trips import supervised
from bot.views.reports import waiting_for
from bot.views.scope import Scope, scope_of

log = structlog.get_logger()
BATCH = 50


@dataclass(frozen=True)
class Frame:
    """What writing needs of the service: rhythm, address, the real time for links, channels and programme."""

    rhythm: Rhythm
    base_url: str
    real_now: datetime
    live: Live | None = None
    programme: Programme | None = None


def work_off(conn: Connection, now: datetime, frame: Frame, limit: int = BATCH) -> int:
    """Work off up to `limit` due digests in the caller's transaction, and plan for whoever has none ahead.

    Return how many rows that were; 0 when nothing was due.
    """
    done = plan_missing(conn, frame.rhythm, now)
    due = store.due(conn, now, limit)

    def set_aside(digest: Digest, error: Exception) -> None:
        kind = type(error).__name__
        store.update(conn, digest.id, state=DigestState.FAILED.value, next_at=None, error=kind)
        journal.write(conn, [journal.line(now, "digest.set_aside", person_id=digest.person_id)])
        plan(conn, [digest.person_id], frame.rhythm, now)
        log.error("a digest could not be written", digest_id=digest.id, error=kind)

    bisect(conn, due, lambda rows: _write_all(conn, rows, frame, now), set_aside)
    return done + len(due)


def _write_all(conn: Connection, due: Sequence[Digest], frame: Frame, now: datetime) -> None:
    ids = [digest.person_id for digest in due]
    persons, addresses = people_store.by_ids(conn, ids), addresses_store.working_of(conn, ids)
    readers, zones = store.readers_of(conn, ids), zones_of(conn, list(persons.values()), now)
    for digest in due:
        person, known = persons[digest.person_id], readers.get(digest.person_id)
        every = known.every if known else Every.WEEKLY
        if not is_reader(person) or not digest.occasion.startswith(f"{every.value}:"):
            store.delete_many(conn, [digest.id])
            continue
        zone = zones[person.id]
        following = next_after(person.id, every, frame.rhythm, zone, now)
        if digest.zone != zone and following is not None and following[0] == digest.occasion:
            store.update(conn, digest.id, zone=zone, due_at=following[1], next_at=following[1])
            continue  # the reader has moved west, and the same wall time has not come there yet
        decision = decide(digest.due_at, following[1] if following else None, zone, now)
        if decision.act is Act.WAIT:
            store.update(conn, digest.id, next_at=decision.until)
        elif decision.act is Act.SKIP:
            _done(conn, digest, DigestState.SKIPPED, now)
        else:
            _write(conn, digest, person, addresses.get(person.id, []), frame, now)
    plan(conn, ids, frame.rhythm, now)


def _write(
    conn: Connection, digest: Digest, person: Person, addresses: Sequence[Address], frame: Frame, now: datetime
) -> None:
    if not addresses:
        _done(conn, digest, DigestState.UNREACHED, now)
        return
    data = content(conn, person, now, frame.live, frame.programme)
    if data is None:
        _done(conn, digest, DigestState.EMPTY, now)
        return
    figures = data["care"]["figures"] if data["care"] else {}
    data["change"] = compared(figures, store.figures_before(conn, person.id, now))
    data["daily"] = digest.occasion.startswith(Every.DAILY.value)

    def link() -> str:
        return off_link(conn, frame.base_url, person.id, frame.real_now)

    outbox_store.put(conn, messages(digest, person, addresses, data, now, link))
    _done(conn, digest, DigestState.SENT, now, sent_at=now, figures=figures)


def content(
    conn: Connection, person: Person, now: datetime, live: Live | None = None, programme: Programme | None = None
) -> dict[str, Any] | None:
    """Return everything that a digest says to somebody, as plain JSON; None when there is nobody to tell of."""
    scope = scope_of(conn, person)
    students = None if scope is None else _care(conn, scope, now, live, programme)
    hers = supervised(conn, person, now) if person.has_role(RoleKind.SUPERVISOR) else None
    branch = person.has_role(RoleKind.SECRETARY)
    if students is None and hers is None and not branch:
        return None
    away = looked_away(conn, scope, now) if scope is not None else {"names": [], "more": 0}
    gaps = gaps_for(conn, person, now) if scope is not None and scope.office else {"shown": [], "more": 0}
    reports = waiting_for(conn, person, now)
    said = {"care": students, "supervised": hers, "branch": branch, "reports": reports}
    return said | {"away": away, "duty_gaps": gaps}


def _care(
    conn: Connection, scope: Scope, now: datetime, live: Live | None, programme: Programme | None
) -> dict[str, Any] | None:
    found = care(conn, scope, now, live=live)
    if found is not None:
        seen = seen_by(replace(scope, in_care=True), now)
        found["departing"] = not_ready_soon(conn, seen, programme, now.astimezone(UTC).date())
    return found


def _done(conn: Connection, digest: Digest, state: DigestState, now: datetime, **values: Any) -> None:
    store.update(conn, digest.id, state=state.value, next_at=None, **values)
    journal.write(conn, [journal.line(now, f"digest.{state.value}", person_id=digest.person_id)])
