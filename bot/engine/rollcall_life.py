"""What else happens to people in a roll-call: the question got to them, they wrote something, an address was lost.

Called where those things are recorded; each is a look at one indexed row for whoever is in no roll-call.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.engine.reaching import can_be_asked, ways_of
from bot.prompts.model import FAILED, RUNNING, State
from bot.prompts.store import prompts
from bot.rollcalls import store
from bot.rollcalls.model import KIND, OCCASION, UNHEARD, MemberState, rollcall_in


def reached(conn: Connection, occasion: str, person_ids: Sequence[int], now: datetime) -> None:
    """Record that the question of a roll-call has got to people."""
    before = [MemberState.NOT_ASKED, MemberState.UNREACHED]
    store.move(conn, rollcall_in(occasion), person_ids, before, MemberState.ASKED, now)


def wrote(conn: Connection, person_id: int, now: datetime) -> None:
    """Record a sign of life of somebody who was asked and has not answered: nobody waits for it any more."""
    asked = [one for one, state in store.open_with(conn, person_id) if state is MemberState.ASKED]
    if asked:
        conn.execute(
            prompts.update()
            .where(
                prompts.c.person_id == person_id,
                prompts.c.item == KIND,
                prompts.c.occasion.in_([f"{OCCASION}{one}" for one in asked]),
                prompts.c.asked_at.is_not(None),
                prompts.c.state.in_([state.value for state in RUNNING | FAILED]),
            )
            .values(state=State.ALIVE.value)
        )
    for rollcall_id in asked:
        store.move(conn, rollcall_id, [person_id], [MemberState.ASKED], MemberState.WROTE, now)


def lost(conn: Connection, person_id: int, now: datetime) -> None:
    """Record that no address of somebody carries anything any more: what she was not asked yet she cannot be asked."""
    waits = [one for one, state in store.open_with(conn, person_id) if state is MemberState.NOT_ASKED]
    if waits and not can_be_asked(ways_of(conn, [person_id]).get(person_id)):
        for rollcall_id in waits:
            store.move(conn, rollcall_id, [person_id], [MemberState.NOT_ASKED], MemberState.UNREACHED, now)


def left(conn: Connection, person_id: int, now: datetime) -> None:
    """Record that somebody has left while a roll-call waited for her."""
    for rollcall_id, _ in store.open_with(conn, person_id):
        store.move(conn, rollcall_id, [person_id], UNHEARD, MemberState.LEFT, now)
