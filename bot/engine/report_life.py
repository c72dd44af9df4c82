"""What happens to a report: she hands it in; staff accept or return it, give more time, or excuse her from it.

Each is one transaction of the caller's, refused when somebody else was faster, and journalled by ids.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete

from bot.engine.ladder import rung_times
from bot.engine.obligation_deeds import finish
from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.local_time import after_quiet
from bot.obligations import store as obligations
from bot.obligations.model import How
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.people import store as people
from bot.programmes.model import Item, Programme, Step
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.prompts.store import prompts
from bot.reports import consents, drafts, store, versions
from bot.reports.consents import May
from bot.reports.files import files_of
from bot.reports.model import KIND, WRITABLE, Form, Part, Remark, Report, Stage, Version
from bot.reports.rules import LONGEST_EXTENSION, empty, may_decide
from bot.reports.sections import Sections
from bot.trips.model import Trip
from bot.trips.store import of_person

MOST_WORDS = 4000
"""Characters of what a member of staff says."""


@dataclass(frozen=True)
class Handed:
    """What became of handing in: `version` 0 means that nothing was, because of `why`."""

    version: int = 0
    why: str = ""
    empty: tuple[str, ...] = ()


def hand_in(
    conn: Connection, report: Report, sections: Sections, language: str, channel: str, now: datetime, *, sure: bool
) -> Handed:
    """Make a version of the draft; `sure`: she knows that parts are empty. Without a word of hers none is made."""
    if report.stage not in WRITABLE:
        return Handed(why="over")
    texts = {key: one.body for key, one in drafts.drafts_of(conn, report).items()}
    by_file = report.form is Form.STUDY and bool(files_of(conn, report))  # it may be written elsewhere, as a document
    asked_for = [one.key for one in sections.all if not one.is_anonymous and not one.prefill]
    if set(empty(asked_for, texts)) == set(asked_for) and not by_file:
        return Handed(why="empty")
    missing = empty([one.key for one in sections.all if not one.is_optional], texts)
    if missing and not sure and not by_file:
        return Handed(why="parts", empty=tuple(missing))
    number = report.version + 1
    values = {"version": number, "submitted_at": now, "decided_at": None, "said_at": None}
    if not store.change_stage(conn, report, Stage.SUBMITTED, **values):
        return Handed(why="over")
    named = {one.key: one for one in sections.all}
    keys = [*named, *(key for key in texts if key not in named)]  # what a school asks no more is hers all the same
    parts = tuple(
        Part(key, sections.title(key, language), texts[key], key in named and named[key].is_anonymous)
        for key in keys
        if texts.get(key, "").strip()
    )
    kept = tuple(one.id for one in files_of(conn, report))
    versions.add_version(conn, report, Version(number, now, channel, parts, kept))
    if report.prompt_id is not None:
        answered = {"answered_at": now, "answer_channel": channel}
        _end_prompt(conn, report.prompt_id, State.ANSWERED, **answered)
    if (one := obligations.by_id(conn, report.obligation_id or 0)) is not None:
        finish(conn, one, How.REPORT, report.person_id, now)
    action = "study.submitted" if report.form is Form.STUDY else "report.submitted"
    _note(conn, now, action, report, report.person_id, version=number)
    return Handed(number)


def accept(conn: Connection, report: Report, version: int, actor_id: int | None, words: str, now: datetime) -> bool:
    """Accept a version; feedback on the host leaves her report for good. False when it is too late for that."""
    if not may_decide(report, version) or not store.change_stage(conn, report, Stage.ACCEPTED, decided_at=now):
        return False
    versions.add_comment(conn, report, version, actor_id, Remark.ACCEPTED, words[:MOST_WORDS], now)
    _note(conn, now, "report.accepted", report, actor_id, version=version)
    data = {"words": words[:MOST_WORDS], "report": report.id}
    _tell(conn, report, "report/accepted", f"accepted:{version}", now, data)
    return True


def keep_consent(conn: Connection, report: Report, may: May, now: datetime) -> bool:
    """Keep what she lets become of her report about a stay; False while it is not accepted."""
    if not consents.can_be_shared(report):
        return False
    consents.say(conn, report.id, may, now)
    line = journal.line(now, "report.consent", person_id=report.person_id, report=report.id, may=may.value)
    journal.write(conn, [line])
    return True


def part_with_feedback(conn: Connection, report: Report, sections: Sections, trip: Trip) -> None:
    """Move what she wrote in anonymous sections to where nothing leads back to her."""
    rows = store.report_sections
    for key, one in drafts.drafts_of(conn, report).items():
        section = sections.of(key)
        if section is None or not section.is_anonymous:
            continue
        if one.body.strip():
            versions.add_feedback(conn, trip.country, trip.host, trip.returns.year, one.body)
        conn.execute(delete(rows).where(rows.c.report_id == report.id, rows.c.section == key))
        for table in (store.report_pieces, store.report_asides):
            conn.execute(delete(table).where(table.c.report_id == report.id, table.c.section == key))


def give_back(
    conn: Connection,
    report: Report,
    version: int,
    actor_id: int | None,
    words: str,
    now: datetime,
    programmes: Programmes,
) -> bool:
    """Return a version with words of what is missing: a new occasion with its own ladder. False when it is too late."""
    if not words.strip() or not may_decide(report, version):
        return False
    trip = trip_of(conn, report)
    asks = asks_of(conn, report, programmes)
    if trip is None or asks is None or not store.change_stage(conn, report, Stage.RETURNED, decided_at=now):
        return False
    versions.add_comment(conn, report, version, actor_id, Remark.RETURNED, words[:MOST_WORDS], now)
    prompt_id = _ask_again(conn, report, trip, version, asks, now)
    store.update(conn, report, prompt_id=prompt_id)
    _note(conn, now, "report.returned", report, actor_id, version=version)
    tell(
        conn,
        report.person_id,
        MessageKind.QUESTION,
        "report/returned",
        key=f"p:{prompt_id}:returned",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=prompt_id,
        data={"words": words[:MOST_WORDS]},
        not_before=not_before_her_morning(conn, report.person_id, now, asks[0].quiet),
    )
    return True


def excuse(conn: Connection, report: Report, actor_id: int | None, words: str, now: datetime) -> bool:
    """Excuse her from a report that is not handed in, with the reason; False when it is."""
    values = {"decided_at": now, "said_at": None}
    if (
        not words.strip()
        or report.stage not in WRITABLE
        or not store.change_stage(conn, report, Stage.EXCUSED, **values)
    ):
        return False
    versions.add_comment(conn, report, report.version, actor_id, Remark.EXCUSED, words[:MOST_WORDS], now)
    if report.prompt_id is not None:
        _end_prompt(conn, report.prompt_id, State.EXCUSED)
    _note(conn, now, "report.excused", report, actor_id)
    _tell(conn, report, "report/excused", f"excused:{int(now.timestamp())}", now, {"words": words[:MOST_WORDS]})
    return True


def extend(
    conn: Connection,
    report: Report,
    actor_id: int | None,
    until: datetime,
    words: str,
    now: datetime,
    programmes: Programmes,
) -> bool:
    """Give her until an instant, with the reason; reminders move along. False for a time that is no later."""
    prompt = None if report.prompt_id is None else prompts_store.by_id(conn, report.prompt_id)
    if prompt is None or report.stage not in WRITABLE or not words.strip():
        return False
    if until <= max(now, prompt.due_at) or until - now > LONGEST_EXTENSION:
        return False
    asks = asks_of(conn, report, programmes)
    if asks is None:
        return False
    values: dict[str, Any] = {"due_at": until}
    if prompt.state in RUNNING and prompt.next_at is not None:
        values["next_at"] = prompt.next_at + (until - prompt.due_at)
    elif prompt.state in FAILED:  # over: it runs again, to its new end
        last = len(asks[1].ladder) - 1
        state = State.OPEN if prompt.asked_at is None else State.LATE
        values |= {"state": state.value, "step": last, "next_at": until}
    else:
        return False
    prompts_store.update(conn, prompt.id, **values)
    versions.add_comment(conn, report, report.version, actor_id, Remark.EXTENDED, words[:MOST_WORDS], now, until=until)
    _note(conn, now, "report.extended", report, actor_id, days=(until - prompt.due_at).days)
    data = {"until": until.isoformat()}
    _tell(conn, report, "report/extended", f"extended:{int(until.timestamp())}", now, data)
    return True


def trip_of(conn: Connection, report: Report) -> Trip | None:
    """Return the stay of a report."""
    return next((one for one in of_person(conn, report.person_id) if one.id == report.trip_id), None)


def asks_of(conn: Connection, report: Report, programmes: Programmes) -> tuple[Programme, Item] | None:
    """Return what asks for a report: the item of the version that asked, else of the running one."""
    prompt = None if report.prompt_id is None else prompts_store.by_id(conn, report.prompt_id)
    programme = programmes.current(conn) if prompt is None else programmes.version(conn, prompt.version_id)
    item = programme.item(report.item) or next((one for one in programme.items if one.kind.value == KIND), None)
    return None if item is None else (programme, item)


def _ask_again(
    conn: Connection, report: Report, trip: Trip, version: int, asks: tuple[Programme, Item], now: datetime
) -> int:
    """Store the prompt of a report that was returned: open, and asked when its message has arrived."""
    programme, item = asks
    student = people.by_id(conn, report.person_id)
    zone = "Asia/Shanghai" if student is None else student.zone
    opens_at = after_quiet(now, zone, programme.quiet)
    times = rung_times(opens_at, zone, item.ladder, programme.quiet)
    first = next(place for place, rung in enumerate(item.ladder) if rung.step is not Step.REMIND)
    row = {
        "person_id": report.person_id,
        "item": report.item,
        "kind": KIND,
        "occasion": f"trip:{trip.key}:again{version}:{trip.returns.isoformat()}",
        "version_id": programme.version_id,
        "trip_id": trip.id,
        "zone": zone,
        "state": State.OPEN.value,
        "opens_at": opens_at,
        "due_at": times[-1],
        "next_at": times[first],  # nobody is reminded of what was not asked; the delivery puts it on its first rung
        "step": first,
        "late_by_seconds": 0,
    }
    return int(conn.execute(prompts.insert().values(**row).returning(prompts.c.id)).scalar_one())


def _end_prompt(conn: Connection, prompt_id: int, state: State, **values: Any) -> None:
    prompt: Prompt | None = prompts_store.by_id(conn, prompt_id)
    if prompt is not None and prompt.state in RUNNING | FAILED | {State.SCHEDULED, State.ALIVE}:
        prompts_store.update(conn, prompt_id, state=state.value, next_at=None, **values)


def _tell(conn: Connection, report: Report, template: str, name: str, now: datetime, data: dict[str, Any]) -> None:
    tell(
        conn,
        report.person_id,
        MessageKind.NOTICE,
        template,
        key=f"report:{report.id}:{name}",
        priority=Priority.PROMPT,
        now=now,
        data=data,
        not_before=not_before_her_morning(conn, report.person_id, now),
    )


def _note(conn: Connection, now: datetime, action: str, report: Report, actor_id: int | None, **detail: int) -> None:
    line = journal.line(now, action, person_id=report.person_id, actor_id=actor_id, report=report.id, **detail)
    journal.write(conn, [line])
