"""A hard week is told to whom she chose and to nobody else; taken back, it is told to nobody any more."""

from datetime import datetime

from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import CaseState, Reason
from bot.journal import store as journal
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.prompts.model import Prompt


def take_back(conn: Connection, prompt: Prompt, now: datetime) -> None:
    """End the hard case of a prompt that nobody has acknowledged yet: silently, and alarms still waiting do not go."""
    for case in cases_store.unresolved_of(conn, [prompt.person_id]).get(prompt.person_id, []):
        if case.reason is not Reason.HARD or case.prompt_id != prompt.id or case.state is not CaseState.OPEN:
            continue
        values = {"state": CaseState.RESOLVED.value, "resolved_at": now, "outcome": "taken_back", "next_at": None}
        if cases_store.move_state(conn, case.id, [CaseState.OPEN], **values):
            conn.execute(
                outbox.update()
                .where(
                    outbox.c.case_id == case.id,
                    outbox.c.kind == Kind.ALARM.value,
                    outbox.c.state == OutboxState.WAITING.value,
                )
                .values(state=OutboxState.WITHDRAWN.value, reason="taken_back")
            )
            line = journal.line(
                now, "case.taken_back", person_id=prompt.person_id, prompt_id=prompt.id, case_id=case.id
            )
            journal.write(conn, [line])
