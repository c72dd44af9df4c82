"""A counsellor is away for a while: a colleague looks after some of her students until a day, then she does again.

Called by the console, by an import that names another counsellor, and by the scheduler at midnight where she is. Her
cases go with the student; a hard week stays with whom the student chose, until she chooses somebody else.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.engine.deeds import hand_over
from bot.engine.escalating import tell_too
from bot.engine.hard_weeks import forget_stand_in, open_with_counsellor
from bot.engine.stand_in_words import tell_counsellors, tell_her_it_begins, tell_her_it_is_over
from bot.journal import store as journal
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.policies.model import Whom
from bot.stand_ins import store
from bot.stand_ins.model import How, StandIn
from bot.stand_ins.rules import ends_at, fault_of_day

BATCH = 50


def fault_of(conn: Connection, to_id: int | None, until: date | None, zone: str, now: datetime) -> str:
    """Return why nobody can be passed on to somebody until a day in a zone; "" when it can be.

    `nobody` (no such counsellor), `left`, `supervisor` (never for safety), `unreached` (no alarm would arrive), or a
    word of `bot.stand_ins.rules.fault_of_day`.
    """
    colleague = None if to_id is None else people_store.by_id(conn, to_id)
    if colleague is None:
        return "nobody"
    if colleague.absent_at is not None or colleague.left_at is not None:
        return "left"
    if colleague.has_role(RoleKind.SUPERVISOR):
        return "supervisor"
    if not colleague.has_role(RoleKind.COUNSELLOR):
        return "nobody"
    if not addresses_store.working_of(conn, [colleague.id]).get(colleague.id):
        return "unreached"
    return fault_of_day(until, zone, now)


def begin(conn: Connection, person_id: int, to_id: int, until: date, by_id: int, now: datetime) -> str:
    """Pass a student on; return "", `already` (somebody stands in for her) or `not_so` (nobody can, or not for her)."""
    person = people_store.by_id(conn, person_id, lock=True)
    counsellor = None if person is None else people_store.by_id(conn, person.counsellor_id or 0)
    if person is None or counsellor is None or person.skips_counsellor or to_id in {counsellor.id, person.id}:
        return "not_so"
    if person.stand_in_id is not None:
        return "already"
    if fault_of(conn, to_id, until, counsellor.zone, now):
        return "not_so"
    over = ends_at(until, counsellor.zone)
    one = StandIn(0, person_id, counsellor.id, to_id, by_id, until, began_at=now, ends_at=over)
    one = replace(one, id=store.add(conn, one))
    people_store.update_person(conn, person_id, stand_in_id=to_id)
    _journal(conn, "person.passed_on", person_id, by_id, now, to=to_id, until=until.isoformat())
    _cases_go(conn, person_id, counsellor.id, to_id, now)
    tell_her_it_begins(conn, one, open_with_counsellor(conn, person_id), now)
    return ""


def end(conn: Connection, one: StandIn, how: How, now: datetime, actor_id: int | None = None) -> bool:
    """Bring a student back to her counsellor, once; False when she was back already."""
    person = people_store.by_id(conn, one.person_id, lock=True)
    if person is None or not store.end(conn, one.id, how, now):
        return False
    people_store.update_person(conn, one.person_id, stand_in_id=None)
    _journal(conn, "person.came_back", one.person_id, actor_id, now, **{"from": one.to_id, "how": how.value})
    asks_about = forget_stand_in(conn, one.person_id, now)
    if person.counsellor_id is not None:
        _cases_go(conn, one.person_id, one.to_id, person.counsellor_id, now)
    tell_her_it_is_over(conn, one, person, asks_about, now)
    number = store.number_ended(conn, one, how)
    if number is not None and how is not How.CHANGED:
        tell_counsellors(conn, one, number, how, now)
    return True


def end_changed(conn: Connection, person_ids: list[int], now: datetime, actor_id: int | None) -> None:
    """End it for students for whom a roster names another counsellor: that one looks after them from now on."""
    for one in store.live_among(conn, person_ids).values():
        end(conn, one, How.CHANGED, now, actor_id)


def bring_back(conn: Connection, now: datetime, limit: int = BATCH) -> int:
    """End up to `limit` that are over; return how many. Whoever is brought back at this moment is not, twice."""
    present = people_store.ids_with_role(conn, RoleKind.COUNSELLOR)
    return sum(end(conn, one, how, now) for one, how in store.due(conn, now, present, limit))


def _cases_go(conn: Connection, person_id: int, giver_id: int, taker_id: int, now: datetime) -> None:
    for case in cases_store.going_on(conn, person_id):
        if case.reason is Reason.HARD:
            continue
        if case.is_held and case.acknowledged_by == giver_id:
            hand_over(conn, case.id, giver_id, taker_id, now)
        elif case.state is CaseState.OPEN and _is_known(conn, case, taker_id):
            tell_too(conn, case, taker_id, now)


def _is_known(conn: Connection, case: Case, taker_id: int) -> bool:
    """Tell whether any of the staff was told already, and this one was not: else the ladder comes to that by itself."""
    told = cases_store.alarmed_as(conn, case.id)
    return taker_id not in told and any(role != Whom.BUDDY.value for role in told.values())


def _journal(conn: Connection, action: str, person_id: int, actor_id: int | None, now: datetime, **detail: Any) -> None:
    journal.write(conn, [journal.line(now, action, person_id=person_id, actor_id=actor_id, **detail)])
