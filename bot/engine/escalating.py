"""A case goes on: the next step of its policy is told, and behind the last one everybody again, until somebody acts.

Called when a case opens, when its time comes, when its alarms are lost, and when a friend says that she cannot help.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import HELD, Case, CaseState, Reason
from bot.engine.case_rules import HARD_UNSEEN_AFTER, says_it_went_on, tell_at
from bot.engine.facts import load_facts
from bot.engine.step_people import people_at
from bot.engine.telling import message, tell, wake
from bot.engine.who_helps import Helpers, left_out, load_helpers
from bot.journal import store as journal
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.people.model import Person
from bot.policies import store as policies_store
from bot.policies.model import Policy, Whom
from bot.policies.rules import wait_before

log = structlog.get_logger()
CANNOT = "cannot"
WENT_ON_FOR = timedelta(minutes=10)
"""How long it is worth telling her that others are being asked now; after an outage she must not read it ten times."""


def policy_of(conn: Connection, case: Case) -> Policy:
    """Return the policy under which a case was opened."""
    return policies_store.version(conn, case.policy_id).of[case.reason.value]


def go_on(
    conn: Connection,
    case: Case,
    now: datetime,
    helpers: Helpers | None = None,
    *,
    lapsed_by: int | None = None,
    cried_again: bool = False,
) -> Case:
    """Tell the next step of an open case and say when the one after it comes; return the case as it is then.

    A step with nobody of the staff to tell is an alarm of its own and is passed over at once. `lapsed_by`: who had
    acknowledged it and did nothing; everybody who was told before is told again then, with the next step, and so they
    are when she has `cried_again`. `helpers` are loaded once by whoever has many cases.
    """
    student = people_store.by_id(conn, case.person_id)
    policy = policy_of(conn, case)
    if student is None or not policy.steps:
        cases_store.update(conn, case.id, next_at=None)
        return replace(case, next_at=None)
    helpers = helpers or load_helpers(conn, [student])
    step, found = _next_people(conn, case, student, policy, helpers, now)
    if lapsed_by is not None or cried_again or not found:
        found = _everybody(conn, case, student, policy, helpers, now) | found
    if says_it_went_on(case.round) and case.reason is Reason.URGENT and not (cried_again or case.slowed_at):
        _tell_her(conn, case, now, lapsed_by)
    news = {"cried_again_at": now.isoformat()} if cried_again else {}
    case = _tell(conn, case, student, found, policy, now, news, lapsed_by=lapsed_by)
    wait = HARD_UNSEEN_AFTER if case.reason is Reason.HARD else wait_before(policy, step, slowed=bool(case.slowed_at))
    changed = {"step": step, "next_at": None if wait is None else now + wait}
    cases_store.update(conn, case.id, **changed)
    return replace(case, **changed)  # type: ignore[arg-type]


def resume(conn: Connection, case: Case, now: datetime, helpers: Helpers | None = None) -> Case:
    """Open a case again whose acknowledgement nobody followed up, and go on with its steps."""
    owner = case.acknowledged_by
    values = {"state": CaseState.OPEN.value, "acknowledged_by": None, "acknowledged_at": None, "acted_at": None}
    if not cases_store.move_state(conn, case.id, HELD, **values):
        return case
    events.add(conn, case.id, "lapsed", now, to_id=owner)
    journal.write(conn, [journal.line(now, "case.lapsed", person_id=case.person_id, actor_id=owner, case_id=case.id)])
    opened = replace(case, state=CaseState.OPEN, acknowledged_by=None, acknowledged_at=None, acted_at=None)
    return go_on(conn, opened, now, helpers, lapsed_by=owner)


def tell_too(conn: Connection, case: Case, helper_id: int, now: datetime) -> None:
    """Alarm one more person about an open case that others were told of: it is in that person's care now too."""
    student = people_store.by_id(conn, case.person_id)
    if student is not None:
        found = {helper_id: Whom.COUNSELLOR}
        _tell(conn, case, student, found, policy_of(conn, case), now, {}, lapsed_by=None)


def buddy_said(conn: Connection, case: Case, buddy_id: int, word: str, now: datetime) -> None:
    """Keep a friend's word for whoever helps; "cannot" brings the next step at once when no other friend may still."""
    before = events.last_words(conn, case.id, "buddy")
    events.add(conn, case.id, "buddy", now, actor_id=buddy_id, word=word)
    if word != CANNOT or case.state is not CaseState.OPEN or case.reason is Reason.URGENT:
        return
    asked = {one for one, role in cases_store.alarmed_as(conn, case.id).items() if role == Whom.BUDDY.value}
    told_staff = set(cases_store.alarmed(conn, case.id)) - asked
    waits_for = {one for one in asked - {buddy_id} if before.get(one) != CANNOT}
    if not told_staff and not waits_for:
        go_on(conn, case, now)


