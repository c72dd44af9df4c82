"""Signs of life: any message from her after she was asked ends the waiting, and nobody is alarmed."""

from datetime import datetime

from sqlalchemy import Connection

from bot.engine.casework import all_clear
from bot.journal import store as journal
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, State


def sign_of_life(conn: Connection, person_id: int, now: datetime) -> int:
    """Set every prompt that she was asked and did not answer to `alive`; return how many. They stay answerable."""
    lines = []
    for prompt in prompts_store.open_of(conn, person_id, now):
        waiting = (prompt.state in RUNNING and prompt.asked_at is not None) or prompt.state in FAILED
        if waiting:
            prompts_store.update(conn, prompt.id, state=State.ALIVE.value, next_at=None)
            lines.append(
                journal.line(now, "prompt.alive", person_id=person_id, prompt_id=prompt.id, was=prompt.state.value)
            )
    journal.write(conn, lines)
    all_clear(conn, person_id, "alive", now)
    return len(lines)
