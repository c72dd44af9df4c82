"""Alarms that do not arrive: a second copy goes to the next address of whoever is to be alarmed, and where an alarm is
lost at everybody whom it told, the case goes on to the next people at once. The case's story shows both.

Rung with the cases. An address that fails for good is left by delivery itself; here are those that merely stay silent.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select

from bot.addresses import store as addresses_store
from bot.addresses.model import PULL_ONLY, WAKE_ONLY, Address
from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.cases.store import cases
from bot.engine.escalating import go_on, policy_of
from bot.engine.telling import in_turn
from bot.journal import store as journal
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import attempts, outbox

PATIENCE = timedelta(minutes=1)
"""How long an alarm may fail at one address before a copy goes to the next."""
LOST = (OutboxState.FAILED.value, OutboxState.EXPIRED.value)
_COPY = "~"
"""Stands in the key of a copy, before its number."""
_is_alarm = outbox.c.kind == Kind.ALARM.value


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Look after lost alarms in the caller's transaction; return how many copies and steps that were."""
    return _copies(conn, now, limit) + _go_on(conn, now, limit)


def _copies(conn: Connection, now: datetime, limit: int) -> int:
    """Give an alarm that waits for another try to the next address too; when that fails likewise, to the one after."""
    first_try = select(func.min(attempts.c.started_at)).where(attempts.c.outbox_id == outbox.c.id).scalar_subquery()
    query = (
        select(outbox)
        .join(cases, cases.c.id == outbox.c.case_id)  # few cases are open; to look through what waits would take long
        .where(cases.c.state != CaseState.RESOLVED.value, cases.c.state == CaseState.OPEN.value)
        .where(_is_alarm, outbox.c.state == OutboxState.WAITING.value, outbox.c.tries > 0)
        .where(outbox.c.channel.not_in(WAKE_ONLY))
        .where(first_try <= now - PATIENCE)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    rows = conn.execute(query).all()
    working = addresses_store.working_of(conn, {row.person_id for row in rows})
    return sum(_copy(conn, row, working.get(row.person_id, []), now) for row in rows)


def _copy(conn: Connection, row: Any, working: Sequence[Address], now: datetime) -> int:
    base = row.key.partition(_COPY)[0]
    family = or_(outbox.c.key == base, outbox.c.key.startswith(base + _COPY, autoescape=True))
    query = select(outbox.c.id, outbox.c.address_id).where(outbox.c.person_id == row.person_id, family)
    copies = conn.execute(query.order_by(outbox.c.id)).all()
    if copies[-1].id != row.id:  # a copy is on its way or has arrived
        return 0
    tried = {one.address_id for one in copies}
    left = [one for one in in_turn(working) if one.id not in tried and one.channel not in PULL_ONLY]
    if not left:
        return 0
    values = {name: getattr(row, name) for name in _COPIED}
    copy = outbox_store.row(
        f"{base}{_COPY}{len(tried)}",
        Kind.ALARM,
        priority=row.priority,
        now=now,
        address_id=left[0].id,
        channel=left[0].channel,
        account=left[0].account,
        **values,
    )
    outbox_store.put(conn, [copy])
    events.add(conn, row.case_id, "next_address", now, word=left[0].channel, to_id=row.person_id)
    line = journal.line(
        now, "alarm.next_address", person_id=row.about_id, actor_id=row.person_id, case_id=row.case_id,
        outbox_id=row.id, channel=row.channel, to=left[0].channel,
    )  # fmt: skip
    journal.write(conn, [line])
    return 1


def _go_on(conn: Connection, now: datetime, limit: int) -> int:
    """Tell the next step of open cases of which the last one has reached nobody of the staff and cannot any more.

    Behind the last step the repeat is soon enough: there is nobody else.
    """
    alarms = (outbox.c.case_id == cases.c.id, _is_alarm, outbox.c.created_at >= cases.c.told_at)
    query = (
        select(cases.c.id)
        .where(cases.c.state != CaseState.RESOLVED.value, cases.c.state == CaseState.OPEN.value)
        .where(cases.c.reason != Reason.HARD.value, cases.c.next_at > now)
        .where(exists().where(*alarms, outbox.c.state.in_(LOST)))
        .order_by(cases.c.id)
        .limit(limit)
    )
    done = 0
    for case_id in conn.execute(query.with_for_update(skip_locked=True)).scalars().all():
        case = cases_store.by_id(conn, case_id)
        if case is None or case.step >= len(policy_of(conn, case).steps) or not _all_lost(conn, case):
            continue
        events.add(conn, case.id, "lost", now)
        line = journal.line(now, "case.alarms_lost", person_id=case.person_id, case_id=case.id, step=case.step)
        journal.write(conn, [line])
        go_on(conn, case, now)
        done += 1
    return done


def _all_lost(conn: Connection, case: Case) -> bool:
    """Tell whether none of the alarms of the last step arrives; friends count only where nobody else was told."""
    query = select(outbox.c.state, outbox.c.template, outbox.c.channel, outbox.c.tries).where(
        outbox.c.case_id == case.id, _is_alarm, outbox.c.created_at >= case.told_at
    )
    rows = conn.execute(query).all()
    staff = [row for row in rows if row.template != "buddy/question"]
    return all(_is_lost(row) for row in staff or rows)


def _is_lost(row: Any) -> bool:
    """Tell whether an alarm cannot arrive; what only wakes and has failed once is not waited for."""
    is_ringing = row.channel in WAKE_ONLY and row.state == OutboxState.WAITING.value
    return row.state in LOST or (is_ringing and row.tries > 0)


_COPIED = ("person_id", "template", "data", "about_id", "prompt_id", "case_id", "inbox_id", "expires_at")
