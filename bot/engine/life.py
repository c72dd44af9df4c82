"""Signs of life: any message from her after she was asked ends the waiting, and nobody is alarmed."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, or_, select

from bot.engine.casework import all_clear
from bot.engine.rollcall_life import wrote
from bot.journal import store as journal
from bot.listed import among
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, UNANSWERABLE, State
from bot.prompts.store import prompts
from bot.rollcalls.model import KIND as ROLLCALL
from bot.schema import UtcDateTime
from bot.sessions.model import KIND as SESSION


def waits_for_her(asked: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row of `prompts` (or of an alias) was asked and waits for her; `now` is a parameter.

    What still runs counts even when a later question has closed its occasion: else its silence would alarm somebody.
    What was never asked stays so: her word does not undo our failure. An invitation to a session asks something else.
    """
    return and_(
        asked.c.asked_at.is_not(None),
        or_(
            among(asked.c.state, RUNNING),
            among(asked.c.state, FAILED)
            & or_(asked.c.closes_at.is_(None), asked.c.closes_at > bindparam("now", type_=UtcDateTime)),
        ),
        ~among(asked.c.kind, [*UNANSWERABLE, SESSION]),
    )


# Kept, because every answer needs it: building a statement costs several times what running it does.
_WAITS_FOR_HER = (
    select(prompts)
    .where(prompts.c.person_id == bindparam("one"), waits_for_her(prompts))
    .order_by(prompts.c.id)
    # Locked: what she answers in another place at this moment is an answer, and not merely a sign of life.
    .with_for_update(key_share=True)
)


def sign_of_life(conn: Connection, person_id: int, now: datetime, *, cleared: bool = False) -> int:
    """Set every prompt that she was asked and did not answer to `alive`; return how many. They stay answerable.

    An invitation to a session goes on. `cleared`: an answer of hers has just ended what only silence had opened.
    """
    lines, in_rollcall = [], False
    found = conn.execute(_WAITS_FOR_HER, {"one": person_id, "now": now})
    for prompt in [prompts_store.from_row(row) for row in found]:
        prompts_store.update(conn, prompt.id, state=State.ALIVE.value, next_at=None)
        in_rollcall = in_rollcall or prompt.kind == ROLLCALL
        lines.append(
            journal.line(now, "prompt.alive", person_id=person_id, prompt_id=prompt.id, was=prompt.state.value)
        )
    journal.write(conn, lines)
    if in_rollcall:
        wrote(conn, person_id, now)
    if not cleared:
        all_clear(conn, person_id, "alive", now)
    return len(lines)
