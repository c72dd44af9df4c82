"""The responses: one row per prompt that has opened, for the command `responses` and the console's export.

Instants are UTC with their offset, local ones stand beside them; what may not be seen reads `answered`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, or_, select

from bot.local_time import local_date, to_wall
from bot.outbox.store import outbox
from bot.people.store import people
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.sessions.model import KIND as SESSION
from bot.trips.store import trips
from bot.views.safety import prompt_in, shown_answer
from bot.views.scope import Scope

COLUMNS = (
    "number",
    "name",
    "trip",
    "kind",
    "item",
    "occasion",
    "zone",
    "opened_at",
    "asked_at",
    "due_at",
    "state",
    "answer",
    "answered_at",
    "channel",
    "opened_local",
    "asked_local",
    "due_local",
    "answered_local",
)
_FARTHEST = timedelta(hours=14)
"""No zone is further ahead of UTC."""


def responses(conn: Connection, scope: Scope, since: date | None, now: datetime) -> Iterator[dict[str, str]]:
    """Yield a row of `COLUMNS` for every prompt that opened on or after her own date `since`, the oldest first."""
    query = (
        select(
            prompts,
            people.c.number,
            people.c.name,
            people.c.counsellor_id,
            people.c.stand_in_id,
            trips.c.key.label("trip"),
        )
        .join(people, people.c.id == prompts.c.person_id)
        .outerjoin(trips, trips.c.id == prompts.c.trip_id)
        .where(scope.students(now.astimezone(UTC).date()), opened())
        .order_by(prompts.c.opens_at, prompts.c.id)
    )
    if since is not None:
        query = query.where(prompts.c.opens_at >= datetime.combine(since, time(0), tzinfo=UTC) - _FARTHEST)
    for found in conn.execute(query):
        if since is None or local_date(found.opens_at, found.zone) >= since:
            yield row_of(scope, found)


def opened() -> Any:
    """Hold for what was asked, or at least queued; a prompt that was withdrawn before its hour never opened."""
    ended_early = prompts.c.state.in_([State.WITHDRAWN.value, State.EXCUSED.value])
    queued = exists(select(outbox.c.id).where(outbox.c.prompt_id == prompts.c.id))
    return and_(
        prompts.c.kind != SESSION,  # what a branch holds is its own matter
        prompts.c.state != State.SCHEDULED.value,
        or_(~ended_early, prompts.c.asked_at.is_not(None), queued),
    )


def row_of(scope: Scope, found: Row[Any]) -> dict[str, str]:
    """Return a prompt with number, name, counsellor and trip beside it as its row of `COLUMNS`."""
    prompt = prompt_in(found)
    instants = {
        "opened": prompt.opens_at,
        "asked": prompt.asked_at,
        "due": prompt.due_at,
        "answered": prompt.answered_at,
    }
    return {
        "number": found.number,
        "name": found.name,
        "trip": found.trip or "",
        "kind": prompt.kind,
        "item": prompt.item,
        "occasion": prompt.occasion,
        "zone": prompt.zone,
        "opened_at": _utc(prompt.opens_at),
        "asked_at": _utc(prompt.asked_at),
        "due_at": _utc(prompt.due_at),
        "state": prompt.state.value,
        "answer": shown_answer(scope, prompt, found.counsellor_id, found.stand_in_id),
        "answered_at": _utc(prompt.answered_at),
        "channel": prompt.answer_channel or "",
    } | {f"{name}_local": _local(instant, prompt.zone) for name, instant in instants.items()}


def _utc(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(UTC).isoformat(timespec="seconds")


def _local(instant: datetime | None, zone: str) -> str:
    return "" if instant is None else to_wall(instant, zone).isoformat(timespec="seconds")
