"""Who shall meet, as finding the hour weighs them: where each will be, when she cannot, and what she has borne.

In a branch everybody is weighed by herself and named. Of an audience outside any branch, which may be thousands, those
who are alike in all of it are weighed as one and only counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, false, select

from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.session_audience import people_in
from bot.listed import listed
from bot.local_time import Quiet
from bot.people.store import people
from bot.sessions import busy as busy_store
from bot.sessions import store
from bot.sessions.hours import weigh
from bot.sessions.hours_model import Attendee, Busy, Level
from bot.sessions.model import Session, SessionState
from bot.sessions.store import session_invitations, sessions

REMEMBERED = timedelta(days=366)


@dataclass(frozen=True)
class Whose:
    """The branch or the audience that shall meet, and who is in it."""

    person_ids: Sequence[int]
    branch_id: int | None = None
    audience: str | None = None


@dataclass(frozen=True)
class Company:
    """Everybody who shall meet; each of `groups` is weighed as one. `names` are empty outside a branch."""

    facts: dict[int, PersonFacts]
    groups: tuple[tuple[int, ...], ...]
    borne: dict[int, int]
    busy: dict[int, tuple[Busy, ...]]
    quiet: Quiet
    names: dict[int, str]

    def attendees(self, at: datetime, *, with_busy: bool = False) -> list[Attendee]:
        """Return those who meet, where they will be at an instant."""
        return [
            Attendee(
                group[0],
                self.facts[group[0]].zone_now(at),
                self.quiet,
                self.busy.get(group[0], ()) if with_busy else (),
                self.borne[group[0]],
                len(group),
            )
            for group in self.groups
        ]

    def named(self, group: tuple[int, ...]) -> list[str]:
        """Return the names of those who are weighed as one; none where people are only counted."""
        return [self.names[one] for one in group if one in self.names]


def of_audience(conn: Connection, audience: str, at: datetime) -> Whose:
    """Return who is in an audience outside any branch for a session at an instant."""
    return Whose(people_in(conn, audience, at), audience=audience)


def load_company(conn: Connection, whose: Whose, quiet: Quiet, now: datetime, days: Sequence[datetime]) -> Company:
    """Load all that is weighed; `days` are the instants at which zones are looked at."""
    ids = whose.person_ids
    facts = load_facts(conn, ids)
    borne, busy = _borne(conn, whose, facts, quiet, now), busy_store.of_people(conn, ids)
    if whose.audience is not None:
        return Company(facts, _alike(facts, borne, busy, days), borne, busy, quiet, {})
    named = select(people.c.id, people.c.name).where(listed(people.c.id, ids))
    names = {row.id: row.name for row in conn.execute(named)}
    return Company(facts, tuple((one,) for one in facts), borne, busy, quiet, names)


def _alike(
    facts: dict[int, PersonFacts], borne: dict[int, int], busy: dict[int, tuple[Busy, ...]], days: Sequence[datetime]
) -> tuple[tuple[int, ...], ...]:
    found: dict[tuple[object, ...], list[int]] = {}
    for one, her in facts.items():
        key = (*(her.zone_now(day) for day in days), busy.get(one, ()), borne[one])
        found.setdefault(key, []).append(one)
    return tuple(tuple(group) for group in found.values())


def _borne(
    conn: Connection, whose: Whose, facts: dict[int, PersonFacts], quiet: Quiet, now: datetime
) -> dict[int, int]:
    """Return the points of everybody for the sessions of the last year that took place.

    The hour counts for everybody who was invited: who stayed away because it was night has had the bad hour too.
    """
    table = session_invitations
    same = sessions.c.branch_id == whose.branch_id if whose.audience is None else sessions.c.audience == whose.audience
    query = (
        select(table.c.session_id, table.c.person_id)
        .join(sessions, sessions.c.id == table.c.session_id)
        .where(
            same,
            sessions.c.state == SessionState.PLANNED.value,
            sessions.c.starts_at < now,
            sessions.c.is_round == false(),
            sessions.c.starts_at > now - REMEMBERED,
            table.c.left_at.is_(None),
        )
    )
    rows = [row for row in conn.execute(query) if row.person_id in facts]
    past = store.by_ids(conn, sorted({row.session_id for row in rows}))
    found = dict.fromkeys(facts, 0)
    for session_id, group in groupby(sorted(rows, key=lambda row: row.session_id), key=lambda row: row.session_id):
        there = [row.person_id for row in group]
        for one, level in zip(there, _levels(past[session_id], there, facts, quiet), strict=True):
            found[one] += level
    return found


def _levels(session: Session, there: Iterable[int], facts: dict[int, PersonFacts], quiet: Quiet) -> tuple[Level, ...]:
    then = [Attendee(one, facts[one].zone_now(session.starts_at), quiet) for one in there]
    return weigh(then, session.starts_at, session.ends_at - session.starts_at).levels
