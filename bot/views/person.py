"""One student as her page shows her: where she is, how to reach her, what was asked and answered, what comes next.

A fixed number of queries whatever her history. The page is for whoever has her in scope; what she told only somebody
else reads "answered", and lines of the journal that would give it away are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, and_, exists, select

from bot.addresses.model import PULL_ONLY
from bot.addresses.rules import Reachable, Way, reach_by
from bot.agreements.model import Agreement
from bot.cases.model import TAKEN_BACK, Case, CaseState, Reason
from bot.cases.store import cases, from_row
from bot.channels.known import KNOWN
from bot.ledger import Live, ways_of
from bot.moves import store as moves_store
from bot.moves.model import Move
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import attempts, outbox
from bot.people import store as people_store
from bot.people.model import Person
from bot.people.store import people
from bot.prompts.model import Prompt, State
from bot.prompts.store import next_of, prompts
from bot.sessions.model import KIND as SESSION
from bot.trips import store as trip_store
from bot.trips.model import Phase, Trip
from bot.trips.rules import phase
from bot.views.agreed import agreed_with
from bot.views.history import HistoryLine, history
from bot.views.looks import Look, looks_at
from bot.views.mending import Mend, to_mend
from bot.views.safety import prompt_in, shown_answer
from bot.views.scope import Scope
from bot.views.stand_ins import with_whom
from bot.views.whereabouts import where

TIMELINE = 40
NOTICES = 5
NOTICE = "office/notice"
"""The template of a message of the office."""
_ASKING = (Kind.QUESTION.value, Kind.REMINDER.value)


@dataclass(frozen=True)
class Delivery:
    """One message that carried a question: what kind, on which channel, what became of it and why.

    `shown` is False for what lies on her page and was not looked at yet, None where the channel does not say.
    """

    kind: str
    channel: str | None
    state: str
    reason: str | None
    at: datetime
    shown: bool | None


@dataclass(frozen=True)
class Asked:
    """One question of the timeline with how it travelled and what may be shown of the answer."""

    prompt: Prompt
    answer: str
    deliveries: list[Delivery]


@dataclass(frozen=True)
class CaseSeen:
    """A case that this reader may see, with the names of who took it."""

    case: Case
    by: str | None


@dataclass(frozen=True)
class PersonView:
    """Everything on a student's page; `zone` is where she is now, `said` what she told us of it herself."""

    person: Person
    unit: str
    counsellor: str | None
    trip: Trip | None
    phase: Phase | None
    trips: list[Trip]
    zone: str
    said: Move | None
    ways: list[Way]
    cases: list[CaseSeen]
    timeline: list[Asked]
    upcoming: list[Prompt]
    history: list[HistoryLine]
    notices: list[Delivery]
    """Messages of the office to her, the newest first, without their words."""
    agreed: list[Agreement]
    looks: list[Look]
    passed: tuple[str, date] | None = None
    """Who looks after her in place of her counsellor, and until when."""
    left_out: bool = False
    """Whether she wishes that this reader hears nothing of her."""
    mend: Mend | None = None
    """What to do first where no address carries anything now; None where one does, be it a page that waits for her."""


def view_person(
    conn: Connection, scope: Scope, number: str, now: datetime, live: Live | None = None
) -> PersonView | None:
    """Return a student's page; None when there is no such student in this scope, without saying which.

    `live` are the channels that are switched on.
    """
    person = find(conn, scope, number, now)
    if person is None:
        return None
    trips = trip_store.of_person(conn, person.id)
    moves = moves_store.live_of(conn, [person.id]).get(person.id, ())
    here = where(trips, moves, person, now)
    shown = _prompts(conn, person.id)
    deliveries = _deliveries(conn, person.id, [prompt.id for prompt in shown])
    found = _cases(conn, scope, person)
    named = people_store.by_ids(
        conn, {person.counsellor_id or 0} | {case.acknowledged_by for case in found if case.acknowledged_by}
    )
    counsellor = named.get(person.counsellor_id or 0)
    ways = ways_of(conn, [person.id], now, live).get(person.id, [])
    return PersonView(
        person=person,
        unit=people_store.unit_paths(conn).get(person.unit_id or 0, ""),
        counsellor=counsellor.name if counsellor else None,
        trip=here.trip,
        phase=phase(here.trip, here.today) if here.trip else None,
        trips=trips,
        zone=here.zone,
        said=here.said,
        ways=ways,
        cases=[CaseSeen(case, _name(named, case.acknowledged_by)) for case in found],
        timeline=[
            Asked(
                prompt,
                shown_answer(scope, prompt, person.counsellor_id, person.stand_in_id),
                deliveries.get(prompt.id, []),
            )
            for prompt in shown
        ],
        upcoming=next_of(conn, person.id),
        history=[one for one in history(conn, person.id) if not (one.is_agreed and scope.is_left_out(person))],
        notices=_notices(conn, person.id),
        agreed=[] if scope.is_left_out(person) else agreed_with(conn, person.id),
        looks=looks_at(conn, person.id),
        passed=with_whom(conn, [person.id]).get(person.id),
        left_out=scope.is_left_out(person),
        mend=to_mend(ways, person.email, KNOWN if live is None else live) if reach_by(ways) is Reachable.NONE else None,
    )


