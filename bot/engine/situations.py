"""Puts due prompts into situations: all to which the same happens. Called by `bot.engine.opening` for each batch.

Thousands of students are asked at the same hour of the same zone. The database groups them, so that what follows costs
something per situation and not per student.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from bot.engine.deciding import Reach
from bot.engine.reaching import reach_for
from bot.listed import gathered, listed_as
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts


@dataclass(frozen=True)
class Situation:
    """Prompts that nothing tells apart but whose they are: one of them (without its trip), and the ids of all."""

    alike: Prompt
    reach: Reach
    """How all these people can be reached; PUSH for prompts that only open, whatever their addresses."""
    ids: Sequence[int]


_SAME = (
    prompts.c.item,
    prompts.c.kind,
    prompts.c.occasion,
    prompts.c.version_id,
    prompts.c.zone,
    prompts.c.state,
    prompts.c.opens_at,
    prompts.c.due_at,
    prompts.c.next_at,
    prompts.c.step,
    prompts.c.asked_at,
)
# Whether a question can reach her is seen when it is sent: opening it does not ask.
_REACH = case((prompts.c.state == State.SCHEDULED.value, Reach.PUSH.value), else_=reach_for(prompts.c.person_id)).label(
    "reach"
)
_QUERY = (
    select(
        *_SAME, _REACH, func.min(prompts.c.person_id).label("person_id"), gathered(prompts.c.id).label("ids")
    )
    .where(listed_as(prompts.c.id, "prompt_ids"))
    .group_by(*_SAME, _REACH)
)  # fmt: skip


def situations_of(conn: Connection, prompt_ids: Sequence[int]) -> list[Situation]:
    """Return the situations in which these prompts are."""
    found = []
    for row in conn.execute(_QUERY, {"prompt_ids": prompt_ids}):
        ids = sorted(row.ids)
        values = {column.name: row._mapping[column] for column in _SAME}  # noqa: SLF001 - documented
        values["state"] = State(row.state)
        alike = Prompt(id=ids[0], person_id=row.person_id, trip_id=None, **values)
        found.append(Situation(alike, Reach(row.reach), ids))
    return found
