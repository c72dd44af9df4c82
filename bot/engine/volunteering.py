"""Finds the prompt that words belong to when nobody asked for them, and makes one when there is none."""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.planning import SELF
from bot.local_time import local_date
from bot.programmes.model import Kind
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.prompts.store import prompts
from bot.rollcalls.model import KIND as ROLLCALL


def self_prompt(
    conn: Connection, person_id: int, now: datetime, programmes: Programmes
) -> tuple[Prompt, PersonFacts | None]:
    """Return what an unasked answer belongs to, and her facts where it took them to find it.

    In this order: what waits for her answer, what would be asked later today, the last check-in while its occasion
    lasts, a row of its own named after her local date.
    """
    opened = prompts_store.open_of(conn, person_id, now)
    waiting = [prompt for prompt in opened if prompt.state in RUNNING | FAILED and prompt.kind != ROLLCALL]
    if waiting:
        return waiting[-1], None
    facts = load_facts(conn, [person_id])[person_id]
    zone = facts.zone_now(now)
    today = local_date(now, zone)
    for prompt in prompts_store.next_of(conn, person_id):
        if local_date(prompt.opens_at, zone) == today:
            return prompt, facts
    answered = [prompt for prompt in opened if prompt.kind == Kind.CHECKIN.value]
    if answered:
        return answered[-1], facts
    return _own_row(conn, facts, now, programmes, zone), facts


def _own_row(conn: Connection, facts: PersonFacts, now: datetime, programmes: Programmes, zone: str) -> Prompt:
    programme, person_id = programmes.current(conn), facts.person_id
    item = next((item.key for item in programme.items if item.kind is Kind.CHECKIN), Kind.CHECKIN.value)
    trip = facts.abroad(now)
    occasion = f"{SELF}{local_date(now, zone).isoformat()}"
    query = select(prompts.c.id).where(
        prompts.c.person_id == person_id, prompts.c.item == item, prompts.c.occasion == occasion
    )
    known = conn.execute(query).scalar()
    columns = {"state": State.OPEN.value, "opens_at": now, "due_at": now, "next_at": None, "step": 0}
    if known is None:
        prompts_store.insert_many(
            conn,
            [
                {
                    "person_id": person_id,
                    "item": item,
                    "kind": Kind.CHECKIN.value,
                    "occasion": occasion,
                    "version_id": programme.version_id,
                    "trip_id": None if trip is None else trip.id,
                    "zone": zone,
                    **columns,
                }
            ],
        )
        known = conn.execute(query).scalar_one()
    elif (found := prompts_store.by_id(conn, known)) is not None and found.state is State.WITHDRAWN:
        prompts_store.update(conn, known, **columns)
    made = prompts_store.by_id(conn, known)
    if made is None:
        raise LookupError("the row was stored a moment ago and is gone")
    return made
