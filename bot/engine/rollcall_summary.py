"""What came of a closed roll-call, told to whom it concerns: who started and closed it, the office, and counsellors,
who hear of their own students only.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from bot.engine.case_rules import tell_at
from bot.engine.rollcall_facts import of_rollcall
from bot.engine.telling import tell
from bot.engine.who_helps import areas_of, load_helpers
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.people.store import people
from bot.rollcalls.model import MemberState, Rollcall
from bot.rollcalls.store import rollcall_members

Counts = dict[str, int]


def tell_summary(conn: Connection, rollcall: Rollcall, now: datetime, base_url: str) -> int:
    """Queue the counts of a closed roll-call; return to how many people. It waits for their morning."""
    by_counsellor = _by_counsellor(conn, rollcall)
    whole = _added(by_counsellor.values())
    helpers = load_helpers(conn, [])
    everything = {rollcall.author_id, rollcall.closed_by} | {
        one for one in helpers.office if not areas_of(helpers.staff[one])
    }
    told: dict[int, tuple[Counts, bool]] = {one: (whole, True) for one in everything if one is not None}
    for counsellor_id, counts in by_counsellor.items():
        if counsellor_id is not None:
            told.setdefault(counsellor_id, (counts, False))
    readers = people_store.by_ids(conn, told)
    present = {one: told[one] for one, person in readers.items() if person.absent_at is None and person.left_at is None}
    for person_id, (counts, is_whole) in present.items():
        tell(
            conn,
            person_id,
            Kind.NOTICE,
            "rollcall/closed",
            key=f"rollcall:{rollcall.id}:closed:{person_id}",
            priority=Priority.BULK,
            now=now,
            data=of_rollcall(rollcall)
            | {"counts": counts, "total": sum(counts.values()), "is_whole": is_whole}
            | {"url": f"{base_url}/console/rollcalls/{rollcall.id}"},
            not_before=tell_at(now, readers[person_id].zone, wakes=False),
        )
    return len(present)


def _by_counsellor(conn: Connection, rollcall: Rollcall) -> dict[int | None, Counts]:
    table = rollcall_members
    hers = case((people.c.skips_counsellor, None), else_=people.c.counsellor_id)  # whom she leaves out hears nothing
    query = (
        select(hers, table.c.state, func.count())
        .join(people, people.c.id == table.c.person_id)
        .where(table.c.rollcall_id == rollcall.id)
        .group_by(hers, table.c.state)
    )
    found: dict[int | None, Counts] = {}
    for counsellor_id, state, number in conn.execute(query):
        found.setdefault(counsellor_id, _nothing())[state] = number
    return found


def _added(several: Iterable[Counts]) -> Counts:
    whole = _nothing()
    for counts in several:
        for state, number in counts.items():
            whole[state] += number
    return whole


def _nothing() -> Counts:
    return {state.value: 0 for state in MemberState}
