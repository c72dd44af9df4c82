"""Signs of life: any message from her after she was asked ends the waiting, and nobody is alarmed."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from bot.engine.casework import all_clear
from bot.engine.rollcall_life import wrote
from bot.journal import store as journal
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, UNANSWERABLE, State
from bot.prompts.store import prompts
from bot.rollcalls.model import KIND as ROLLCALL
from bot.sessions.model import KIND as SESSION


def sign_of_life(conn: Connection, person_id: int, now: datetime) -> int:
    """Set every prompt that she was asked and did not answer to `alive`; return how many. They stay answerable.

    An invitation to a session asks something else and goes on.

    What still runs counts even when a later question has closed its occasion: else its silence would alarm somebody.
    """
    running = prompts.c.state.in_([state.value for state in RUNNING])
    lasts = or_(prompts.c.closes_at.is_(None), prompts.c.closes_at > now)
    failed = prompts.c.state.in_([state.value for state in FAILED]) & lasts
    was_asked = prompts.c.asked_at.is_not(None) & (
        prompts.c.kind != SESSION
    )  # what was never asked stays so: her word does not undo our failure
    query = (
        select(prompts)
        .where(prompts.c.person_id == person_id, was_asked, or_(running, failed))
        .where(prompts.c.kind.not_in(sorted(UNANSWERABLE)))
        .order_by(prompts.c.id)
    )
    lines, in_rollcall = [], False
    # Locked: what she answers in another place at this moment is an answer, and not merely a sign of life.
    for prompt in [prompts_store.from_row(row) for row in conn.execute(query.with_for_update(key_share=True))]:
        prompts_store.update(conn, prompt.id, state=State.ALIVE.value, next_at=None)
        in_rollcall = in_rollcall or prompt.kind == ROLLCALL
        lines.append(
            journal.line(now, "prompt.alive", person_id=person_id, prompt_id=prompt.id, was=prompt.state.value)
        )
    journal.write(conn, lines)
    if in_rollcall:
        wrote(conn, person_id, now)
    all_clear(conn, person_id, "alive", now)
    return len(lines)
