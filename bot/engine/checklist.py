"""The steps before a departure: how each student stands, what asks for them, and what follows from a word of hers.

No plain answer answers the asking, nor is any message a sign of life for it: it is over when she is ready, or gone. Its
end is a notice to her counsellor and no alarm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses.rules import TWO, proven
from bot.addresses.store import all_of
from bot.buddies.store import agreed_of
from bot.checklists import store
from bot.checklists.model import StepState
from bot.deadlines.model import About
from bot.deadlines.store import papers
from bot.engine.checklist_rules import Line, is_ready, lines_of
from bot.engine.facts import load_facts
from bot.engine.occurrences import is_meant
from bot.engine.person_facts import PersonFacts
from bot.engine.settled import settled
from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.listed import listed
from bot.local_time import local_date
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.people import store as people
from bot.programmes.model import Kind, Programme, Proof
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.prompts.store import prompts
from bot.trips.model import Trip

KIND = Kind.CHECKLIST.value


@dataclass(frozen=True)
class Checklist:
    """The steps of one trip; none when the programme has no such item, or the trip is not one that it is for."""

    trip: Trip
    lines: tuple[Line, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether nothing is left to do, for her or for the office."""
        return is_ready(self.lines)

    @property
    def done(self) -> int:
        """Count the steps that are done."""
        return sum(line.state is StepState.DONE for line in self.lines)

    def line(self, key: str) -> Line | None:
        """Return a step by its key."""
        return next((line for line in self.lines if line.step.key == key), None)


def trip_ahead(facts: PersonFacts, today: date) -> Trip | None:
    """Return the next trip of a student that has not begun; also one of this very day."""
    ahead = [trip for trip in facts.trips if trip.cancelled_at is None and trip.departs >= today]
    return min(ahead, key=lambda trip: trip.departs, default=None)


def checklists_of(conn: Connection, trips: Iterable[Trip], programme: Programme) -> dict[int, Checklist]:
    """Return the checklists of trips, by trip; a handful of queries for all of them."""
    item = next((one for one in programme.items if one.kind is Kind.CHECKLIST), None)
    wanted = [trip for trip in trips if trip.cancelled_at is None]
    if item is None or not wanted or not programme.steps:
        return {}
    facts = load_facts(conn, [trip.person_id for trip in wanted])
    ids = [trip.id for trip in wanted]
    marks, files = store.marks_of(conn, ids), store.with_files(conn, ids)
    seen = _seen(conn, wanted)
    made = {}
    for trip in wanted:
        hers = facts.get(trip.person_id)
        if hers is None or not is_meant(item.audience, hers, trip):
            continue
        steps = [step for step in programme.steps if is_meant(step.audience, hers, trip)]
        named = {step for trip_id, step in files if trip_id == trip.id}
        made[trip.id] = Checklist(trip, lines_of(steps, marks.get(trip.id, {}), named, seen[trip.id]))
    return made


def checklist_of(conn: Connection, trip: Trip, programme: Programme) -> Checklist | None:
    """Return the checklist of one trip; None when it has none."""
    return checklists_of(conn, [trip], programme).get(trip.id)


def _seen(conn: Connection, trips: Sequence[Trip]) -> dict[int, set[Proof]]:
    """Return what is done without a word of hers, by trip."""
    ids = sorted({trip.person_id for trip in trips})
    ways = all_of(conn, ids)
    paired = {who for pair in agreed_of(conn, ids) for who in (pair.person_id, pair.other_id)}
    query = select(papers.c.person_id, papers.c.about, papers.c.expires).where(listed(papers.c.person_id, ids))
    dated = {(row.person_id, row.about): row.expires for row in conn.execute(query)}
    seen = {}
    for trip in trips:
        found = set()
        if proven(ways.get(trip.person_id, [])) >= TWO:
            found.add(Proof.CHANNELS)
        if trip.person_id in paired:
            found.add(Proof.BUDDY)
        if trip.emergency_contact:
            found.add(Proof.CONTACT)
        if trip.approval:
            found.add(Proof.APPROVAL)
        for about in (About.PASSPORT, About.VISA, About.INSURANCE):
            expires = dated.get((trip.person_id, about.value))
            if expires is not None and expires >= trip.departs:
                found.add(Proof(about.value))
        seen[trip.id] = found
    return seen


