"""What else goes on with somebody who answers a question: a look together with the question itself.

Most often nothing does, and three statements that find nothing cost a fifth of the time of an answer. Where one writes
after the other, as on SQLite, what this look does not see is not there. On PostgreSQL somebody may write between this
look and the answer, say open a case for the very silence that she ends: there each thing is looked for in its turn.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select

from bot.cases.store import cases, is_unresolved
from bot.engine.life import waits_for_her
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt
from bot.prompts.store import prompts
from bot.rollcalls.model import RollcallState
from bot.rollcalls.store import rollcall_members, rollcalls
from bot.spelt_out import spelt_out


@dataclass(frozen=True)
class Beside:
    """Whether she may be in a roll-call, have a case, and have been asked something else; True where nobody looked."""

    in_rollcall: bool = True
    has_case: bool = True
    is_asked_more: bool = True


NOT_LOOKED = Beside()
"""Each thing is looked for in its turn."""

_others = prompts.alias("others")
_LOOKED_FOR = {
    "in_rollcall": exists()
    .where(rollcall_members.c.person_id == prompts.c.person_id)
    .where(rollcalls.c.id == rollcall_members.c.rollcall_id, rollcalls.c.state == RollcallState.OPEN.value),
    "has_case": exists().where(cases.c.person_id == prompts.c.person_id, is_unresolved),
    "is_asked_more": exists()
    .where(_others.c.person_id == prompts.c.person_id, _others.c.id != prompts.c.id)
    .where(waits_for_her(_others)),
}
# Kept, because every answer needs it: building a statement costs twice as much as running it, and planning this one
# four times as much as answering it.
_LOOK = spelt_out(
    select(prompts, *(found.label(name) for name, found in _LOOKED_FOR.items())).where(prompts.c.id == bindparam("one"))
)


def look(conn: Connection, prompt_id: int, now: datetime) -> tuple[Prompt | None, Beside]:
    """Return one prompt, None where there is none, and what else goes on with its person."""
    if conn.dialect.name != "sqlite":
        return prompts_store.by_id(conn, prompt_id), NOT_LOOKED
    row = conn.execute(_LOOK, {"one": prompt_id, "now": now}).one_or_none()
    if row is None:
        return None, NOT_LOOKED
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    beside = Beside(**{name: bool(values.pop(name)) for name in _LOOKED_FOR})
    return prompts_store.from_values(values), beside
