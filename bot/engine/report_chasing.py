"""Staff ask for reports once more: one or many, each at most once on a day of hers, never once it is handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.addresses.store import working_of
from bot.engine.report_life import asks_of
from bot.engine.telling import not_before_her_morning, pick, tell
from bot.journal import store as journal
from bot.local_time import local_date
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING, Prompt, State
from bot.reports import store
from bot.reports.model import WRITABLE, Report
from bot.reports.rules import may_chase

A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Chased:
    """How many were asked, and how many not: asked today already, not reachable, or not waited for any more."""

    asked: int = 0
    today: int = 0
    unreachable: int = 0
    over: int = 0


def chase(
    conn: Connection, reports: Sequence[Report], actor_id: int | None, now: datetime, programmes: Programmes
) -> Chased:
    """Ask for these reports once more."""
    counts = {"asked": 0, "today": 0, "unreachable": 0, "over": 0}
    for report in reports:
        counts[_one(conn, report, actor_id, now, programmes)] += 1
    return Chased(**counts)


def would(conn: Connection, reports: Sequence[Report], now: datetime) -> Chased:
    """Return what `chase` would do, without doing it."""
    counts = {"asked": 0, "today": 0, "unreachable": 0, "over": 0}
    for report in reports:
        counts[refusal(conn, report, now) or "asked"] += 1
    return Chased(**counts)


def refusal(conn: Connection, report: Report, now: datetime) -> str:
    """Return why a report is not asked for once more, by the name of a count of `Chased`; "" when it would be."""
    return _refusal(conn, report, now)[0]


def _refusal(conn: Connection, report: Report, now: datetime) -> tuple[str, Prompt | None]:
    prompt = None if report.prompt_id is None else prompts_store.by_id(conn, report.prompt_id)
    if prompt is None or report.stage not in WRITABLE or prompt.state is State.SCHEDULED:
        return "over", None
    last = max((at for at in (prompt.reminded_at, prompt.asked_at) if at is not None), default=None)
    if not may_chase(report, last, prompt.zone, now):
        return "today", None
    if pick(working_of(conn, [report.person_id]).get(report.person_id, [])) is None:
        return "unreachable", None
    return "", prompt


def _one(conn: Connection, report: Report, actor_id: int | None, now: datetime, programmes: Programmes) -> str:
    why, prompt = _refusal(conn, report, now)
    if prompt is None:
        return why
    kind, template = MessageKind.REMINDER, "report/chased"
    if prompt.asked_at is None:  # what has never got to her is no reminder
        kind, template = MessageKind.QUESTION, "report/question"
    elif prompt.state not in RUNNING:  # it was over without a word: it runs again for a week
        _run_again(conn, report, prompt, now, programmes)
    tell(
        conn,
        report.person_id,
        kind,
        template,
        key=f"p:{prompt.id}:chased:{local_date(now, prompt.zone).isoformat()}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=prompt.id,
        not_before=not_before_her_morning(conn, report.person_id, now),
    )
    store.update(conn, report, chased_at=now)
    if kind is MessageKind.REMINDER:
        prompts_store.update(conn, prompt.id, reminded_at=now)
    line = journal.line(now, "report.chased", person_id=report.person_id, actor_id=actor_id, report=report.id)
    journal.write(conn, [line])
    return "asked"


def _run_again(conn: Connection, report: Report, prompt: Prompt, now: datetime, programmes: Programmes) -> None:
    asks = asks_of(conn, report, programmes)
    if asks is not None:
        until = max(now + A_WEEK, prompt.due_at)
        last = len(asks[1].ladder) - 1
        prompts_store.update(conn, prompt.id, state=State.LATE.value, step=last, next_at=until, due_at=until)
