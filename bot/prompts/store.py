"""Tables and queries of prompts, answers and the notes that follow an answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from bot.listed import among, listed, listed_as
from bot.prompts.model import UNANSWERABLE, Answer, Choice, Prompt, ShareWith, State
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

prompts = Table(
    "prompts",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("item", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("occasion", String(96), nullable=False),
    Column("version_id", Id, ForeignKey("programme_versions.id"), nullable=False),
    Column("trip_id", Id, ForeignKey("trips.id"), index=True),
    Column("zone", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opens_at", UtcDateTime, nullable=False, index=True),
    # When it counts as missed; moves with the ladder.
    Column("due_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime),
    Column("step", Integer, nullable=False),
    Column("asked_at", UtcDateTime),
    Column("late_by_seconds", Integer, nullable=False, default=0),
    Column("reminded_at", UtcDateTime),
    Column("closes_at", UtcDateTime),
    # The answer that counts, repeated here so that boards read one table.
    Column("answer_id", Id),
    Column("choice", String(16)),
    Column("share_with", String(16)),
    Column("answered_at", UtcDateTime),
    Column("answer_channel", String(16)),
    # The error that set this row aside, by its type only.
    Column("error", String(200)),
    UniqueConstraint("person_id", "item", "occasion"),
)
Index(
    "ix_prompts_next_at",
    prompts.c.next_at,
    prompts.c.id,  # a hundred thousand that fall due in one second are claimed in order, without sorting them each time
    sqlite_where=prompts.c.next_at.is_not(None),
    postgresql_where=prompts.c.next_at.is_not(None),
)
# The board looks for the latest question of each of twenty thousand, however long their histories are.
Index("ix_prompts_latest", prompts.c.person_id, prompts.c.opens_at, prompts.c.id)

_ENDED_BADLY = "state IN ('late', 'missed', 'unreached', 'not_asked')"
"""The condition of the index that finds who is silent among a hundred thousand."""
Index(
    "ix_prompts_ended_badly",
    prompts.c.person_id,
    prompts.c.opens_at,
    sqlite_where=text(_ENDED_BADLY),
    postgresql_where=text(_ENDED_BADLY),
)


class _WordForWord(ColumnElement[bool]):
    inherit_cache = True


@compiles(_WordForWord)
def _in_words(_element: _WordForWord, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"prompts.{_ENDED_BADLY}"


@compiles(_WordForWord, "postgresql")
def _left_out(_element: _WordForWord, _compiler: SQLCompiler, **_options: Any) -> str:
    return "true"


def ended_in(states: Sequence[str]) -> ColumnElement[bool]:
    """Hold for what ended in one of some bad states.

    SQLite takes the index only for its own condition word for word. PostgreSQL sees by itself that the states are among
    those of the index; told twice, it expects a single row of thirty thousand, and takes seconds.
    """
    return and_(_WordForWord(), prompts.c.state.in_(states))


answers = Table(
    "answers",
    metadata,
    id_column(),
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("choice", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Whether it came before the prompt closed; later ones are thanked and recorded, the earlier one counts.
    Column("counts", Boolean, nullable=False),
    Column("state_before", String(16), nullable=False),
    Column("undone_at", UtcDateTime),
)

notes = Table(
    "notes",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="CASCADE"), index=True),
    Column("case_id", Id, ForeignKey("cases.id", ondelete="SET NULL"), index=True),
    # "note" or "position"; a position goes 72 hours after it was sent or its case closed.
    Column("kind", String(16), nullable=False, index=True),
    Column("body", Sealed(), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)


# Statements that every message needs are kept: building one costs twice as much as running it.
_BY_ID = select(prompts).where(prompts.c.id == bindparam("prompt_id"))
_BY_IDS = select(prompts).where(listed_as(prompts.c.id, "prompt_ids")).order_by(prompts.c.id)
_GONE = [State.SCHEDULED.value, State.WITHDRAWN.value, State.EXCUSED.value]
_OPEN = (
    select(prompts)
    .where(
        prompts.c.person_id == bindparam("one"), ~among(prompts.c.state, _GONE), prompts.c.opens_at <= bindparam("at")
    )
    .where((prompts.c.closes_at.is_(None)) | (prompts.c.closes_at > bindparam("at")))
    .where(~among(prompts.c.kind, sorted(UNANSWERABLE)))
    .order_by(prompts.c.opens_at, prompts.c.id)
)
_NEXT = (
    select(prompts)
    .where(prompts.c.person_id == bindparam("one"), prompts.c.state == State.SCHEDULED.value)
    .where(~among(prompts.c.kind, sorted(UNANSWERABLE)))
    .order_by(prompts.c.opens_at)
)
_COMING = (
    _NEXT.with_only_columns(prompts.c.opens_at, prompts.c.zone).where(prompts.c.opens_at > bindparam("after")).limit(1)
)
_OF_PEOPLE = (
    select(prompts)
    .where(listed_as(prompts.c.person_id, "ids"))
    .where(
        (prompts.c.opens_at >= bindparam("since"))
        | among(prompts.c.state, [State.SCHEDULED.value, State.OPEN.value, State.LATE.value])
        | prompts.c.occasion.startswith("trip:", autoescape=True)
    )
    .order_by(prompts.c.opens_at, prompts.c.id)
)
_UPDATE = prompts.update().where(prompts.c.id == bindparam("row_id"))
_ANSWER = answers.insert().returning(answers.c.id)


def by_id(conn: Connection, prompt_id: int) -> Prompt | None:
    """Return one prompt."""
    row = conn.execute(_BY_ID, {"prompt_id": prompt_id}).one_or_none()
    return None if row is None else from_row(row)


class Claimed(NamedTuple):
    """A prompt for which something happens now, and whose it is."""

    id: int
    person_id: int


_CLAIM = (
    select(prompts.c.id, prompts.c.person_id)
    .where(prompts.c.next_at <= bindparam("at"), prompts.c.error.is_(None))
    .order_by(prompts.c.next_at, prompts.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, key_share=True)
)


def claim(conn: Connection, now: datetime, limit: int) -> list[Claimed]:
    """Claim up to `limit` prompts for which something happens by `now`, in the order in which they fell due."""
    return [Claimed(*row) for row in conn.execute(_CLAIM, {"at": now, "most": limit}).all()]


def still_due(conn: Connection, claimed: Sequence[Claimed], now: datetime) -> list[Claimed]:
    """Return those of what was claimed for which something still happens by `now`."""
    query = (
        select(prompts.c.id, prompts.c.person_id)
        .where(listed(prompts.c.id, [one.id for one in claimed]), prompts.c.next_at <= now, prompts.c.error.is_(None))
        .order_by(prompts.c.next_at, prompts.c.id)
    )
    return [Claimed(*row) for row in conn.execute(query)]


def by_ids(conn: Connection, prompt_ids: Sequence[int]) -> list[Prompt]:
    """Return these prompts, in the order of their ids."""
    return [from_row(row) for row in conn.execute(_BY_IDS, {"prompt_ids": prompt_ids})]


def of_people(conn: Connection, person_ids: Iterable[int], since: datetime) -> dict[int, list[Prompt]]:
    """Return the prompts of people that are scheduled or running, or opened since; by person, by opening.

    What is asked once per trip comes whatever its age: it stays asked for ever.
    """
    found: dict[int, list[Prompt]] = {}
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), 500):
        for row in conn.execute(_OF_PEOPLE, {"ids": ids[start : start + 500], "since": since}):
            found.setdefault(row.person_id, []).append(from_row(row))
    return found


def open_of(conn: Connection, person_id: int, now: datetime) -> list[Prompt]:
    """Return what a person can still answer now, the oldest first: opened, not withdrawn, not yet closed."""
    return [from_row(row) for row in conn.execute(_OPEN, {"one": person_id, "at": now})]


def next_of(conn: Connection, person_id: int) -> list[Prompt]:
    """Return what is scheduled for a person, the soonest first."""
    return [from_row(row) for row in conn.execute(_NEXT, {"one": person_id})]


def coming(conn: Connection, person_id: int, now: datetime) -> tuple[datetime, str] | None:
    """Return when a person is asked next, after now, and by which zone."""
    row = conn.execute(_COMING, {"one": person_id, "after": now}).one_or_none()
    return None if row is None else (row.opens_at, row.zone)


def insert_many(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new prompts; each row has the columns of `Prompt` but its id."""
    if rows:
        conn.execute(prompts.insert(), list(rows))


