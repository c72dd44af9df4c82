"""What holds of a whole school at any moment, read from its tables; each check returns faults in plain words."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from bot.addresses.model import PULL_ONLY
from bot.cases.model import GIVEN_UP, HELD, CaseState, Reason
from bot.cases.store import case_alarms, cases
from bot.engine.replanning import PlanCount, replan
from bot.journal.store import journal
from bot.outbox.model import Kind, OutboxState, ResultKind
from bot.outbox.store import attempts, outbox
from bot.people.model import RoleKind
from bot.people.store import people, roles
from bot.prompts.model import FAILED, RUNNING, ShareWith, State
from bot.prompts.store import answers, prompts
from bot.trips.store import trips
from scheduler.watchdog import without_next
from tests.support.lives import Lives
from tests.support.lives_rows import row_faults

_ASKING = [Kind.QUESTION.value, Kind.REMINDER.value]
_LONGEST_GAP = timedelta(days=32)
"""No programme of the machines lets more days than this go by between two check-ins."""


def faults(lives: Lives) -> list[str]:
    """Return everything that is wrong."""
    found = [*lives.post.wrong, *row_faults(lives.all_prompts())]
    for check in (_cases, _silences, _asked, _hard_weeks, _all_clears, _audience):
        with lives.db.engine.connect() as conn:
            found += check(conn, lives)
    return found + _planning(lives)


def _cases(conn: Connection, lives: Lives) -> Iterator[str]:
    open_ones = (
        select(cases.c.person_id, cases.c.reason, func.count())
        .where(cases.c.state != CaseState.RESOLVED.value)
        .group_by(cases.c.person_id, cases.c.reason)
        .having(func.count() > 1)
    )
    for row in conn.execute(open_ones):
        yield f"more than one case is open: {tuple(row)}"
    told = exists().where(case_alarms.c.case_id == cases.c.id)
    late = cases.c.next_at <= lives.now  # a policy may wait before its first step
    for case_id in conn.execute(select(cases.c.id).where(~told, cases.c.state == "open", late)).scalars():
        yield f"nobody was told of case {case_id}"
    idle = select(cases.c.id, cases.c.state).where(
        cases.c.state != CaseState.RESOLVED.value,
        cases.c.next_at.is_(None),
        ~and_(cases.c.reason == Reason.HARD.value, cases.c.state == CaseState.OPEN.value),
    )
    for case in conn.execute(idle):
        yield f"case {case.id} is {case.state} and will never come up again"
    ownerless = cases.c.acknowledged_by.is_(None) == cases.c.state.in_([state.value for state in HELD])
    for case in conn.execute(select(cases.c.id, cases.c.state).where(ownerless, cases.c.state != "resolved")):
        yield f"case {case.id} is {case.state}, and its owner says otherwise"
    supervisors = select(roles.c.person_id).where(roles.c.kind == RoleKind.SUPERVISOR.value)
    told_wrongly = select(case_alarms.c.case_id).where(
        or_(case_alarms.c.person_id.in_(supervisors), case_alarms.c.person_id == cases.c.person_id),
        case_alarms.c.case_id == cases.c.id,
    )
    for case_id in conn.execute(told_wrongly).scalars():
        yield f"case {case_id} was told to a supervisor or to herself"


def _silences(conn: Connection, _lives: Lives) -> Iterator[str]:
    noted = exists().where(
        journal.c.prompt_id == prompts.c.id,
        journal.c.action.in_(["case.opened", "case.added_to"]),
        journal.c.case_id.is_not(None),
    )
    failed = prompts.c.state.in_([state.value for state in FAILED])
    for prompt_id in conn.execute(select(prompts.c.id).where(failed, ~noted)).scalars():
        yield f"prompt {prompt_id} ended in silence and nobody looks after it"


def _asked(conn: Connection, _lives: Lives) -> Iterator[str]:
    """`asked_at` is when a message was accepted, her page was looked at or she answered, and nothing else."""
    of_prompt = outbox.c.id == attempts.c.outbox_id, outbox.c.prompt_id == prompts.c.id, outbox.c.kind.in_(_ASKING)
    pushed = exists().where(
        *of_prompt,
        attempts.c.result == ResultKind.ACCEPTED.value,
        attempts.c.finished_at == prompts.c.asked_at,
        outbox.c.channel.not_in(PULL_ONLY),
    )
    seen = exists().where(*of_prompt, attempts.c.shown_at == prompts.c.asked_at)
    answered = exists().where(answers.c.prompt_id == prompts.c.id, answers.c.at == prompts.c.asked_at)
    query = select(prompts.c.id).where(prompts.c.asked_at.is_not(None), ~or_(pushed, seen, answered))
    for prompt_id in conn.execute(query).scalars():
        yield f"prompt {prompt_id} counts as asked and was not"


def _hard_weeks(conn: Connection, lives: Lives) -> Iterator[str]:
    chosen = {
        ShareWith.COUNSELLOR.value: {lives.counsellor},
        ShareWith.OFFICE.value: {lives.office},
        ShareWith.SUPPORT.value: {lives.support},
    }
    for case in conn.execute(select(cases).where(cases.c.reason == Reason.HARD.value)):
        alarmed = select(case_alarms.c.person_id).where(case_alarms.c.case_id == case.id)
        told = set(conn.execute(alarmed).scalars())
        if told != chosen.get(case.share_with or "", set()):
            yield f"case {case.id} was told to {told}, she chose {case.share_with}"
        written = select(outbox.c.person_id).where(outbox.c.case_id == case.id)
        others = set(conn.execute(written).scalars()) - told - {case.person_id}
        if others:
            yield f"{others} were written to about the hard week of case {case.id}"


def _all_clears(conn: Connection, _lives: Lives) -> Iterator[str]:
    """Whoever heard of a case or has it hears its end, friends too, and nobody else; who ended it needs no word.

    A hard week that she took back or gave to somebody else ends silently.
    """
    query = select(cases.c.id, cases.c.acknowledged_by).where(
        cases.c.state == CaseState.RESOLVED.value, cases.c.outcome.not_in(sorted(GIVEN_UP))
    )
    for case in conn.execute(query).all():
        heard = _receivers(conn, case.id, Kind.ALARM, reached=True)
        cleared = _receivers(conn, case.id, Kind.CLEAR, template="%/all_clear")
        enders = select(journal.c.actor_id).where(journal.c.case_id == case.id, journal.c.action == "case.resolved")
        ender = set(conn.execute(enders).scalars())
        has_it = {case.acknowledged_by} - {None}  # taken without having been alarmed, in the console say
        if (heard | has_it) - cleared - ender:
            yield f"{(heard | has_it) - cleared - ender} heard of case {case.id} and not of its end"
        tried = _receivers(conn, case.id, Kind.ALARM, tried=True)
        if cleared - tried - has_it:
            yield f"{cleared - tried - has_it} hear the end of case {case.id}, of which they never heard"


def _receivers(
    conn: Connection, case_id: int, kind: Kind, *, template: str = "", reached: bool = False, tried: bool = False
) -> set[int]:
    query = select(outbox.c.person_id).where(outbox.c.case_id == case_id, outbox.c.kind == kind.value)
    if template:
        query = query.where(outbox.c.template.like(template))
    if reached:
        query = query.where(outbox.c.state.in_([OutboxState.ACCEPTED.value, OutboxState.UNKNOWN.value]))
    if tried:
        query = query.where(exists().where(attempts.c.outbox_id == outbox.c.id))
    return set(conn.execute(query).scalars())


def _audience(conn: Connection, lives: Lives) -> Iterator[str]:
    """Everyone in an audience has a next row: as the watchdog sees it, and by counting days."""
    missing, _ = without_next(conn, lives.programmes, lives.now, 0, 500)
    if missing:
        yield f"{missing} students lack a row that the plan wants"
    programme = lives.programmes.current(conn)
    item = programme.item("checkin")
    assert item is not None
    query = select(trips, people.c.left_at, people.c.paused_until).join(people, people.c.id == trips.c.person_id)
    for trip in conn.execute(query.where(trips.c.cancelled_at.is_(None), people.c.left_at.is_(None))).all():
        start = max(lives.now.date(), trip.departs, trip.paused_until or trip.departs)
        long_enough = (trip.returns - trip.departs).days + 1 >= (item.audience.min_days or 0)
        if not long_enough or trip.returns - start <= _LONGEST_GAP:
            continue
        ahead = exists().where(
            prompts.c.trip_id == trip.id, prompts.c.item == "checkin", prompts.c.state == State.SCHEDULED.value
        )
        if not conn.execute(select(ahead)).scalar():
            yield f"trip {trip.key} has weeks ahead and no check-in"


def _planning(lives: Lives) -> list[str]:
    """Planning once more changes nothing: measured in a transaction that is then given up."""

    def twice(conn: Connection) -> Any:
        nested = conn.begin_nested()
        replan(conn, lives.students, lives.programmes, lives.now)
        second = replan(conn, lives.students, lives.programmes, lives.now)
        nested.rollback()
        return second

    second = lives.db.write(twice)
    return [] if second == PlanCount() else [f"planning again changed {second}"]


def left_lying(lives: Lives) -> list[str]:
    """Return what should be over once enough time has gone by and everything works."""
    old = lives.now - timedelta(days=1)
    stale = [row for row in lives.all_prompts() if row.state in RUNNING and row.due_at < old]
    found = [f"prompt {row.id} still runs, it was due at {row.due_at}" for row in stale]
    overdue = [row for row in lives.all_prompts() if row.next_at is not None and row.next_at <= lives.now]
    found += [f"prompt {row.id} was due at {row.next_at} and nothing happened" for row in overdue]
    query = select(outbox.c.key).where(
        outbox.c.state.in_([OutboxState.WAITING.value, OutboxState.SENDING.value]), outbox.c.next_try_at <= lives.now
    )
    keys = lives.db.read(lambda conn: list(conn.execute(query).scalars()))
    return found + [f"message {key} still waits" for key in keys]