def _next_people(
    conn: Connection, case: Case, student: Person, policy: Policy, helpers: Helpers, now: datetime
) -> tuple[int, dict[int, Whom]]:
    """Return the number of the step after the one that is told now, and whom it tells; nobody: all are through."""
    found: dict[int, Whom] = {}
    for number in range(case.step, len(policy.steps)):
        step = policy.steps[number]
        people = people_at(conn, case, student, step, helpers, now)
        found = people | found
        staffed = set(step.whom) != {Whom.BUDDY}
        if any(whom is not Whom.BUDDY for whom in people.values()) or (people and not staffed):
            return number + 1, found
        if staffed:
            _nobody(conn, case, now, step=number)  # and the next step is told at once
    only_friends = all(whom is Whom.BUDDY for whom in found.values())
    return len(policy.steps), {} if only_friends and case.reason is not Reason.HARD else found


def _everybody(
    conn: Connection, case: Case, student: Person, policy: Policy, helpers: Helpers, now: datetime
) -> dict[int, Whom]:
    """Return every helper that any step names now, and whoever was told before; else the whole office.

    Friends were asked once and are not asked again; nor is a counsellor whom she leaves out since, or who is hers no
    more because somebody stood in only for a while.
    """
    is_hard = case.reason is Reason.HARD  # a choice of hers goes before whom she leaves out
    found = {
        person_id: Whom(role)
        for person_id, role in cases_store.alarmed_as(conn, case.id).items()
        if role != Whom.BUDDY.value and role in set(Whom) and (is_hard or person_id not in left_out(student))
        if role != Whom.COUNSELLOR.value or person_id in {student.counsellor_id, student.stand_in_id}
    }
    for step in policy.steps[: max(case.step, 1)] if case.step < len(policy.steps) else policy.steps:
        people = people_at(conn, case, student, step, helpers, now)
        found = {one: whom for one, whom in people.items() if whom is not Whom.BUDDY} | found
    present = people_store.by_ids(conn, found)
    here = {one: whom for one, whom in found.items() if _is_here(present.get(one))}
    if here or is_hard:
        return here
    return dict.fromkeys(helpers.office, Whom.OFFICE)


def _is_here(person: Person | None) -> bool:
    return person is not None and person.absent_at is None and person.left_at is None


def _nobody(conn: Connection, case: Case, now: datetime, **detail: int) -> None:
    """Note that a step, or without one the whole case, has nobody to tell."""
    line = journal.line(now, "case.nobody_to_tell", person_id=case.person_id, case_id=case.id, **detail)
    journal.write(conn, [line])
    (log.warning if detail else log.error)("nobody to tell about a case", case_id=case.id, **detail)


def _tell(
    conn: Connection,
    case: Case,
    student: Person,
    found: dict[int, Whom],
    policy: Policy,
    now: datetime,
    news: dict[str, str],
    *,
    lapsed_by: int | None,
) -> Case:
    """Queue the alarm of a case to people, each as what she is to it; urgent ones through alarm URLs too."""
    if not found:
        _nobody(conn, case, now)
    lapsed = people_store.by_id(conn, lapsed_by) if lapsed_by is not None else None
    addresses = addresses_store.working_of(conn, found)
    facts = load_facts(conn, found)  # everybody's night is where she is now
    rows, rings = [], False
    for person_id, whom in found.items():
        is_buddy = whom is Whom.BUDDY
        key = f"case:{case.id}:{person_id}:{case.round}"
        rows.append(
            message(
                addresses.get(person_id, []),
                person_id,
                Kind.ALARM,
                "buddy/question" if is_buddy else f"staff/case_{case.reason.value}",
                key=key,
                priority=Priority.ALARM if policy.wakes else Priority.REPLY,
                now=now,
                data=news | ({"lapsed_by": lapsed.name} if lapsed else {}),
                about_id=student.id,
                case_id=case.id,
                prompt_id=case.prompt_id,
                not_before=tell_at(now, facts[person_id].zone_now(now), wakes=policy.wakes),
            )
        )
        cases_store.record_alarm(conn, case.id, person_id, now, whom.value)
        if policy.wakes and not is_buddy:
            called = {"key": f"{key}:wake", "now": now, "about_id": student.id, "case_id": case.id}
            rings |= wake(conn, person_id, "staff/wake", **called)  # type: ignore[arg-type]
    outbox_store.put(conn, rows)
    if rows and not rings and all(row["address_id"] is None for row in rows):
        log.error("nobody who must know of a case has a working address", case_id=case.id, reason=case.reason.value)
    changed = {"round": case.round + 1, "told_at": now}
    cases_store.update(conn, case.id, **changed)
    return replace(case, **changed)  # type: ignore[arg-type]


def _tell_her(conn: Connection, case: Case, now: datetime, lapsed_by: int | None) -> None:
    lapsed = people_store.by_id(conn, lapsed_by) if lapsed_by is not None else None
    tell(
        conn,
        case.person_id,
        Kind.NOTICE,
        "student/case_went_on",
        key=f"case:{case.id}:went_on:{case.round}",
        priority=Priority.ALARM,
        now=now,
        data={"lapsed_by": lapsed.name} if lapsed else {},
        case_id=case.id,
        expires_at=now + WENT_ON_FOR,
    )
