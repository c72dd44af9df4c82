"""What a student wrote or where she was, for those who may know it: read only after the look was journalled.

With a call for help, whoever looks after her reads all of it. A note on a hard week is for whom she chose, any other
note for her counsellor, and for who stands in if it was written since; a position without a call for help, and what
belongs to nothing, is shown to nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select

from bot.cases.model import GIVEN_UP, Reason
from bot.cases.store import cases
from bot.people.model import Person
from bot.prompts.model import Choice
from bot.prompts.store import answers, notes, prompts
from bot.stand_ins.store import live_of
from bot.talks.store import follow_ups_of
from bot.views.scope import Scope

LATEST = 20
OF_A_CASE = 500
"""How many are shown of one student, and with one case; whoever shows fewer than there are says so."""


@dataclass(frozen=True)
class Words:
    """One note or position; latitude and longitude in degrees, for positions only."""

    at: datetime
    text: str
    latitude: float | None = None
    longitude: float | None = None


def words_of(conn: Connection, scope: Scope, person: Person, case_id: int | None = None) -> list[Words]:
    """Return the latest notes and positions of a student that this scope may read, the newest first.

    `case_id` narrows them to those of one case, which the caller has found that the reader may see.
    """
    if case_id is None and scope.is_left_out(person):
        return []
    was_hard = select(answers.c.id).where(
        answers.c.prompt_id == notes.c.prompt_id, answers.c.choice == Choice.HARD.value, answers.c.at <= notes.c.at
    )
    query = (
        select(
            notes.c.kind,
            notes.c.body,
            notes.c.at,
            prompts.c.choice,
            prompts.c.share_with,
            cases.c.reason,
            cases.c.outcome,
            cases.c.share_with.label("case_share_with"),
            exists(was_hard).label("was_hard"),
        )
        .outerjoin(prompts, prompts.c.id == notes.c.prompt_id)
        .outerjoin(cases, cases.c.id == notes.c.case_id)
        .where(notes.c.person_id == person.id)
        .order_by(notes.c.id.desc())
        .limit(LATEST if case_id is None else OF_A_CASE)
    )
    if case_id is not None:
        query = query.where(notes.c.case_id == case_id)
    stand_in = live_of(conn, person.id)
    since = None if stand_in is None else stand_in.began_at
    found = [_words(row) for row in conn.execute(query) if _may_read(scope, row, person, since)]
    if case_id is None and scope.viewer_id is not None and scope.viewer_id == person.counsellor_id:
        found += _after_stays(conn, person.id)  # her counsellor reads what she says then, as she was told
    return sorted(found, key=lambda one: one.at, reverse=True)


def left_off(conn: Connection, case_id: int) -> int:
    """Return how many notes and positions of a case are too old to be among those that `words_of` returns."""
    many = conn.execute(select(func.count()).select_from(notes).where(notes.c.case_id == case_id)).scalar_one()
    return max(int(many) - OF_A_CASE, 0)


def _after_stays(conn: Connection, person_id: int) -> list[Words]:
    return [
        Words(one.asked_at, answer)
        for one in follow_ups_of(conn, person_id)
        if one.asked_at is not None
        for answer in one.answers
        if answer
    ]


def _may_read(scope: Scope, row: Any, person: Person, since: datetime | None) -> bool:
    if row.reason == Reason.URGENT:
        return True
    if row.kind == "position":
        return False
    if row.reason == Reason.HARD and row.outcome not in GIVEN_UP:
        return scope.sees_hard(row.case_share_with, person.counsellor_id, person.stand_in_id)
    # What she wrote to a hard week stays with whom she chose for it, also when she says later that she is fine.
    if row.choice == Choice.HARD or row.was_hard:
        return scope.sees_hard(row.share_with, person.counsellor_id, person.stand_in_id)
    told_counsellor = row.choice is not None or row.reason is not None
    if not told_counsellor or scope.viewer_id is None:
        return False
    is_for_stand_in = since is not None and row.at >= since and scope.viewer_id == person.stand_in_id
    return is_for_stand_in or scope.viewer_id == person.counsellor_id


def _words(row: Any) -> Words:
    body: dict[str, Any] = row.body if isinstance(row.body, dict) else {"text": str(row.body)}
    return Words(row.at, str(body.get("text", "")), body.get("latitude"), body.get("longitude"))
