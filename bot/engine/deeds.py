"""What members of staff do with a case, and what she says of it herself: each deed is done once, by one person.

Called by the buttons in chat and by the console. Of two people at once one wins, and the other is told who.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import HELD, Case, CaseState, Reason
from bot.cases.rules import ENDED_BY_STAFF, may_reopen
from bot.engine.casework import begin_again, drop_waiting, end, to_helper, told_staff
from bot.engine.escalating import go_on, policy_of
from bot.engine.line import catch_up
from bot.engine.on_duty import on_duty
from bot.engine.telling import not_before_her_morning, tell, wake
from bot.engine.where_cried import tell_there_too
from bot.engine.who_helps import left_out, load_helpers
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.people.model import Person
from bot.policies.model import Whom
from bot.policies.rules import holds_for, wait_before
from bot.prompts.model import ShareWith

SPOKEN = "spoken"
OUTCOMES = ENDED_BY_STAFF
TRIED = frozenset({"called", "no_answer", "wrote"})
LONGEST_SNOOZE = {Reason.URGENT: timedelta(hours=4)}
LONGEST_SNOOZE_ELSE = timedelta(days=7)


@dataclass(frozen=True)
class Deed:
    """Whether it was done, the case as it is now, and why not.

    `why` is "" when it was done, else: over (the case is resolved), taken (somebody else looks after it), open (nobody
    does, or another case for the same reason is open), not_yours, not_spoken (an urgent case ends when somebody has
    spoken with her), past (an instant that is over), too_long.
    """

    done: bool
    why: str
    case: Case


def acknowledge(conn: Connection, case_id: int, staff_id: int, now: datetime) -> Deed:
    """Take a case that nobody has: everybody else who was told hears who it is, and so does the student."""
    case = _case(conn, case_id)
    if not _take(conn, case, [CaseState.OPEN], staff_id, now):
        case = _case(conn, case_id)
        if case.acknowledged_by == staff_id and case.is_held:
            return Deed(done=True, why="", case=case)
        return Deed(done=False, why="over" if case.state is CaseState.RESOLVED else "taken", case=case)
    return _taken(conn, case, staff_id, "acknowledged", now)


def take_over(conn: Connection, case_id: int, staff_id: int, now: datetime) -> Deed:
    """Take a case, also from whoever has it; that person is told."""
    case = _case(conn, case_id)
    if case.is_held and case.acknowledged_by == staff_id:
        return Deed(done=True, why="", case=case)
    if not _take(conn, case, [CaseState.OPEN, *HELD], staff_id, now):
        return Deed(done=False, why="over", case=_case(conn, case_id))
    return _taken(conn, case, staff_id, "took_over", now)


def hand_over(conn: Connection, case_id: int, staff_id: int, to_id: int, now: datetime) -> Deed:
    """Give a case to somebody else who may look after her; without a deed in time it goes on to the others."""
    case = _case(conn, case_id)
    receiver = people_store.by_id(conn, to_id)
    if receiver is None or to_id == staff_id or not may_act(conn, case, receiver, now):
        return Deed(done=False, why="not_yours", case=case)
    if not _take(conn, case, [CaseState.OPEN, *HELD], to_id, now):
        return Deed(done=False, why="over", case=_case(conn, case_id))
    held = _case(conn, case_id)
    _told_of(conn, held, "handed_over", staff_id, now, to_id=to_id)
    drop_waiting(conn, case_id)
    whom = Whom.CHOSEN if case.reason is Reason.HARD else Whom.OFFICE
    cases_store.record_alarm(conn, case_id, to_id, now, whom.value)
    giver = people_store.by_id(conn, staff_id)
    handed_by = giver.name if giver else ""
    to_helper(conn, held, to_id, "staff/case_handed", now, kind=Kind.ALARM, handed_by=handed_by)
    if policy_of(conn, held).wakes:
        key = f"case:{case_id}:{to_id}:handed:{int(now.timestamp() * 1000)}:wake"
        wake(conn, to_id, "staff/wake", key=key, now=now, about_id=case.person_id, case_id=case_id)
    _tell_the_others(conn, held, {staff_id, to_id}, now, handed=True)
    catch_up(conn, held, now)
    return Deed(done=True, why="", case=held)


def note(conn: Connection, case_id: int, staff_id: int, text: str, now: datetime) -> Deed:
    """Keep what somebody wrote, sealed; it counts as a deed."""
    case = _case(conn, case_id)
    events.add(conn, case_id, "note", now, actor_id=staff_id, note=text)
    return _did(conn, case, staff_id, "note", now)


def contacted(conn: Connection, case_id: int, staff_id: int, how: str, now: datetime) -> Deed:
    """Keep that somebody tried to reach her; ValueError when `how` is none of `TRIED`."""
    if how not in TRIED:
        raise ValueError(f"one calls, gets no answer or writes, but not {how!r}")
    case = _case(conn, case_id)
    events.add(conn, case_id, "contacted", now, actor_id=staff_id, word=how)
    return _did(conn, case, staff_id, f"contacted_{how}", now)


def acted(conn: Connection, case_id: int, staff_id: int, deed: str, now: datetime, *, text: str | None = None) -> Deed:
    """Count something else that somebody did for her, say a message through the bot, as a deed; `text` is sealed."""
    case = _case(conn, case_id)
    events.add(conn, case_id, deed, now, actor_id=staff_id, note=text)
    return _did(conn, case, staff_id, deed, now)


def snooze(conn: Connection, case_id: int, staff_id: int, until: datetime, now: datetime) -> Deed:
    """Put a case off until an instant; whoever did looks after it, is reminded then, and it goes on if nothing is."""
    case = _case(conn, case_id)
    if until <= now:
        return Deed(done=False, why="past", case=case)
    if until > now + LONGEST_SNOOZE.get(case.reason, LONGEST_SNOOZE_ELSE):
        return Deed(done=False, why="too_long", case=case)
    if case.is_held and case.acknowledged_by != staff_id:
        return Deed(done=False, why="taken", case=case)
    if case.state is CaseState.OPEN:
        done = acknowledge(conn, case_id, staff_id, now)
        if not done.done:
            return done
    values = {"state": CaseState.SNOOZED.value, "next_at": until, "acted_at": now}
    if not cases_store.move_state(conn, case_id, HELD, **values):
        return Deed(done=False, why="over", case=_case(conn, case_id))
    events.add(conn, case_id, "snoozed", now, actor_id=staff_id, until=until)
    _journal(conn, case, "snoozed", staff_id, now)
    return Deed(done=True, why="", case=_case(conn, case_id))


def resolve(conn: Connection, case_id: int, staff_id: int, outcome: str, now: datetime) -> Deed:
    """End a case; a call for help ends when somebody has spoken with her. ValueError when there is no such outcome."""
    if outcome not in OUTCOMES:
        raise ValueError(f"a case ends as {', '.join(sorted(OUTCOMES))}, not {outcome!r}")
    case = _case(conn, case_id)
    if case.reason is Reason.URGENT and outcome != SPOKEN:
        return Deed(done=False, why="not_spoken", case=case)
    if case.state is CaseState.OPEN:  # and the end of it is all that the others need to hear
        _take(conn, case, [CaseState.OPEN], staff_id, now)
    done = end(conn, case_id, staff_id, outcome, now)
    return Deed(done=done, why="" if done else "over", case=_case(conn, case_id))


def reopen(conn: Connection, case_id: int, staff_id: int, now: datetime) -> Deed:
    """Open a case again that somebody had ended, from the first step of its policy."""
    case = _case(conn, case_id)
    if case.state is CaseState.RESOLVED and not may_reopen(case):
        return Deed(done=False, why="over", case=case)
    others = cases_store.going_on(conn, case.person_id)
    if case.state is not CaseState.RESOLVED or any(one.reason is case.reason for one in others):
        return Deed(done=False, why="open", case=case)
    try:
        with conn.begin_nested():
            opened = begin_again(conn, case, now)
    except IntegrityError:  # another one for the same reason has been opened at this moment
        return Deed(done=False, why="open", case=case)
    _told_of(conn, opened, "reopened", staff_id, now)
    return Deed(done=True, why="", case=go_on(conn, opened, now))


def false_alarm(conn: Connection, case_id: int, student_id: int, now: datetime) -> Deed:
    """She says that her call was a false alarm: everybody hears so and the steps slow down, but the case stays.

    Whoever holds her phone could press that; it ends when somebody has spoken with her.
    """
    case = _case(conn, case_id)
    if case.person_id != student_id or case.reason is not Reason.URGENT:
        return Deed(done=False, why="not_yours", case=case)
    if case.state is CaseState.RESOLVED:
        return Deed(done=False, why="over", case=case)
    if case.slowed_at is not None:
        return Deed(done=True, why="", case=case)
    slowed = replace(case, slowed_at=now)
    wait = wait_before(policy_of(conn, case), case.step, slowed=True)
    changed = {"slowed_at": now}
    if case.state is CaseState.OPEN and wait is not None:
        changed["next_at"] = (case.told_at or now) + wait
    cases_store.update(conn, case_id, **changed)
    events.add(conn, case_id, "false_alarm", now, actor_id=student_id)
    _journal(conn, case, "false_alarm", student_id, now)
    for helper_id in told_staff(conn, case_id):
        to_helper(conn, slowed, helper_id, "staff/false_alarm", now)
    return Deed(done=True, why="", case=_case(conn, case_id))


def may_act(conn: Connection, case: Case, person: Person, now: datetime) -> bool:
    """Tell whether somebody may look after a case: whoever was alarmed as staff, has it, or has her in scope.

    Of a hard week only whom she chose; a friend and a supervisor never. `now` is for who is on duty.
    """
    if person.absent_at is not None or person.left_at is not None or person.id == case.person_id:
        return False
    student = people_store.by_id(conn, case.person_id)
    if student is None:
        return False
    helpers = load_helpers(conn, [student])
    if case.reason is Reason.HARD:
        return case.share_with is not None and person.id in helpers.for_hard(student, ShareWith(case.share_with))
    role = cases_store.alarmed_as(conn, case.id).get(person.id)
    if person.id in helpers.all_of(student) or role not in {None, Whom.BUDDY.value}:
        return True
    return person.id not in left_out(student) and person.id in on_duty(conn, [student], now).get(student.id, ())


def _case(conn: Connection, case_id: int) -> Case:
    """Return a case, locked: nobody takes it and no step of it comes between this look and what is done by it."""
    case = cases_store.by_id(conn, case_id, locked=True)
    if case is None:
        raise LookupError("there is no such case")
    return case


def _take(conn: Connection, case: Case, states: list[CaseState], staff_id: int, now: datetime) -> bool:
    next_at = now + holds_for(policy_of(conn, case), acted=False)
    values = {"acknowledged_by": staff_id, "acknowledged_at": now, "acted_at": None, "next_at": next_at}
    return cases_store.move_state(conn, case.id, states, state=CaseState.ACKNOWLEDGED.value, **values)


def _taken(conn: Connection, before: Case, staff_id: int, deed: str, now: datetime) -> Deed:
    case = _case(conn, before.id)
    _told_of(conn, case, deed, staff_id, now)
    drop_waiting(conn, case.id)
    _tell_the_others(conn, case, {staff_id}, now, before.acknowledged_by)
    catch_up(conn, case, now)
    return Deed(done=True, why="", case=case)


def _tell_the_others(
    conn: Connection, case: Case, but: set[int], now: datetime, before: int | None = None, *, handed: bool = False
) -> None:
    others = dict.fromkeys([*told_staff(conn, case.id), *([before] if before is not None else [])])
    for helper_id in others:
        if helper_id not in but:
            to_helper(conn, case, helper_id, "staff/case_taken", now, by_id=case.acknowledged_by)
    if case.reason in (Reason.URGENT, Reason.HARD):
        key = f"case:{case.id}:taken:{case.acknowledged_by}:student:{int(now.timestamp() * 1000)}"
        data = {"by_id": case.acknowledged_by, "handed": handed}  # whoever was handed it has not seen it yet
        if case.reason is Reason.URGENT:
            since = case.opened_at
            tell_there_too(
                conn, case.person_id, "student/case_taken", key=key, priority=Priority.REPLY, now=now, since=since,
                data=data, case_id=case.id,
            )  # fmt: skip
            return
        morning = not_before_her_morning(conn, case.person_id, now)
        tell(
            conn, case.person_id, Kind.REPLY, "student/case_taken", key=key, priority=Priority.REPLY, now=now,
            data=data, case_id=case.id, not_before=morning,
        )  # fmt: skip


def _did(conn: Connection, case: Case, staff_id: int, deed: str, now: datetime) -> Deed:
    """Let a deed hold off the next step, where the case is held by whoever did it; snoozed ones keep their instant."""
    if case.state is CaseState.ACKNOWLEDGED and case.acknowledged_by == staff_id:
        held = holds_for(policy_of(conn, case), acted=True)
        cases_store.update(conn, case.id, acted_at=now, next_at=now + held)
    _journal(conn, case, deed, staff_id, now)
    return Deed(done=True, why="", case=_case(conn, case.id))


def _told_of(
    conn: Connection, case: Case, deed: str, staff_id: int, now: datetime, *, to_id: int | None = None
) -> None:
    events.add(conn, case.id, deed, now, actor_id=staff_id, to_id=to_id)
    _journal(conn, case, deed, staff_id, now)


def _journal(conn: Connection, case: Case, deed: str, actor_id: int, now: datetime) -> None:
    line = journal.line(now, f"case.{deed}", person_id=case.person_id, actor_id=actor_id, case_id=case.id)
    journal.write(conn, [line])
