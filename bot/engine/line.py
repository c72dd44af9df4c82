"""The line between her and whoever looks after her: her words to the owner of the case, what was said so far to a new
one, its end to both. Everything goes through the bot, so that nobody's private account is shown.

`bot.engine.relaying` passes words on; deeds and casework call here when a case changes hands or ends.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.cases import events
from bot.cases.model import Case, CaseState, Reason
from bot.dialogues import store as dialogues
from bot.dialogues.rules import RELAY
from bot.engine.case_rules import tell_at
from bot.engine.escalating import policy_of
from bot.engine.facts import load_facts
from bot.engine.telling import tell
from bot.inbox.rules import Cry, cry_in
from bot.outbox.model import Kind, Priority
from bot.people import store as people_store
from bot.prompts import notes
from bot.sealed import SealError

log = structlog.get_logger()
WROTE = "wrote_to_her"
"""The deed of a member of staff whose words went to her."""
SENT_FILE = "sent_file"
AWAKE = timedelta(minutes=30)
"""Whoever has written so lately is awake: what is said back does not wait for a morning."""
STAYS = timedelta(days=1)
"""How long she can still write back after a case of hers that only silence had opened: her word has ended it."""
MOST_KEPT = 12
LONGEST_KEPT = 500
"""Of what was said before, a new owner gets so many lines of so many characters each; the console has all of it."""


class Said(StrEnum):
    """What she sent."""

    TEXT = "text"
    FILE = "file"
    POSITION = "position"


def owner_of(case: Case, now: datetime) -> int | None:
    """Return who reads what she writes now; None while nobody looks after the case, and once the line is closed."""
    answered = (
        case.state is CaseState.RESOLVED
        and case.reason not in _BY_HER
        and case.resolved_at is not None
        and now - case.resolved_at < STAYS
    )
    return case.acknowledged_by if case.is_held or answered else None


def to_owner(conn: Connection, case: Case, what: Said, text: str, key: str, now: datetime) -> bool:
    """Queue what she said for the owner of her case; False when there is none yet: it is kept and waits."""
    owner = owner_of(case, now)
    if owner is None:
        return False
    awake = _lately(events.last_at(conn, case.id, WROTE), now)
    data = {"what": what.value, "text": text, "in_conversation": _in_conversation(conn, owner, case.id)}
    send(conn, case, owner, "staff/relayed", key, now, awake=awake, about=True, **data)
    return True


def to_student(conn: Connection, case: Case, teacher: str, text: str, key: str, now: datetime) -> None:
    """Queue what a member of staff says to her."""
    awake = _lately(notes.last_at(conn, case.id), now)
    send(conn, case, case.person_id, "student/relayed", key, now, awake=awake, teacher=teacher, text=text)


def catch_up(conn: Connection, case: Case, now: datetime) -> None:
    """Give whoever has just taken a case what was said before; nothing when nothing was."""
    if case.acknowledged_by is None:
        return
    try:
        lines = _lines(conn, case)
    except SealError:  # taking a case must not fail because of words that no key opens
        log.error("relay.words_lost", case_id=case.id)  # noqa: TRY400 - nothing more is to be told
        return
    if not lines:
        return
    key = f"case:{case.id}:kept:{case.acknowledged_by}:{int(now.timestamp() * 1000)}"
    data = {"so_far": lines[-MOST_KEPT:], "more": len(lines) > MOST_KEPT}
    send(conn, case, case.acknowledged_by, "staff/relay_kept", key, now, awake=True, about=True, **data)


def closed(conn: Connection, case: Case, now: datetime) -> None:
    """Tell both that what they write goes to the other no more; a case that her silence had opened closes quietly."""
    if case.reason not in _BY_HER:
        return
    wrote = events.last_at(conn, case.id, WROTE) is not None
    owner = case.acknowledged_by
    teacher = people_store.by_id(conn, owner) if owner is not None else None
    at = int(now.timestamp() * 1000)
    if owner is not None:
        writing = _in_conversation(conn, owner, case.id)
        if writing:
            dialogues.clear(conn, owner)
        if wrote or writing:
            send(conn, case, owner, "staff/line_closed", f"case:{case.id}:closed:{at}", now, awake=True, about=True)
    if case.reason is Reason.URGENT or wrote:
        name = teacher.name if teacher else ""
        key = f"case:{case.id}:closed:her:{at}"
        send(conn, case, case.person_id, "student/line_closed", key, now, awake=wrote, teacher=name)


def send(
    conn: Connection,
    case: Case,
    person_id: int,
    template: str,
    key: str,
    now: datetime,
    *,
    awake: bool,
    about: bool = False,
    **data: Any,
) -> None:
    """Queue a message of the line: at once for a call for help and between people who are awake, else for morning."""
    wakes = policy_of(conn, case).wakes
    reader = load_facts(conn, [person_id]).get(person_id)
    if reader is None:
        return
    tell(
        conn,
        person_id,
        Kind.NOTICE,
        template,
        key=key,
        priority=Priority.ALARM if wakes else Priority.REPLY,
        now=now,
        data=data,
        about_id=case.person_id if about else None,
        case_id=case.id,
        not_before=tell_at(now, reader.zone_now(now), wakes=wakes or awake),
    )


def _lines(conn: Connection, case: Case) -> list[dict[str, str]]:
    """Return what was said since the case opened, the oldest first; `who` is empty for what she said."""
    story = [one for one in events.of_case(conn, case.id) if one.deed in {WROTE, SENT_FILE}]
    names = people_store.by_ids(conn, {one.actor_id for one in story if one.actor_id is not None})
    lines = []
    for at, kind, text in notes.of_case(conn, case.id):
        what = Said.POSITION if kind is notes.NoteKind.POSITION else Said.TEXT
        if what is Said.POSITION or cry_in(text) is not Cry.SOS:  # that she cried they know
            lines.append((at, "", what, text))
    for one in story:
        is_hers = one.deed == SENT_FILE
        who = "" if is_hers or one.actor_id not in names else names[one.actor_id].name
        lines.append((one.at, who, Said.FILE if is_hers else Said.TEXT, one.note or ""))
    return [
        {"at": at.isoformat(), "who": who, "what": what.value, "text": text[:LONGEST_KEPT]}
        for at, who, what, text in sorted(lines, key=lambda line: line[0])
    ]


def _in_conversation(conn: Connection, staff_id: int, case_id: int) -> bool:
    try:
        step = dialogues.get(conn, staff_id)
    except SealError:
        return False
    return step is not None and step.step == RELAY and step.data.get("case") == case_id


def _lately(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < AWAKE


_BY_HER = frozenset({Reason.URGENT, Reason.HARD})
