"""What the views share: which prompts are about safety, the categories of the board, and how an answer is shown.

An answer that may not be seen reads "answered", and so does every fine one beside it: nobody can infer a hard week
from the one that is hidden.
"""

from dataclasses import fields
from enum import StrEnum
from typing import Any

from sqlalchemy import Row

from bot.programmes.model import Kind
from bot.prompts.model import Choice, Prompt, ShareWith, State
from bot.views.scope import Scope

SAFETY_KINDS = (Kind.CHECKIN.value, Kind.LANDING.value)
"""Kinds whose silence means that somebody must look."""
ANSWERED = "answered"
"""How an answer reads for whoever may not know more."""
WITHOUT_A_QUESTION = (State.SCHEDULED.value, State.WITHDRAWN.value, State.EXCUSED.value)
"""States in which a prompt says nothing of how she is."""


class Category(StrEnum):
    """Where a student stands on the board, in the order in which a person should look."""

    URGENT = "urgent"
    HARD = "hard"
    MISSED = "missed"
    NOT_REACHABLE = "not_reachable"
    NOT_ASKED = "not_asked"
    LATE = "late"
    WAITING = "waiting"
    WELL = "well"
    AHEAD = "ahead"  # abroad, and nothing was asked yet


def shown_answer(scope: Scope, prompt: Prompt, counsellor_id: int | None, stand_in_id: int | None) -> str:
    """Return the answer as this scope may see it: empty, `urgent`, `hard` or `answered`; `fine` for the operator."""
    if prompt.choice is None:
        return ""
    if prompt.choice is Choice.URGENT:
        return Choice.URGENT.value
    if prompt.choice is Choice.HARD and scope.sees_hard(prompt.share_with, counsellor_id, stand_in_id):
        return Choice.HARD.value
    if prompt.choice is Choice.FINE and scope.viewer_id is None:
        return Choice.FINE.value
    return ANSWERED


def prompt_in(found: Row[Any]) -> Prompt:
    """Return the prompt in a row that holds other columns beside it."""
    values = {field.name: found._mapping[field.name] for field in fields(Prompt)}  # noqa: SLF001 - the documented way
    values["state"] = State(found.state)
    values["choice"] = Choice(found.choice) if found.choice else None
    values["share_with"] = ShareWith(found.share_with) if found.share_with else None
    return Prompt(**values)
