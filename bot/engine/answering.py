"""What she says to a prompt: recorded once, the latest counts until its occasion is over, undone for two minutes.

Called by the chat handlers with whatever channel the words came from.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, Reason
from bot.engine.beside import NOT_LOOKED, Beside, look
from bot.engine.casework import all_clear, open_case, raise_sos
from bot.engine.editing import mark_answered
from bot.engine.hard_weeks import make_way, take_back
from bot.engine.ladder import times_of
from bot.engine.person_facts import PersonFacts
from bot.engine.planning import SELF
from bot.engine.replanning import replan
from bot.engine.rollcall_life import wrote
from bot.engine.volunteering import self_prompt
from bot.journal import store as journal
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, UNANSWERABLE, Choice, Prompt, ShareWith, State

UNDO_FOR = timedelta(minutes=2)


class Outcome(StrEnum):
    """What became of an answer."""

    RECORDED = "recorded"
    CHANGED = "changed"  # another answer counted before, now this one does
    LATE = "late"  # the occasion is over and had its answer: recorded, the earlier one counts
    REFUSED = "refused"  # there is no such prompt of hers


@dataclass(frozen=True)
class Answered:
    """An answer and what it led to; `prompt` is None only when it was refused."""

    outcome: Outcome
    prompt: Prompt | None = None
    case_id: int | None = None
    closed: bool = False
    current: Prompt | None = None
    """What else is open, when this one is over."""
    can_undo: bool = False
    helped: bool = False
    """Whether somebody still looks after her call for help."""
    is_asked_more: bool = True
    """Whether she may have been asked something else, which this tells nothing of."""


def answer(
    conn: Connection,
    prompt_id: int,
    person_id: int,
    choice: Choice,
    channel: str,
    now: datetime,
    programmes: Programmes,
) -> Answered:
    """Record an answer to one of her prompts, whatever its state; the caller owns the transaction."""
    prompt, beside = look(conn, prompt_id, now)
    if prompt is None or prompt.person_id != person_id or prompt.kind in UNANSWERABLE:
        return Answered(Outcome.REFUSED)
    return _record(conn, prompt, choice, channel, now, programmes, beside=beside)


def _record(
    conn: Connection,
    prompt: Prompt,
    choice: Choice,
    channel: str,
    now: datetime,
    programmes: Programmes,
    known: PersonFacts | None = None,
    beside: Beside = NOT_LOOKED,
) -> Answered:
    """Record an answer; `known` are her facts where they have been loaded, `beside` what else goes on with her."""
    prompt_id, person_id = prompt.id, prompt.person_id
    closed = prompt.closes_at is not None and prompt.closes_at <= now
    counts = not (closed and prompt.answered_at is not None) and prompt.state is not State.WITHDRAWN
    answer_id = prompts_store.add_answer(conn, prompt, choice, channel, now, counts=counts)
    journal.write(
        conn,
        [
            journal.line(
                now,
                "prompt.answered",
                person_id=person_id,
                actor_id=person_id,
                prompt_id=prompt_id,
                channel=channel,
                counts=counts,
            )
        ],
    )
    case_id, after = None, prompt
    if counts:
        after, going_on = _count(conn, prompt, answer_id, choice, channel, now, beside)
        if prompt.state is State.SCHEDULED:  # an early answer: what comes after it must have its row
            facts = None if known is None else {person_id: known}
            replan(conn, [person_id], programmes, now, {person_id: {prompt.item: prompt.opens_at}}, facts)
    else:
        going_on = cases_store.going_on(conn, person_id)
    if choice is Choice.URGENT:  # a cry counts whatever it stands on
        case_id = raise_sos(conn, person_id, prompt_id, now).id
    changed = prompt.state is State.ANSWERED
    return Answered(
        outcome=(Outcome.CHANGED if changed else Outcome.RECORDED) if counts else Outcome.LATE,
        prompt=after,
        case_id=case_id,
        closed=closed,
        current=_other_open(conn, person_id, prompt_id, now) if closed or not counts else None,
        can_undo=counts and choice is not Choice.URGENT,
        helped=any(case.reason is Reason.URGENT for case in going_on),
        is_asked_more=beside.is_asked_more,
    )


def volunteer(
    conn: Connection, person_id: int, choice: Choice, channel: str, now: datetime, programmes: Programmes
) -> Answered:
    """Record what she says without being asked.

    It belongs to what is open now; else to what would be asked later today; else it makes a row of its own.
    """
    prompt, facts = self_prompt(conn, person_id, now, programmes)
    return _record(conn, prompt, choice, channel, now, programmes, facts)


def undo(conn: Connection, prompt_id: int, person_id: int, now: datetime, programmes: Programmes) -> bool:
    """Take the latest answer back; False after two minutes, for an urgent one, or when there is none."""
    prompt = prompts_store.by_id(conn, prompt_id)
    if prompt is None or prompt.person_id != person_id:
        return False
    given = prompts_store.answers_of(conn, prompt_id)
    if not given or given[0].choice is Choice.URGENT or now - given[0].at > UNDO_FOR:
        return False
    conn.execute(prompts_store.answers.update().where(prompts_store.answers.c.id == given[0].id).values(undone_at=now))
    take_back(conn, prompt, now)
    journal.write(
        conn,
        [journal.line(now, "prompt.undone", person_id=person_id, actor_id=person_id, prompt_id=prompt_id)],
    )
    if len(given) > 1:
        before = given[1]
        prompts_store.update(
            conn, prompt_id, answer_id=before.id, choice=before.choice.value, answered_at=before.at,
            answer_channel=before.channel, share_with=None,
        )  # fmt: skip
        return True
    _reopen(conn, prompt, given[0].state_before, now, programmes)
    replan(conn, [person_id], programmes, now)
    return True


def share(conn: Connection, prompt_id: int, person_id: int, whom: ShareWith, now: datetime) -> bool:
    """Record who may know of a hard week and tell exactly them; False when there is no hard answer to share."""
    prompt = prompts_store.by_id(conn, prompt_id)
    if prompt is None or prompt.person_id != person_id or prompt.choice is not Choice.HARD:
        return False
    if prompt.share_with is whom:
        return True
    take_back(conn, prompt, now)
    prompts_store.update(conn, prompt_id, share_with=whom.value)
    journal.write(
        conn,
        [journal.line(now, "hard.shared", person_id=person_id, actor_id=person_id, prompt_id=prompt_id)],
    )
    if whom is not ShareWith.NOBODY:
        make_way(conn, person_id, now)
        open_case(conn, person_id, Reason.HARD, prompt_id, now, whom)
    return True


def _count(
    conn: Connection, prompt: Prompt, answer_id: int, choice: Choice, channel: str, now: datetime, beside: Beside
) -> tuple[Prompt, list[Case]]:
    """Let an answer count; return the prompt as it is now, and the cases of hers that go on all the same."""
    changed: dict[str, Any] = {
        "state": State.ANSWERED,
        "answer_id": answer_id,
        "choice": choice,
        "share_with": None,
        "answered_at": now,
        "answer_channel": channel,
        "asked_at": prompt.asked_at or (now if prompt.state is not State.SCHEDULED else None),
        "next_at": None,
    }
    prompts_store.update(conn, prompt.id, **changed | {"state": State.ANSWERED.value, "choice": choice.value})
    if prompt.choice is Choice.HARD:
        take_back(conn, prompt, now)
    mark_answered(conn, prompt, answer_id, now)
    if beside.in_rollcall:
        wrote(conn, prompt.person_id, now)
    going_on = all_clear(conn, prompt.person_id, "answered", now) if beside.has_case else []
    return replace(prompt, **changed), going_on


def _reopen(conn: Connection, prompt: Prompt, before: State, now: datetime, programmes: Programmes) -> None:
    """Put a prompt back to where it was, on the rung that was next."""
    state = before
    if prompt.occasion.startswith(SELF):
        state = State.WITHDRAWN
    elif state in FAILED:
        state = State.ALIVE  # she is there, whatever she takes back
    next_at = None
    if state is State.SCHEDULED:
        next_at = prompt.opens_at
    elif state in RUNNING:
        programme = programmes.version(conn, prompt.version_id)
        item = programme.item(prompt.item)
        if item is not None:
            times = times_of(item, prompt.occasion, prompt.opens_at, prompt.zone, programme.quiet)
            next_at = max(now, times[prompt.step] + timedelta(seconds=prompt.late_by_seconds))
    prompts_store.update(
        conn,
        prompt.id,
        state=state.value,
        answer_id=None,
        choice=None,
        share_with=None,
        answered_at=None,
        answer_channel=None,
        next_at=next_at,
    )


def _other_open(conn: Connection, person_id: int, prompt_id: int, now: datetime) -> Prompt | None:
    return next(
        (
            prompt
            for prompt in reversed(prompts_store.open_of(conn, person_id, now))
            if prompt.id != prompt_id and prompt.state in RUNNING
        ),
        None,
    )
