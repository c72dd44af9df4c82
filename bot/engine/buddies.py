"""Which friends are asked about a student who is silent. Called by the escalation of cases and by whoever leaves."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, exists, or_, select

from bot.addresses import store as addresses_store
from bot.buddies import store
from bot.buddies.model import PairState
from bot.buddies.rules import Candidate, may_be_asked
from bot.cases import store as cases_store
from bot.cases.model import CaseState, Reason
from bot.engine.deciding import Reach
from bot.engine.facts import facts_of_people
from bot.engine.person_facts import PersonFacts
from bot.engine.telling import reach_of
from bot.journal import store as journal
from bot.local_time import local_date
from bot.people import store as people_store
from bot.places.cities import find_cities
from bot.places.folding import fold
from bot.prompts.model import FAILED, State
from bot.prompts.store import prompts

LOOKED_FOR = frozenset({Reason.URGENT, Reason.MISSED, Reason.UNREACHED, Reason.ROLLCALL})
"""Whoever has a case of these is missing herself. A hard week is nobody's to know of, so it says nothing here."""
_HOW_SHE_IS = ("checkin", "landing", "rollcall")
"""Kinds of questions whose silence means that she may be missing."""


def buddies_for(conn: Connection, student_ids: Sequence[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Return, by student, those who can be asked about her now, the oldest friend first; nobody: an empty tuple."""
    found: dict[int, list[int]] = {student_id: [] for student_id in student_ids}
    asked = [
        (student_id, buddy_id, pair.anywhere)
        for pair in store.agreed_of(conn, student_ids)
        for student_id, buddy_id in ((pair.person_id, pair.other_id), (pair.other_id, pair.person_id))
        if student_id in found and buddy_id is not None
    ]
    if not asked:
        return dict.fromkeys(student_ids, ())
    people = people_store.by_ids(conn, {one for student_id, buddy_id, _ in asked for one in (student_id, buddy_id)})
    facts = facts_of_people(conn, people)
    buddies = {buddy_id for _, buddy_id, _ in asked}
    addresses = addresses_store.working_of(conn, buddies)
    missing = _missing(conn, buddies, now)
    candidates = {
        buddy_id: Candidate(
            present=not facts[buddy_id].gone,
            pushed=reach_of(addresses.get(buddy_id, [])) is Reach.PUSH,
            missing=buddy_id in missing,
            paused_until=people[buddy_id].paused_until,
            today=local_date(now, facts[buddy_id].zone_now(now)),
            city=_city(facts[buddy_id], now),
        )
        for buddy_id in buddies
        if buddy_id in people
    }
    for student_id, buddy_id, anywhere in asked:
        if student_id not in people or buddy_id not in candidates or buddy_id in found[student_id]:
            continue
        if may_be_asked(candidates[buddy_id], _city(facts[student_id], now), anywhere=anywhere):
            found[student_id].append(buddy_id)
    return {student_id: tuple(buddy_ids) for student_id, buddy_ids in found.items()}


def end_all(conn: Connection, person_ids: Iterable[int], now: datetime) -> None:
    """End every pair of people who leave, and whatever was asked by them or of them; nobody is told."""
    for person_id in person_ids:
        for pair in store.of_person(conn, person_id):
            if pair.state is PairState.ENDED:
                continue
            # To whoever asked her, a question that she no longer answers keeps looking as if it waited.
            of_her = pair.person_id != person_id and pair.state is not PairState.AGREED
            state = PairState.DECLINED if of_her else PairState.ENDED
            ended_by = person_id if state is PairState.ENDED else None
            store.update(conn, pair.id, state=state.value, ended_at=now, ended_by=ended_by)
            if state is PairState.ENDED:
                journal.write(conn, [journal.line(now, "buddy.ended", person_id=person_id, actor_id=person_id)])


def _missing(conn: Connection, person_ids: Iterable[int], now: datetime) -> set[int]:
    """Return those who are looked for, or have not answered a question of which they were reminded."""
    ids = sorted(person_ids)
    cases = cases_store.unresolved_of(conn, ids)
    missing = {one for one, open_cases in cases.items() if any(case.reason in LOOKED_FOR for case in open_cases)}
    # Somebody has spoken with her since: she is there, whatever the question says.
    seen_to = select(cases_store.cases.c.id).where(
        cases_store.cases.c.prompt_id == prompts.c.id, cases_store.cases.c.state == CaseState.RESOLVED.value
    )
    reminded = or_(
        prompts.c.state == State.LATE.value,
        and_(prompts.c.state == State.OPEN.value, prompts.c.reminded_at.is_not(None)),
        # Of two who fall silent together, the second one's case is opened a moment after the first one's.
        and_(
            prompts.c.state.in_([state.value for state in FAILED]),
            ~exists(seen_to),
            or_(prompts.c.closes_at.is_(None), prompts.c.closes_at > now),
        ),
    )
    for start in range(0, len(ids), 500):
        query = select(prompts.c.person_id).where(
            prompts.c.person_id.in_(ids[start : start + 500]), prompts.c.kind.in_(_HOW_SHE_IS), reminded
        )
        missing.update(conn.execute(query).scalars())
    return missing


def _city(facts: PersonFacts, now: datetime) -> str | None:
    """Return one text for one city however it is spelt; None when we do not know it."""
    place = facts.place_now(now)
    if not place.city:
        return None
    known = find_cities(place.city, place.country)
    return f"{place.country}:{known[0].name_en if known else fold(place.city)}"