def find(conn: Connection, scope: Scope, number: str, now: datetime) -> Person | None:
    """Return a student by number where the scope holds her."""
    query = select(people.c.id).where(people.c.number == number, scope.students(now.astimezone(UTC).date()))
    found = conn.execute(query).scalar()
    return None if found is None else people_store.by_id(conn, found)


def may_see_case(scope: Scope, case: Case, person: Person) -> bool:
    """Tell whether a case of a student in scope may be seen: a hard week only by whom she chose, while she does."""
    if case.reason is not Reason.HARD:
        return True
    return case.outcome != TAKEN_BACK and scope.sees_hard(case.share_with, person.counsellor_id, person.stand_in_id)


def _prompts(conn: Connection, person_id: int) -> list[Prompt]:
    never_opened = and_(prompts.c.state.in_([State.WITHDRAWN.value, State.EXCUSED.value]), prompts.c.asked_at.is_(None))
    query = (
        select(prompts)
        .where(prompts.c.person_id == person_id, prompts.c.state != State.SCHEDULED.value, ~never_opened)
        .where(prompts.c.kind != SESSION)  # what her branch holds is its own matter
        .order_by(prompts.c.opens_at.desc(), prompts.c.id.desc())
        .limit(TIMELINE)
    )
    return [prompt_in(row) for row in conn.execute(query)]


def _deliveries(conn: Connection, person_id: int, prompt_ids: Sequence[int]) -> dict[int, list[Delivery]]:
    columns = (outbox.c.prompt_id, outbox.c.kind, outbox.c.channel, outbox.c.state, outbox.c.reason)
    seen = exists(select(attempts.c.id).where(attempts.c.outbox_id == outbox.c.id, attempts.c.shown_at.is_not(None)))
    query = (
        select(*columns, outbox.c.accepted_at, outbox.c.next_try_at, seen.label("seen"))
        .where(outbox.c.prompt_id.in_(prompt_ids), outbox.c.person_id == person_id, outbox.c.kind.in_(_ASKING))
        .order_by(outbox.c.id)
    )
    found: dict[int, list[Delivery]] = {}
    for row in conn.execute(query):
        at = row.accepted_at or row.next_try_at
        lies_there = row.channel in PULL_ONLY and row.state == OutboxState.ACCEPTED.value
        sent = Delivery(row.kind, row.channel, row.state, row.reason, at, bool(row.seen) if lies_there else None)
        found.setdefault(row.prompt_id, []).append(sent)
    return found


def _notices(conn: Connection, person_id: int) -> list[Delivery]:
    columns = (outbox.c.kind, outbox.c.channel, outbox.c.state, outbox.c.reason, outbox.c.accepted_at)
    mine = (outbox.c.person_id == person_id, outbox.c.template == NOTICE)
    query = select(*columns, outbox.c.next_try_at).where(*mine).order_by(outbox.c.id.desc()).limit(NOTICES)
    return [
        Delivery(row.kind, row.channel, row.state, row.reason, row.accepted_at or row.next_try_at, None)
        for row in conn.execute(query)
    ]


def _cases(conn: Connection, scope: Scope, person: Person) -> list[Case]:
    """Return the cases that may be seen: what is open first, then what was."""
    over = cases.c.state == CaseState.RESOLVED.value
    query = select(cases).where(cases.c.person_id == person.id).order_by(over, cases.c.id.desc()).limit(TIMELINE)
    found = [from_row(row) for row in conn.execute(query)]
    chosen = [case for case in found if case.reason is Reason.HARD or not scope.is_left_out(person)]
    return [case for case in chosen if may_see_case(scope, case, person)]


def _name(named: dict[int, Person], person_id: int | None) -> str | None:
    return named[person_id].name if person_id in named else None
