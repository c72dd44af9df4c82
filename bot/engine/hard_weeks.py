"""A hard week is told to whom she chose and to nobody else; taken back, it is told to nobody any more."""

from datetime import datetime

from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.cases.store import cases
from bot.engine.line import closed
from bot.journal import store as journal
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.prompts.model import Prompt, ShareWith
from bot.prompts.store import prompts


def take_back(conn: Connection, prompt: Prompt, now: datetime) -> None:
    """End the hard case of a prompt that nobody has acknowledged yet: silently, and alarms still waiting do not go."""
    for case in _hard_cases(conn, prompt.person_id):
        if case.prompt_id == prompt.id and case.state is CaseState.OPEN:
            _end(conn, case, "taken_back", now)


def make_way(conn: Connection, person_id: int, now: datetime) -> None:
    """End the hard case of an earlier week or choice, silently: the one that follows goes to whom she chose now.

    A student has one open case per reason. Were the new week added to the old case, whoever she chose now would not
    hear of it.
    """
    for case in _hard_cases(conn, person_id):
        _end(conn, case, "passed_on", now)


def forget_stand_in(conn: Connection, person_id: int, now: datetime) -> int | None:
    """Show what she shared with who stood in to nobody any more; return the week whose case was still open.

    Nobody has looked after that one to its end: she is to be asked who may know of it now.
    """
    shared = ShareWith.STAND_IN.value
    still = [case for case in _hard_cases(conn, person_id) if case.share_with == shared]
    for case in still:
        _end(conn, case, "passed_on", now)
        closed(conn, case, now)
    nobody = {"share_with": ShareWith.NOBODY.value}
    conn.execute(cases.update().where(cases.c.person_id == person_id, cases.c.share_with == shared).values(nobody))
    conn.execute(
        prompts.update().where(prompts.c.person_id == person_id, prompts.c.share_with == shared).values(nobody)
    )
    found = next((case.prompt_id for case in still if case.prompt_id is not None), None)
    if found is not None:
        conn.execute(prompts.update().where(prompts.c.id == found).values(share_with=None))
    return found


def open_with_counsellor(conn: Connection, person_id: int) -> int | None:
    """Return the question of a hard week that her counsellor looks after, or was told of and has not looked at yet."""
    mine = [case for case in _hard_cases(conn, person_id) if case.share_with == ShareWith.COUNSELLOR.value]
    return mine[0].prompt_id if mine else None


def _hard_cases(conn: Connection, person_id: int) -> list[Case]:
    unresolved = cases_store.going_on(conn, person_id)
    return [case for case in unresolved if case.reason is Reason.HARD]


def _end(conn: Connection, case: Case, outcome: str, now: datetime) -> None:
    values = {"state": CaseState.RESOLVED.value, "resolved_at": now, "outcome": outcome, "next_at": None}
    if not cases_store.move_state(conn, case.id, [case.state], **values):
        return
    conn.execute(
        outbox.update()
        .where(
            outbox.c.case_id == case.id,
            outbox.c.kind == Kind.ALARM.value,
            outbox.c.state == OutboxState.WAITING.value,
        )
        .values(state=OutboxState.WITHDRAWN.value, reason=outcome)
    )
    line = journal.line(now, f"case.{outcome}", person_id=case.person_id, prompt_id=case.prompt_id, case_id=case.id)
    journal.write(conn, [line])
