"""Something that is owed is done, taken back, or owed no more; what was still to be said of it is not said then."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.journal import store as journal
from bot.obligations import store
from bot.obligations.model import How, Kind, Obligation, Stage
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.reports import store as reports
from bot.reports.model import Stage as ReportStage

BACK_FOR = timedelta(days=7)
"""How long she may take back that something is done."""


def key_of(obligation_id: int, name: str) -> str:
    """Return the key of a message about something that is owed."""
    return f"owed:{obligation_id}:{name}"


def finish(conn: Connection, one: Obligation, how: How, actor_id: int | None, now: datetime) -> bool:
    """Note that something is done; False when it is not open any more."""
    if not store.end(conn, one, Stage.DONE, now, how):
        return False
    _quiet(conn, one, "done")
    line = journal.line(now, "obligation.done", person_id=one.person_id, actor_id=actor_id, obligation=one.id)
    journal.write(conn, [line])
    return True


def take_back(conn: Connection, one: Obligation, now: datetime) -> bool:
    """Let it be owed again, if she herself said lately that it was done."""
    mine = one.stage is Stage.DONE and one.how is How.HERSELF and one.done_at is not None
    if not mine or one.done_at is None or now - one.done_at > BACK_FOR:
        return False
    store.reopen(conn, one.id, one.due_on, None)
    journal.write(conn, [journal.line(now, "obligation.taken_back", person_id=one.person_id, obligation=one.id)])
    return True


def excuse(conn: Connection, one: Obligation, actor_id: int | None, now: datetime) -> bool:
    """Let it be owed no more; False when it is not open any more."""
    if not store.end(conn, one, Stage.EXCUSED, now, How.BRANCH):
        return False
    _quiet(conn, one, "excused")
    line = journal.line(now, "obligation.excused", person_id=one.person_id, actor_id=actor_id, obligation=one.id)
    journal.write(conn, [line])
    return True


def withdraw(conn: Connection, one: Obligation, now: datetime) -> bool:
    """Let go what does not follow from rule, stay and branch any more; a report that was begun stays hers to read."""
    if not store.end(conn, one, Stage.WITHDRAWN, now):
        return False
    _quiet(conn, one, "withdrawn")
    report = reports.of_obligation(conn, one.id) if one.kind is Kind.REPORT else None
    if report is not None and report.stage is ReportStage.OPEN:
        reports.change_stage(conn, report, ReportStage.WITHDRAWN, decided_at=now, said_at=None)
    return True


def _quiet(conn: Connection, one: Obligation, reason: str) -> None:
    values = {"state": OutboxState.WITHDRAWN.value, "reason": reason}
    told = outbox.c.key.startswith(key_of(one.id, ""), autoescape=True)
    waits = outbox.c.state == OutboxState.WAITING.value
    conn.execute(outbox.update().where(outbox.c.person_id == one.person_id, told, waits).values(values))
