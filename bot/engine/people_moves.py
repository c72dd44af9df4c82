"""What a person changes about herself: she joins, pauses, leaves. Each re-plans in the same transaction."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, exists, select

from bot.addresses import store as addresses_store
from bot.addresses.model import Address, AddressState
from bot.engine.asking import ask_now
from bot.engine.facts import load_facts
from bot.engine.life import sign_of_life
from bot.engine.replanning import PlanCount, replan
from bot.engine.rollcall_life import left
from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.local_time import local_date
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import State
from bot.prompts.store import prompts

LONGEST_PAUSE_DAYS = 30


def enrol(conn: Connection, person_id: int, address: Address, now: datetime, programmes: Programmes) -> PlanCount:
    """Link an address for good with her consent; what is open and has not been asked yet is asked there now."""
    addresses_store.set_state(conn, address.id, AddressState.WORKING)
    conn.execute(
        addresses_store.addresses.update().where(addresses_store.addresses.c.id == address.id).values(linked_at=now)
    )
    # Whoever opens her question at this moment has looked for an address before there was one: wait for it to end.
    mine = select(prompts.c.id).where(prompts.c.person_id == person_id, prompts.c.next_at.is_not(None))
    conn.execute(mine.order_by(prompts.c.id).with_for_update(key_share=True)).all()
    person = people_store.by_id(conn, person_id)
    consent = person.consent_at if person is not None and person.consent_at is not None else now
    people_store.update_person(conn, person_id, consent_at=consent, left_at=None)
    journal.write(
        conn, [journal.line(now, "person.linked", person_id=person_id, actor_id=person_id, channel=address.channel)]
    )
    counted = replan(conn, [person_id], programmes, now)
    sign_of_life(conn, person_id, now)
    _ask_what_is_open(conn, person_id, now)
    return counted


def reachable_again(conn: Connection, person_id: int, now: datetime) -> None:
    """Ask what is open and never got out, because an address of hers works again; what is on its way already is not."""
    _ask_what_is_open(conn, person_id, now, ~_is_on_its_way())


def _ask_what_is_open(conn: Connection, person_id: int, now: datetime, *more: ColumnElement[bool]) -> None:
    addresses = addresses_store.working_of(conn, [person_id]).get(person_id, [])
    query = select(prompts).where(
        prompts.c.person_id == person_id, prompts.c.state == State.OPEN.value, prompts.c.asked_at.is_(None), *more
    )
    rows = [ask_now(prompts_store.from_row(row), addresses, now) for row in conn.execute(query).all()]
    outbox_store.put(conn, [row for row in rows if row is not None])


def _is_on_its_way() -> ColumnElement[bool]:
    states = [OutboxState.WAITING.value, OutboxState.SENDING.value]
    mine = outbox.c.prompt_id == prompts.c.id
    return exists().where(mine, outbox.c.kind == Kind.QUESTION.value, outbox.c.state.in_(states))


def pause(conn: Connection, person_id: int, until: date, now: datetime, programmes: Programmes) -> PlanCount:
    """Ask nothing until a local date has gone by; ValueError when that is in the past or more than 30 days ahead."""
    facts = load_facts(conn, [person_id])[person_id]
    days = (until - local_date(now, facts.zone_now(now))).days
    if not 0 <= days <= LONGEST_PAUSE_DAYS:
        raise ValueError(f"a pause lasts up to {LONGEST_PAUSE_DAYS} days, not {days}")
    return _change(conn, person_id, "person.paused", now, programmes, paused_until=until)


def resume(conn: Connection, person_id: int, now: datetime, programmes: Programmes) -> PlanCount:
    """End a pause."""
    return _change(conn, person_id, "person.resumed", now, programmes, paused_until=None)


def leave(conn: Connection, person_id: int, now: datetime, programmes: Programmes) -> PlanCount:
    """She leaves: nothing is asked any more, an open case stays open; her counsellor hears that she left, no more."""
    counted = _change(conn, person_id, "person.left", now, programmes, left_at=now)
    left(conn, person_id, now)
    person = people_store.by_id(conn, person_id)
    if person is not None and person.counsellor_id is not None:
        tell(
            conn,
            person.counsellor_id,
            Kind.NOTICE,
            "staff/left",
            key=f"left:{person_id}:{int(now.timestamp())}",
            priority=Priority.BULK,
            now=now,
            about_id=person_id,
            not_before=not_before_her_morning(conn, person.counsellor_id, now),
        )
    return counted


def _change(
    conn: Connection,
    person_id: int,
    action: str,
    now: datetime,
    programmes: Programmes,
    **values: date | datetime | str | None,
) -> PlanCount:
    people_store.update_person(conn, person_id, **values)
    journal.write(conn, [journal.line(now, action, person_id=person_id, actor_id=person_id)])
    return replan(conn, [person_id], programmes, now)