def update(conn: Connection, prompt_id: int, **values: Any) -> None:
    """Change columns of one prompt; enums are stored by value."""
    conn.execute(_UPDATE, {"row_id": prompt_id, **values})


def add_answer(conn: Connection, prompt: Prompt, choice: Choice, channel: str, at: datetime, *, counts: bool) -> int:
    """Append an answer and return its id."""
    values = {
        "prompt_id": prompt.id,
        "person_id": prompt.person_id,
        "choice": choice.value,
        "channel": channel,
        "at": at,
        "counts": counts,
        "state_before": prompt.state.value,
    }
    inserted = conn.execute(_ANSWER, values)
    return int(inserted.scalar_one())


def answers_of(conn: Connection, prompt_id: int) -> list[Answer]:
    """Return the answers to a prompt that count and are not undone, the latest first."""
    query = (
        select(answers)
        .where(answers.c.prompt_id == prompt_id, answers.c.undone_at.is_(None), answers.c.counts)
        .order_by(answers.c.at.desc(), answers.c.id.desc())
    )
    return [
        Answer(
            row.id,
            row.prompt_id,
            row.person_id,
            Choice(row.choice),
            row.channel,
            row.at,
            State(row.state_before),
            row.undone_at,
        )
        for row in conn.execute(query)
    ]


def from_row(row: Row[Any]) -> Prompt:
    """Turn a row of `prompts` into a prompt."""
    return from_values(dict(row._mapping))  # noqa: SLF001 - the documented way to a row's columns by name


def from_values(values: dict[str, Any]) -> Prompt:
    """Turn the columns of `prompts`, by name, into a prompt."""
    values["state"] = State(values["state"])
    values["choice"] = Choice(values["choice"]) if values["choice"] else None
    values["share_with"] = ShareWith(values["share_with"]) if values["share_with"] else None
    return Prompt(**values)
