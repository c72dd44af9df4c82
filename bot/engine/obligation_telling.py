"""A member hears of what she owes her home branch: when its time opens, and so many days before its end.

Nobody is told at night or in a pause.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.engine.branch_telling import tell_member
from bot.engine.obligation_deeds import key_of
from bot.engine.session_telling import load_members
from bot.engine.study_begun import report_for
from bot.local_time import Quiet, local_date
from bot.obligations import store
from bot.obligations.model import Kind, Obligation, Rule, Stage
from bot.obligations.rules import ends_at, next_word
from bot.outbox.model import Message
from bot.reports.model import WRITABLE

STALE = timedelta(days=2)
"""How long a word of it is worth sending at least."""


def go_on(
    conn: Connection,
    obligation_id: int,
    rules: Mapping[str, Rule],
    channels: Sequence[str],
    quiet: Quiet,
    now: datetime,
) -> None:
    """Tell her of one that is due to be told of, and set when the clock looks at it again."""
    one = store.by_id(conn, obligation_id, locked=True)
    if one is None or one.next_at is None or one.next_at > now:
        return  # somebody else was faster
    rule = rules.get(one.rule)
    members = load_members(conn, [one.person_id], quiet)
    if rule is None or one.stage is not Stage.OPEN or one.person_id not in members.facts:
        store.update(conn, one.id, next_at=None)
        return
    zone = members.facts[one.person_id].zone_now(now)
    at = members.may_hear(one.person_id, now)
    if at > now and at < ends_at(one.due_on, zone):
        store.update(conn, one.id, next_at=at)
        return
    report = report_for(conn, one, now) if one.kind is Kind.REPORT else None
    told = replace(one, told_at=now)
    store.update(conn, one.id, told_at=now, next_at=next_word(told, rule, zone))
    if now >= ends_at(one.due_on, zone) and one.told_at is not None:
        return  # it is over, and she knew of it
    if report is None or report.stage in WRITABLE:
        _tell(conn, one, channels, zone, now)


def _tell(conn: Connection, one: Obligation, channels: Sequence[str], zone: str, now: datetime) -> None:
    folder = "study/" if one.kind is Kind.REPORT else "branch/"
    tell_member(
        conn,
        one.person_id,
        folder + ("question" if one.told_at is None else "reminder"),
        channels,
        key=key_of(one.id, local_date(now, zone).isoformat()),
        now=now,
        expires_at=max(ends_at(one.due_on, zone), now + STALE),
        data={"obligation": one.id},
    )


def said(conn: Connection, message: Message, rules: Mapping[str, Rule], language: str) -> dict[str, Any]:
    """Return what a message about something that is owed says: what it is and until when; else nothing."""
    number = message.data.get("obligation")
    one = store.by_id(conn, number) if isinstance(number, int) else None
    return {} if one is None else shown(one, rules, language)


def shown(one: Obligation, rules: Mapping[str, Rule], language: str) -> dict[str, Any]:
    """Return one as templates show it."""
    rule = rules.get(one.rule)
    spoken = "en" if language == "en" else "zh"
    return {
        "owed": one.id,
        "owed_kind": one.kind.value,
        "owed_title": one.rule if rule is None else rule.title[spoken],
        "owed_hint": "" if rule is None else rule.hint[spoken],
        "due_on": one.due_on.isoformat(),
    }
