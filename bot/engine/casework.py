"""Cases begin and end: opened and told to whoever must know, ended with the all-clear to exactly those.

What members of staff do with a case lies in `bot/engine/deeds.py`, how it goes on by itself in
`bot/engine/escalating.py`. The journal has every step.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import HELD, Case, CaseState, Reason
from bot.engine.case_rules import tell_at
from bot.engine.escalating import go_on, policy_of
from bot.engine.facts import load_facts
from bot.engine.line import closed
from bot.engine.telling import tell
from bot.journal import store as journal
from bot.outbox.attempts import may_have_arrived
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.policies import store as policies_store
from bot.policies.model import Whom
from bot.prompts.model import ShareWith
from bot.rollcalls import store as rollcalls_store

JUST_TOLD = timedelta(minutes=1)
"""How long a second call for help rings nobody again who is being told of the first."""
SILENT = frozenset({Reason.MISSED, Reason.UNREACHED, Reason.NOT_ASKED, Reason.ROLLCALL})
"""Reasons that only silence gives: a word from her ends such a case. Urgent and hard ones are for people to end."""


def open_case(
    conn: Connection,
    person_id: int,
    reason: Reason,
    prompt_id: int | None,
    now: datetime,
    share_with: ShareWith | None = None,
    rollcall_id: int | None = None,
) -> Case:
    """Open a case and tell the first step of its policy; one that is open for the same reason is returned.

    A second call for help tells everybody again and is nobody's, whoever had taken the first; one that nobody has yet
    goes on to its next step at once, unless everybody has only just been told.
    """
    policy_id, policies = policies_store.current(conn)
    case, is_new = cases_store.open_one(
        conn,
        person_id=person_id,
        reason=reason,
        prompt_id=prompt_id,
        share_with=None if share_with is None else share_with.value,
        opened_at=now,
        next_at=None,
        policy_id=policy_id,
        rollcall_id=rollcall_id,
    )
    action = "case.opened" if is_new else "case.added_to"
    line = journal.line(now, action, person_id=person_id, prompt_id=prompt_id, case_id=case.id, reason=reason.value)
    journal.write(conn, [line])
    events.add(conn, case.id, "opened" if is_new else "added_to", now, actor_id=person_id if _by_her(reason) else None)
    if is_new:
        steps = policies.of[reason.value].steps
        if steps and steps[0].after:
            next_at = now + steps[0].after
            cases_store.update(conn, case.id, next_at=next_at)
            return replace(case, next_at=next_at)
        return go_on(conn, case, now)
    return _heard_again(conn, case, now) if reason is Reason.URGENT else case


def _heard_again(conn: Connection, case: Case, now: datetime) -> Case:
    if case.is_held or case.slowed_at is not None:
        return go_on(conn, begin_again(conn, case, now), now, cried_again=True)
    if case.told_at is not None and now - case.told_at < JUST_TOLD:
        return case
    return go_on(conn, case, now, cried_again=True)


def begin_again(conn: Connection, case: Case, now: datetime) -> Case:
    """Give a case back to its first step, open and nobody's: whoever answered the last cry may be asleep."""
    fresh = {"acknowledged_by": None, "acknowledged_at": None, "acted_at": None, "slowed_at": None}
    over = {"resolved_at": None, "outcome": None, "next_at": now, "step": 0}
    cases_store.update(conn, case.id, state=CaseState.OPEN.value, **fresh, **over)
    return replace(case, state=CaseState.OPEN, **fresh, **over)  # type: ignore[arg-type]


def raise_sos(conn: Connection, person_id: int, prompt_id: int | None, now: datetime) -> Case:
    """Open an urgent case at once, or add to the one that is open; one that a drill has led to says so."""
    drill = rollcalls_store.drill_asked_for_help(conn, person_id)
    return open_case(conn, person_id, Reason.URGENT, prompt_id, now, rollcall_id=drill)