def settle(conn: Connection, prompt_ids: Sequence[int], programme: Programme, now: datetime) -> list[int]:
    """End those of these due prompts whose steps are all done, or who have left; return the others."""
    due = prompts_store.by_ids(conn, prompt_ids)
    facts = load_facts(conn, [one.person_id for one in due])
    trips = {trip.id: trip for hers in facts.values() for trip in hers.trips}
    lists = checklists_of(conn, [trips[one.trip_id] for one in due if one.trip_id in trips], programme)
    left = []
    for one in due:
        hers = lists.get(one.trip_id or 0)
        if hers is None or hers.trip.departs <= local_date(now, one.zone):
            settled(conn, one, State.EXCUSED, now)
        elif not hers.is_ready:
            left.append(one.id)
        elif one.state in RUNNING:
            looked_at(conn, hers, now)
        else:  # she had everything before it was asked for
            settled(conn, one, State.ANSWERED, now)
    return left


def look_over(conn: Connection, person_ids: Sequence[int], programmes: Programmes, now: datetime) -> None:
    """End what asks these people for lists that are done by now without a word of theirs: by an import, say."""
    running = prompts.c.state.in_(sorted(state.value for state in RUNNING))
    where = (listed(prompts.c.person_id, sorted(person_ids)), prompts.c.kind == KIND, running)
    trip_ids = set(conn.execute(select(prompts.c.trip_id).where(*where)).scalars())
    if not trip_ids:
        return
    facts = load_facts(conn, person_ids)
    trips = [trip for hers in facts.values() for trip in hers.trips if trip.id in trip_ids]
    for hers in checklists_of(conn, trips, programmes.current(conn)).values():
        if hers.trip.departs > local_date(now, facts[hers.trip.person_id].home_zone):
            looked_at(conn, hers, now)


def looked_at(conn: Connection, checklist: Checklist, now: datetime) -> bool:
    """End what asks for a checklist once all of it is done, and let her know; False when something is left."""
    if not checklist.is_ready:
        return False
    query = select(prompts).where(prompts.c.trip_id == checklist.trip.id, prompts.c.kind == KIND)
    for row in conn.execute(query).all():
        one = prompts_store.from_row(row)
        if one.state in RUNNING | FAILED:
            settled(conn, one, State.ANSWERED, now)
    tell(
        conn,
        checklist.trip.person_id,
        MessageKind.NOTICE,
        "checklist/ready",
        key=f"checklist:{checklist.trip.id}:ready",
        priority=Priority.PROMPT,
        now=now,
        data={"city": checklist.trip.city, "country": checklist.trip.country},
        not_before=not_before_her_morning(conn, checklist.trip.person_id, now),
    )
    return True


def not_ready(conn: Connection, prompt_id: int, person_id: int, now: datetime) -> None:
    """Let her counsellor, or else the office, know that she leaves in some days and steps are open."""
    student = people.by_id(conn, person_id)
    if student is None:
        return
    helpers = load_helpers(conn, [student])
    counsellor = helpers.counsellor_of(student)
    for helper_id in helpers.office_of(student) if counsellor is None else [counsellor]:
        tell(
            conn,
            helper_id,
            MessageKind.NOTICE,
            "staff/not_ready",
            key=f"p:{prompt_id}:not_ready:{helper_id}",
            priority=Priority.PROMPT,
            now=now,
            about_id=person_id,
            not_before=not_before_her_morning(conn, helper_id, now),
        )


def said(conn: Connection, prompt: Prompt) -> dict[str, Any]:
    """Return what the question says beside its words: where she goes and when."""
    if prompt.kind != KIND:
        return {}
    facts = load_facts(conn, [prompt.person_id])[prompt.person_id]
    trip = next((one for one in facts.trips if one.id == prompt.trip_id), None)
    if trip is None:
        return {"to_city": "", "to_country": "", "to_departs": ""}
    return {"to_city": trip.city, "to_country": trip.country, "to_departs": trip.departs.isoformat()}
