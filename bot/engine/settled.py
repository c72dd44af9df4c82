"""A prompt is over by itself, because what it asks for is there, or nobody needs it any more."""

from datetime import datetime

from sqlalchemy import Connection

from bot.journal import store as journal
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State


def settled(conn: Connection, prompt: Prompt, state: State, now: datetime) -> None:
    """End a prompt: ANSWERED when she has done what it asks for, EXCUSED when it is not needed."""
    done = {"answered_at": now} if state is State.ANSWERED else {}
    prompts_store.update(conn, prompt.id, state=state.value, next_at=None, **done)
    journal.write(conn, [journal.line(now, "prompt.settled", person_id=prompt.person_id, prompt_id=prompt.id)])
