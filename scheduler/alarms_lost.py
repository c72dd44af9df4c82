"""Alarms that do not arrive: a second copy goes to the next address of whoever is to be alarmed, and where an alarm is
lost at everybody whom it told, the case goes on to the next people at once. The case's story shows both.

Rung with the cases. An address that fails for good is left by delivery itself; here are those that merely stay silent.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select

from bot.addresses import store as addresses_store
from bot.addresses.model import PULL_ONLY, WAKE_ONLY, Address
from bot.cases import events
from bot.cases import store as cases_store
from bot.cases.model import CaseState, Reason
from bot.cases.store import cases
from bot.engine.escalating import go_on, policy_of
from bot.engine.telling import in_turn
from bot.journal import store as journal
from bot.listed import listed
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import attempts, outbox
from bot.schema import UtcDateTime
from bot.sealed import SealError

log = structlog.get_logger()

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
    """Give an alarm that waits for another try to the next address too; when that fails likewise, to the one after.

    All that wait are looked at, calls for help first: those without another way must not stand before one that has it.
    """
    rows = conn.execute(_TRIED_IN_VAIN, {"before": now - PATIENCE}).all()
    families = _families(conn, {row.case_id for row in rows})
    working = addresses_store.working_of(conn, {row.person_id for row in rows})
    done = 0
    for row in rows:
        to, number = _next_address(row, families, working)
        if to is not None:
            done += _copied(conn, row.id, to, number, now)
        if done >= limit:
            break
    return done


def _families(conn: Connection, case_ids: Iterable[int]) -> dict[str, list[tuple[int, int | None]]]:
    """Return each alarm of cases with its copies, by the key of the first one: (id, address), the oldest first."""
    query = select(outbox.c.key, outbox.c.id, outbox.c.address_id).where(
        listed(outbox.c.case_id, sorted(case_ids)), _is_alarm
    )
    found: dict[str, list[tuple[int, int | None]]] = {}
    for key, row_id, address_id in conn.execute(query.order_by(outbox.c.id)):
        found.setdefault(_first_key(key), []).append((row_id, address_id))
    return found


def _next_address(
    row: Any, families: Mapping[str, Sequence[tuple[int, int | None]]], working: Mapping[int, Sequence[Address]]
) -> tuple[Address | None, int]:
    """Return the address that gets a copy, None when none does, and the number of that copy."""
    copies = families[_first_key(row.key)]
    tried = {address_id for _, address_id in copies}
    if copies[-1][0] != row.id:  # a copy is on its way or has arrived
        return None, len(tried)
    left = [one for one in in_turn(working.get(row.person_id, [])) if one.id not in tried]
    return next((one for one in left if one.channel not in PULL_ONLY), None), len(tried)


def _copied(conn: Connection, outbox_id: int, to: Address, number: int, now: datetime) -> int:
    try:
        row = conn.execute(select(outbox).where(outbox.c.id == outbox_id)).one()
    except SealError:  # whoever reads the log must find the key; the other alarms go on
        log.error("alarm.not_copied", outbox_id=outbox_id)  # noqa: TRY400 - nothing more is to be told
        return 0
    values = {name: getattr(row, name) for name in _COPIED}
    copy = outbox_store.row(
        f"{_first_key(row.key)}{_COPY}{number}",
        Kind.ALARM,
        priority=row.priority,
        now=now,
        address_id=to.id,
        channel=to.channel,
        account=to.account,
        **values,
    )
    outbox_store.put(conn, [copy])
    events.add(conn, row.case_id, "next_address", now, word=to.channel, to_id=row.person_id)
    line = journal.line(
        now, "alarm.next_address", person_id=row.about_id, actor_id=row.person_id, case_id=row.case_id,
        outbox_id=row.id, channel=row.channel, to=to.channel,
    )  # fmt: skip
    journal.write(conn, [line])
    return 1


def _go_on(conn: Connection, now: datetime, limit: int) -> int:
    """Tell the next step of open cases of which the last one has reached nobody of the staff and cannot any more.

    Behind the last step the repeat is soon enough: there is nobody else.
    """
    steps: dict[tuple[int | None, Reason], int] = {}
    done = 0
    for found in [cases_store.from_row(row) for row in conn.execute(_ALL_LOST, {"now": now})]:
        of = (found.policy_id, found.reason)
        if of not in steps:
            steps[of] = len(policy_of(conn, found).steps)
        if found.step >= steps[of]:
            continue
        row = conn.execute(_LOCK_LOST, {"now": now, "case": found.id}).one_or_none()
        if row is None:  # somebody has taken it in between
            continue
        case = cases_store.from_row(row)
        events.add(conn, case.id, "lost", now)
        line = journal.line(now, "case.alarms_lost", person_id=case.person_id, case_id=case.id, step=case.step)
        journal.write(conn, [line])
        go_on(conn, case, now)
        done += 1
        if done >= limit:
            break
    return done


def _all_lost() -> Sequence[ColumnElement[bool]]:
    """Return which cases are open and wait while no alarm of their last step arrives.

    Friends count only where nobody else was told. What only wakes and has failed once is not waited for.
    """
    told = and_(outbox.c.case_id == cases.c.id, _is_alarm, outbox.c.created_at >= cases.c.told_at)
    staff = and_(told, outbox.c.template != "buddy/question")
    rings_in_vain = and_(
        func.coalesce(outbox.c.channel, "").in_(WAKE_ONLY),
        outbox.c.state == OutboxState.WAITING.value,
        outbox.c.tries > 0,
    )
    lost = or_(outbox.c.state.in_(LOST), rings_in_vain)
    return (
        cases.c.state == CaseState.OPEN.value,
        cases.c.reason != Reason.HARD.value,
        cases.c.next_at > bindparam("now", type_=UtcDateTime()),
        exists().where(told, outbox.c.state.in_(LOST)),
        ~exists().where(staff, ~lost),
        or_(exists().where(staff), ~exists().where(told, ~lost)),
    )


def _first_key(key: str) -> str:
    """Return the key of the alarm of which this is a copy, or its own."""
    return key.partition(_COPY)[0]


# Statements that the bell needs all the time are kept: building one costs many times what running it does.
_first_try = select(func.min(attempts.c.started_at)).where(attempts.c.outbox_id == outbox.c.id).scalar_subquery()
_TRIED_IN_VAIN = (
    select(outbox.c.id, outbox.c.key, outbox.c.person_id, outbox.c.case_id)
    .join(cases, cases.c.id == outbox.c.case_id)  # few cases are open; to look through what waits would take long
    .where(cases.c.state != CaseState.RESOLVED.value, cases.c.state == CaseState.OPEN.value)
    .where(_is_alarm, outbox.c.state == OutboxState.WAITING.value, outbox.c.tries > 0)
    .where(outbox.c.channel.not_in(WAKE_ONLY))
    .where(_first_try <= bindparam("before", type_=UtcDateTime()))
    .order_by(outbox.c.priority, outbox.c.id)
)
_ALL_LOST = select(cases).where(*_all_lost()).order_by(cases.c.reason != Reason.URGENT.value, cases.c.id)
_LOCK_LOST = (
    select(cases).where(cases.c.id == bindparam("case"), *_all_lost()).with_for_update(skip_locked=True, key_share=True)
)
_COPIED = ("person_id", "template", "data", "about_id", "prompt_id", "case_id", "inbox_id", "expires_at")