def end(conn: Connection, case_id: int, staff_id: int | None, outcome: str, now: datetime) -> bool:
    """End a case with a plain code of what came of it; everyone who was told gets the all-clear. False: it was over."""
    values = {"state": CaseState.RESOLVED.value, "resolved_at": now, "outcome": outcome, "next_at": None}
    if not cases_store.move_state(conn, case_id, [CaseState.OPEN, *HELD], **values):
        return False
    case = cases_store.by_id(conn, case_id)
    if case is None:
        return False
    events.add(conn, case_id, "resolved", now, actor_id=staff_id, word=outcome)
    line = journal.line(
        now, "case.resolved", person_id=case.person_id, actor_id=staff_id, case_id=case_id, outcome=outcome
    )
    journal.write(conn, [line])
    drop_waiting(conn, case_id)
    closed(conn, case, now)
    roles = cases_store.alarmed_as(conn, case_id)
    for helper_id in sorted({*told(conn, case_id), case.acknowledged_by or 0} - {0}):  # whoever has it may be untold
        if helper_id != staff_id:
            is_buddy = roles.get(helper_id) == Whom.BUDDY.value
            to_helper(conn, case, helper_id, "buddy/all_clear" if is_buddy else "staff/all_clear", now, outcome=outcome)
    return True


def all_clear(conn: Connection, person_id: int, outcome: str, now: datetime) -> list[Case]:
    """End the cases that only silence had opened: she has been heard. Return those that go on."""
    found = cases_store.going_on(conn, person_id)
    for case in found:
        if case.reason in SILENT:
            end(conn, case.id, None, outcome, now)
    return [case for case in found if case.reason not in SILENT]


def told(conn: Connection, case_id: int) -> list[int]:
    """Return whom an alarm of a case has reached or may have reached: one that never went out needs no all-clear."""
    never = [OutboxState.WITHDRAWN.value, OutboxState.EXPIRED.value]
    query = (
        select(outbox.c.person_id)
        .where(outbox.c.case_id == case_id, outbox.c.kind == Kind.ALARM.value)
        .where(or_(outbox.c.state.not_in(never), may_have_arrived()))
        .distinct()
        .order_by(outbox.c.person_id)
    )
    return list(conn.execute(query).scalars())


def told_staff(conn: Connection, case_id: int) -> list[int]:
    """Return the same without friends, who are asked one question and hear nothing of what staff do."""
    roles = cases_store.alarmed_as(conn, case_id)
    return [one for one in told(conn, case_id) if roles.get(one) != Whom.BUDDY.value]


def drop_waiting(conn: Connection, case_id: int) -> None:
    """Withdraw alarms that have not gone out yet and are no longer wanted."""
    conn.execute(
        outbox.update()
        .where(
            outbox.c.case_id == case_id,
            outbox.c.kind == Kind.ALARM.value,
            outbox.c.state == OutboxState.WAITING.value,
        )
        .values(state=OutboxState.WITHDRAWN.value, reason="case_taken")
    )


def to_helper(
    conn: Connection,
    case: Case,
    helper_id: int,
    template: str,
    now: datetime,
    *,
    kind: Kind = Kind.CLEAR,
    **data: str | int | None,
) -> None:
    """Queue what somebody who helps must know of a case, for her morning unless its policy wakes people."""
    if (helper := load_facts(conn, [helper_id]).get(helper_id)) is None:
        return
    wakes = policy_of(conn, case).wakes
    tell(
        conn,
        helper_id,
        kind,
        template,
        key=f"case:{case.id}:{helper_id}:{template}:{case.acknowledged_by or 0}:{int(now.timestamp() * 1000)}",
        priority=Priority.ALARM if kind is Kind.ALARM and wakes else Priority.REPLY,
        now=now,
        data=dict(data),
        about_id=case.person_id,
        case_id=case.id,
        not_before=tell_at(now, helper.zone_now(now), wakes=wakes),
    )


def _by_her(reason: Reason) -> bool:
    return reason in {Reason.URGENT, Reason.HARD}
