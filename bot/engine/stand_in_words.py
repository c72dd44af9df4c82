"""What is said when somebody stands in for a counsellor: to her once as it begins and once as it ends, to both of them.

Everybody reads it in the morning where they are. What did not get out before it was over is not said at all.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.engine.telling import not_before_her_morning, tell
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.people.model import Person
from bot.stand_ins.model import How, StandIn


def tell_her_it_begins(conn: Connection, one: StandIn, hard_with_counsellor: int | None, now: datetime) -> None:
    """Tell her who looks after her until when; with a hard week that her counsellor has, ask who else may know."""
    named = people_store.by_ids(conn, [one.from_id, one.to_id])
    data = {"teacher": named[one.to_id].name, "counsellor": named[one.from_id].name, "until": one.until.isoformat()}
    _tell(
        conn, one.person_id, "student/stand_in_begins", _key(one, "begins"), now, data, prompt_id=hard_with_counsellor
    )


def tell_her_it_is_over(conn: Connection, one: StandIn, person: Person, asks_about: int | None, now: datetime) -> None:
    """Tell her who looks after her again; `asks_about`: the hard week of which somebody has to know now."""
    begins = (outbox.c.key == _key(one, "begins"), outbox.c.state == OutboxState.WAITING.value)
    values = {"state": OutboxState.WITHDRAWN.value, "reason": "over"}
    if conn.execute(outbox.update().where(*begins).values(values)).rowcount and asks_about is None:
        return
    if person.left_at is not None or person.absent_at is not None:
        return
    named = people_store.by_ids(conn, {one.to_id, person.counsellor_id or 0})
    counsellor = named.get(person.counsellor_id or 0)
    data = {
        "teacher": named[one.to_id].name,
        "counsellor": counsellor.name if counsellor else "",
        "skips": person.skips_counsellor,
    }
    _tell(conn, one.person_id, "student/stand_in_over", _key(one, "over"), now, data, prompt_id=asks_about)


def tell_colleague(conn: Connection, one: StandIn, number: int, key: str, now: datetime) -> None:
    """Tell both what was passed on: whoever stands in, and the counsellor where the office did it for her."""
    named = people_store.by_ids(conn, [one.from_id, one.to_id])
    data = {
        "counsellor": named[one.from_id].name,
        "teacher": named[one.to_id].name,
        "until": one.until.isoformat(),
        "many": number,
    }
    _tell(conn, one.to_id, "staff/stand_in_begins", f"{key}:{one.to_id}", now, data)
    if one.by_id != one.from_id:
        _tell(conn, one.from_id, "staff/stood_in_for", f"{key}:{one.from_id}", now, data)


def tell_counsellors(conn: Connection, one: StandIn, number: int, how: How, now: datetime) -> None:
    """Tell both that the students are back, once for all of them."""
    named = people_store.by_ids(conn, [one.from_id, one.to_id])
    for reader_id, other_id in ((one.from_id, one.to_id), (one.to_id, one.from_id)):
        if (reader := named.get(reader_id)) is None or reader.absent_at is not None or reader.left_at is not None:
            continue
        data = {"other": named[other_id].name, "many": number, "mine": reader_id == one.from_id, "how": how.value}
        _tell(conn, reader_id, "staff/stand_in_over", f"{_key(one, 'both')}:{reader_id}", now, data)


def _key(one: StandIn, what: str) -> str:
    return f"stand_in:{one.id}:{what}"


def _tell(
    conn: Connection,
    person_id: int,
    template: str,
    key: str,
    now: datetime,
    data: dict[str, Any],
    *,
    prompt_id: int | None = None,
) -> None:
    tell(
        conn,
        person_id,
        Kind.NOTICE,
        template,
        key=key,
        priority=Priority.PROMPT,
        now=now,
        data=data,
        prompt_id=prompt_id,
        not_before=not_before_her_morning(conn, person_id, now),
    )
