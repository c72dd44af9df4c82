"""The moment from which a prompt counts as asked: the first accepted delivery, or her page has shown it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from bot.engine.deciding import first_rung
from bot.engine.rollcall_life import reached
from bot.journal import store as journal
from bot.listed import listed_as
from bot.outbox.model import Kind
from bot.outbox.store import attempts, outbox
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts
from bot.rollcalls.model import KIND as ROLLCALL
from bot.sessions.model import KIND as SESSION

NOT_ASKED_YET = frozenset({State.OPEN, State.NOT_ASKED, State.UNREACHED})
"""In which states of its prompt a question that gets out begins the ladder."""

# Kept, because each message that arrived needs them: building one costs more than running it.
_NOT_ASKED = (
    select(prompts)
    # Called off and planned anew while the message was under way: that opening is still ahead.
    .where(listed_as(prompts.c.id, "ids"), prompts.c.asked_at.is_(None), prompts.c.state != State.SCHEDULED.value)
    .order_by(prompts.c.id)
    .with_for_update(key_share=True)
)
_UPDATE = prompts.update().where(listed_as(prompts.c.id, "ids"))


def asked(conn: Connection, prompt_ids: Iterable[int], now: datetime, programmes: Programmes) -> None:
    """Set `asked_at` where it is not set, and put the ladder where it belongs.

    One that had been given up as not asked or not reached is running again: now it has been asked. Its case stays with
    whoever looks after it.
    """
    alike: dict[tuple[object, ...], list[Prompt]] = {}
    for row in conn.execute(_NOT_ASKED, {"ids": sorted(set(prompt_ids))}).all():
        prompt = prompts_store.from_row(row)
        running = prompt.state in NOT_ASKED_YET  # else answered, alive or called off meanwhile: only the fact is kept
        day = prompt.occasion.rpartition(":")[2]
        same: tuple[object, ...] = ()
        if running:
            same = (prompt.version_id, prompt.item, prompt.opens_at, prompt.zone, day)
        if prompt.kind in {ROLLCALL, SESSION}:
            same = (prompt.occasion, running)
        alike.setdefault(same, []).append(prompt)
    for situation, found in alike.items():
        values: dict[str, Any] = {"asked_at": now}
        if found[0].kind == ROLLCALL:  # it has its own clock
            reached(conn, found[0].occasion, [one.person_id for one in found], now)
            values |= {"state": State.OPEN.value} if situation[1] else {}
        elif found[0].kind == SESSION:  # so has this
            pass
        elif situation:
            values |= _first_rung(conn, found[0], now, programmes)
            lines = [journal.line(now, "prompt.asked", person_id=one.person_id, prompt_id=one.id) for one in found]
            journal.write(conn, lines)
        conn.execute(_UPDATE, {"ids": [one.id for one in found], **values})


def _first_rung(conn: Connection, prompt: Prompt, now: datetime, programmes: Programmes) -> dict[str, Any]:
    """Return what all prompts of this item and opening become; LookupError when the programme has no such item."""
    programme = programmes.version(conn, prompt.version_id)
    item = programme.item(prompt.item)
    if item is None:
        raise LookupError(f"version {prompt.version_id} of the programme has no item {prompt.item!r}")
    decision = first_rung(prompt, item, programme.quiet, now)
    return {
        "state": decision.state.value,
        "step": decision.step,
        "next_at": decision.next_at,
        "due_at": decision.due_at,
        "late_by_seconds": int(decision.late_by.total_seconds()),
    }


def shown_on(conn: Connection, address_id: int, now: datetime, programmes: Programmes) -> None:
    """Record that she has seen what lies on a page: she has just written or pressed something there."""
    query = _lying(outbox.c.prompt_id, address_id).where(outbox.c.prompt_id.is_not(None)).distinct()
    ids = list(conn.execute(query).scalars())
    if ids:
        shown(conn, address_id, ids, now, programmes)


def shown(conn: Connection, address_id: int, prompt_ids: Iterable[int], now: datetime, programmes: Programmes) -> None:
    """Record that her page has shown the questions that lie on one of her addresses."""
    ids = sorted(set(prompt_ids))
    lying = _lying(attempts.c.id, address_id).where(outbox.c.prompt_id.in_(ids))
    conn.execute(attempts.update().where(attempts.c.id.in_(lying)).values(shown_at=now))
    asked(conn, ids, now, programmes)


def _lying(column: Column[Any], address_id: int) -> Select[Any]:
    """Select a column of the questions and reminders on a page that it has not shown yet."""
    return (
        select(column)
        .join_from(attempts, outbox, attempts.c.outbox_id == outbox.c.id)
        .where(
            attempts.c.address_id == address_id,
            attempts.c.shown_at.is_(None),
            outbox.c.kind.in_([Kind.QUESTION.value, Kind.REMINDER.value]),
        )
    )
