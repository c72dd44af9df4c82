"""What chat templates may say about a roll-call; `bot.engine.compose` asks for it beside the prompt."""

from typing import Any

from sqlalchemy import Connection

from bot.prompts.model import Prompt
from bot.rollcalls import store
from bot.rollcalls.model import KIND, Rollcall, RollcallState, rollcall_in


def of_question(conn: Connection, prompt: Prompt, known: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return what the question of a roll-call says, nothing for other kinds; `known` keeps it by occasion."""
    if prompt.kind != KIND:
        return {}
    if known is not None and prompt.occasion in known:
        return known[prompt.occasion]
    found = store.by_id(conn, rollcall_in(prompt.occasion))
    if found is None:
        raise LookupError(f"there is no roll-call {prompt.occasion}")
    said = of_rollcall(found)
    if known is not None:
        known[prompt.occasion] = said
    return said


def of_rollcall(rollcall: Rollcall) -> dict[str, Any]:
    """Return what templates may say about a roll-call."""
    return {
        "rollcall": rollcall.id,
        "drill": rollcall.is_drill,
        "happened": rollcall.what,
        "is_over": rollcall.state is RollcallState.CLOSED,
    }
