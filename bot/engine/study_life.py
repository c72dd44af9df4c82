"""What becomes of a study report: whoever leads her home branch accepts or returns it, gives more time, or excuses her.

What is said of it travels as a branch matter does: `channels` are those that the school allows for it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from bot.engine import obligation_deeds
from bot.engine.branch_telling import tell_member
from bot.engine.facts import load_facts
from bot.engine.report_life import MOST_WORDS
from bot.engine.telling import not_before_her_morning
from bot.journal import store as journal
from bot.local_time import local_date, to_instant
from bot.obligations import store as obligations
from bot.obligations.model import Obligation
from bot.obligations.model import Stage as Owed
from bot.obligations.rules import AGAIN, HOUR, ends_at
from bot.reports import store, versions
from bot.reports.model import WRITABLE, Remark, Report, Stage
from bot.reports.rules import LONGEST_EXTENSION, may_decide


def accept(
    conn: Connection, report: Report, version: int, actor_id: int, words: str, now: datetime, channels: Sequence[str]
) -> bool:
    """Accept a version; False when it is too late for that."""
    if not may_decide(report, version) or not store.change_stage(conn, report, Stage.ACCEPTED, decided_at=now):
        return False
    _remark(conn, report, version, actor_id, Remark.ACCEPTED, words, now)
    _tell(conn, report, channels, "accepted", f"accepted:{version}", now, words=words[:MOST_WORDS])
    return True


def give_back(
    conn: Connection, report: Report, version: int, actor_id: int, words: str, now: datetime, channels: Sequence[str]
) -> bool:
    """Return a version with words of what is missing; there is a fortnight at least. False when it is too late."""
    if not words.strip() or not may_decide(report, version):
        return False
    if not store.change_stage(conn, report, Stage.RETURNED, decided_at=now):
        return False
    _remark(conn, report, version, actor_id, Remark.RETURNED, words, now)
    data: dict[str, Any] = {"words": words[:MOST_WORDS]}
    one = _owed(conn, report)
    if one is not None:
        zone = _zone(conn, report, now)
        due_on = max(one.due_on, local_date(now, zone) + AGAIN)
        obligations.reopen(conn, one.id, due_on, to_instant(due_on - AGAIN / 7, HOUR, zone))
        data["obligation"] = one.id
    _tell(conn, report, channels, "returned", f"returned:{version}", now, **data)
    return True


def excuse(conn: Connection, report: Report, actor_id: int, words: str, now: datetime, channels: Sequence[str]) -> bool:
    """Excuse her from a report that is not handed in, with the reason; False when it is."""
    values = {"decided_at": now, "said_at": None}
    is_open = words.strip() and report.stage in WRITABLE
    if not is_open or not store.change_stage(conn, report, Stage.EXCUSED, **values):
        return False
    one = _owed(conn, report)
    if one is not None:
        obligation_deeds.excuse(conn, one, actor_id, now)
    _remark(conn, report, report.version, actor_id, Remark.EXCUSED, words, now)
    _tell(conn, report, channels, "excused", f"excused:{int(now.timestamp())}", now, words=words[:MOST_WORDS])
    return True


def extend(
    conn: Connection, report: Report, actor_id: int, due_on: date, words: str, now: datetime, channels: Sequence[str]
) -> bool:
    """Give her until the end of a day, with the reason; False for one that is no later than before."""
    one = _owed(conn, report)
    if one is None or one.stage is not Owed.OPEN or report.stage not in WRITABLE or not words.strip():
        return False
    zone = _zone(conn, report, now)
    today = local_date(now, zone)
    if due_on <= max(one.due_on, today) or due_on - today > LONGEST_EXTENSION:
        return False
    obligations.update(conn, one.id, due_on=due_on)
    _remark(conn, report, report.version, actor_id, Remark.EXTENDED, words, now, until=ends_at(due_on, zone))
    _tell(conn, report, channels, "extended", f"extended:{due_on.isoformat()}", now, obligation=one.id)
    return True


def _owed(conn: Connection, report: Report) -> Obligation | None:
    return None if report.obligation_id is None else obligations.by_id(conn, report.obligation_id, locked=True)


def _zone(conn: Connection, report: Report, now: datetime) -> str:
    return load_facts(conn, [report.person_id])[report.person_id].zone_now(now)


def _remark(
    conn: Connection,
    report: Report,
    version: int,
    actor_id: int,
    remark: Remark,
    words: str,
    now: datetime,
    until: datetime | None = None,
) -> None:
    versions.add_comment(conn, report, version, actor_id, remark, words[:MOST_WORDS], now, until=until)
    action = f"study.{remark.value}"
    line = journal.line(now, action, person_id=report.person_id, actor_id=actor_id, report=report.id, version=version)
    journal.write(conn, [line])


def _tell(
    conn: Connection, report: Report, channels: Sequence[str], what: str, name: str, now: datetime, **data: Any
) -> None:
    tell_member(
        conn,
        report.person_id,
        f"study/{what}",
        channels,
        key=f"study:{report.id}:{name}",
        now=now,
        data=data,
        not_before=not_before_her_morning(conn, report.person_id, now),
    )
