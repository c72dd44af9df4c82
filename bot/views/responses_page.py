"""The responses page by page, for programs: all of them, or only what has changed since an instant.

A page ends at a row that its reader has seen, so that nothing in it tells of rows that are not hers to see.
"""

import base64
import json
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select, tuple_

from bot.journal.store import journal
from bot.people.store import people
from bot.prompts.store import answers, prompts
from bot.trips.store import trips
from bot.views.responses import opened, row_of
from bot.views.scope import Scope

_KEY = ("number", "item", "occasion")


def responses_page(
    conn: Connection, scope: Scope, since: datetime | None, after: str | None, limit: int, now: datetime
) -> tuple[list[dict[str, str]], str | None]:
    """Return rows of `COLUMNS` and where the next page begins, None on the last; ValueError: `after` is no cursor."""
    key = (people.c.number, prompts.c.item, prompts.c.occasion)
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
        .order_by(*key)
        .limit(limit + 1)
    )
    if since is not None:
        query = query.where(_changed(since, now))
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*_decoded(after)))
    rows = [row_of(scope, found) for found in conn.execute(query)]
    return rows[:limit], _encoded(rows[limit - 1]) if len(rows) > limit else None


def _changed(since: datetime, now: datetime) -> ColumnElement[bool]:
    """Hold for what opened, was asked, reminded, answered, undone or given up since then."""
    times = (prompts.c.opens_at, prompts.c.asked_at, prompts.c.reminded_at, prompts.c.answered_at)
    undone = exists(select(answers.c.id).where(answers.c.prompt_id == prompts.c.id, answers.c.undone_at >= since))
    noted = prompts.c.id.in_(select(journal.c.prompt_id).where(journal.c.at >= since, journal.c.prompt_id.is_not(None)))
    return or_(*(time >= since for time in times), prompts.c.due_at.between(since, now), undone, noted)


def _encoded(row: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row[name] for name in _KEY]).encode()).decode()


def _decoded(text: str) -> tuple[str, str, str]:
    try:
        found = json.loads(base64.urlsafe_b64decode(text.encode()))
        number, item, occasion = found
    except (ValueError, TypeError) as error:
        raise ValueError("no cursor") from error
    if not all(isinstance(part, str) and "\0" not in part for part in (number, item, occasion)):
        raise ValueError("no cursor")
    return number, item, occasion
