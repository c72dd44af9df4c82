"""The messages of a prompt: question, reminder, second channel. Each row says by its key which one it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.addresses.model import Address
from bot.engine.deciding import Act, Decision
from bot.engine.telling import message
from bot.outbox.model import Kind, Priority
from bot.prompts.model import Prompt

_TEMPLATES = {Act.ASK: "question", Act.REMIND: "reminder", Act.SECOND: "second_channel"}


def ask(prompt: Prompt, decision: Decision, addresses: Sequence[Address], now: datetime) -> dict[str, Any] | None:
    """Return the outbox row for what a decision wants said, or None; without an address there is nothing to queue.

    The row carries no data: what the template needs follows from the prompt when it is rendered.
    """
    if decision.act is None or not addresses:
        return None
    # A second channel that asks what was never asked is still the question.
    asks = decision.act is Act.ASK or (decision.act is Act.SECOND and prompt.asked_at is None)
    opening = int(prompt.opens_at.timestamp())  # a revived prompt is asked again
    name = Act.ASK if asks else decision.act
    return message(
        addresses,
        prompt.person_id,
        Kind.QUESTION if asks else Kind.REMINDER,
        f"{prompt.kind}/{_TEMPLATES[name]}",
        second=decision.act is Act.SECOND,
        key=f"p:{prompt.id}:{opening}:{decision.act}:{decision.step}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=prompt.id,
        expires_at=decision.due_at,
    )


def ask_now(prompt: Prompt, addresses: Sequence[Address], now: datetime) -> dict[str, Any] | None:
    """Return the question again, for an address that has just been linked."""
    if not addresses:
        return None
    return message(
        addresses,
        prompt.person_id,
        Kind.QUESTION,
        f"{prompt.kind}/question",
        key=f"p:{prompt.id}:linked:{addresses[-1].id}:{int(now.timestamp())}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=prompt.id,
        expires_at=prompt.due_at,
    )
