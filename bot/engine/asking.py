"""The messages of a prompt: question, reminder, second channel; what each is called and how it is queued.

None of them carries data: what a template needs follows from the prompt when it is rendered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, String, bindparam, cast, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

from bot.addresses.model import Address
from bot.addresses.store import addresses
from bot.engine.deciding import Act, Decision
from bot.engine.reaching import address_for
from bot.engine.telling import message
from bot.given import given, given_to, parameters
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.prompts.model import Prompt
from bot.prompts.store import prompts

_TEMPLATES = {Act.ASK: "question", Act.REMIND: "reminder", Act.SECOND: "second_channel"}


@dataclass(frozen=True)
class Ask:
    """What a decision wants said about prompts that share it; `name` ends each message's key."""

    kind: Kind
    template: str
    name: str
    second: bool
    expires_at: datetime | None


def what_to_ask(prompt: Prompt, decision: Decision) -> Ask | None:
    """Return what a decision wants said, or None."""
    if decision.act is None:
        return None
    # A second channel that asks what was never asked is still the question.
    asks = decision.act is Act.ASK or (decision.act is Act.SECOND and prompt.asked_at is None)
    template = _TEMPLATES[Act.ASK if asks else decision.act]
    opening = int(prompt.opens_at.timestamp())  # a revived prompt is asked again
    return Ask(
        Kind.QUESTION if asks else Kind.REMINDER,
        f"{prompt.kind}/{template}",
        f"{opening}:{decision.act}:{decision.step}",
        decision.act is Act.SECOND,
        decision.due_at,
    )


def queue(conn: Connection, asks: Sequence[tuple[Ask, Sequence[int]]], now: datetime) -> None:
    """Queue messages for many prompts, each to an address of its person; none for whoever has none."""
    for second in (False, True):
        groups = [(ids, _given(ask)) for ask, ids in asks if ask.second is second]
        if groups:
            shared = {f"new_{name}": value for name, value in (_SAME | {"created_at": now, "next_try_at": now}).items()}
            conn.execute(_queueing(conn.dialect.name, second=second), parameters("asks", groups) | shared)


_SAME = {"state": OutboxState.WAITING.value, "tries": 0, "priority": int(Priority.PROMPT)}
_ASKS = given("asks", ending=String(), **{name: outbox.c[name].type for name in ("kind", "template", "expires_at")})


def _given(ask: Ask) -> dict[str, Any]:
    return {
        "ending": f":{ask.name}",
        "kind": ask.kind.value,
        "template": ask.template,
        "expires_at": ask.expires_at,
    }


@lru_cache
def _queueing(dialect: str, *, second: bool) -> Insert:
    """Return the statement of `queue`; it is kept, because building it costs more than running it."""
    columns: dict[str, ColumnElement[Any]] = {
        "key": literal("p:") + cast(prompts.c.id, String) + _ASKS.c.ending,
        "person_id": prompts.c.person_id,
        "prompt_id": prompts.c.id,
        "address_id": addresses.c.id,
        "channel": addresses.c.channel,
        "account": addresses.c.account,
    }
    columns |= {name: _ASKS.c[name] for name in ("kind", "template", "expires_at")}
    columns |= {
        name: bindparam(f"new_{name}", type_=outbox.c[name].type) for name in (*_SAME, "created_at", "next_try_at")
    }
    carries = addresses.c.id == address_for(prompts.c.person_id, second=second)
    chosen = select(*columns.values()).select_from(
        prompts.join(_ASKS, given_to(prompts.c.id, _ASKS)).join(addresses, carries)
    )
    if dialect == "sqlite":
        chosen = chosen.where(true())  # without it, it takes ON CONFLICT for a join's condition
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(outbox)
    return insert.from_select(list(columns), chosen).on_conflict_do_nothing(index_elements=["key"])


def ask_now(prompt: Prompt, linked: Sequence[Address], now: datetime) -> dict[str, Any] | None:
    """Return the question again, for an address that has just been linked."""
    if not linked:
        return None
    return message(
        linked,
        prompt.person_id,
        Kind.QUESTION,
        f"{prompt.kind}/question",
        key=f"p:{prompt.id}:linked:{linked[-1].id}:{int(now.timestamp())}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=prompt.id,
        expires_at=prompt.due_at,
    )
