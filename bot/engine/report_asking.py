"""How the asking for a report goes: what happens when its prompt is due, is over without a word, or is called off.

No plain answer of hers answers it, nor is any message a sign of life for it: it is over when she has handed it in, when
staff excuse her, or when the stay is called off. Its end without a report is a notice to her counsellor and no alarm.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.engine.asked import NOT_ASKED_YET
from bot.engine.deciding import first_rung
from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.local_time import local_date
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.people import store as people
from bot.programmes import versions
from bot.programmes.model import Item, Step
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING, Prompt, State
from bot.reports import store
from bot.reports.model import DONE, KIND, Report, Stage
from bot.trips.model import Trip
from bot.trips.store import of_people

A_DAY = timedelta(days=1)


def settle(conn: Connection, prompt_ids: Sequence[int], item: Item, now: datetime) -> list[int]:
    """Begin the reports for which these due prompts ask; return the prompts for which something is still to be said.

    A prompt is over when its report is handed in, accepted or excused, or asked for by a newer one. A reminder waits a
    day where staff have chased her today.
    """
    due = prompts_store.by_ids(conn, prompt_ids)
    known = store.of_places(conn, (one.trip_id for one in due if one.trip_id is not None), item.key)
    left, lines = [], []
    begun: set[int] = set()
    for prompt in due:
        if prompt.trip_id is None or prompt.trip_id in begun:  # a second one of a stay waits for the next batch
            continue
        report = known.get(prompt.trip_id)
        if report is None:
            store.add(conn, prompt.person_id, prompt.trip_id, item.key, prompt.id, now)
            begun.add(prompt.trip_id)
            lines.append(journal.line(now, "report.opened", person_id=prompt.person_id, prompt_id=prompt.id))
        elif report.stage in DONE or (report.stage is Stage.RETURNED and report.prompt_id != prompt.id):
            prompts_store.update(conn, prompt.id, state=State.EXCUSED.value, next_at=None)
            lines.append(journal.line(now, "prompt.settled", person_id=prompt.person_id, prompt_id=prompt.id))
            continue
        elif _was_chased_today(report, prompt, item, now):
            prompts_store.update(conn, prompt.id, next_at=(prompt.next_at or now) + A_DAY)
            continue
        else:
            _take_on(conn, report, prompt, now)
        left.append(prompt.id)
    journal.write(conn, lines)
    return left


def _take_on(conn: Connection, report: Report, prompt: Prompt, now: datetime) -> None:
    """Let a prompt ask for a report that was begun before."""
    values: dict[str, Any] = {}
    if report.prompt_id != prompt.id:
        values = {"prompt_id": prompt.id, "opened_at": now}
    if report.stage is Stage.WITHDRAWN:
        values["stage"] = Stage.OPEN.value
    if values:
        store.update(conn, report, **values)


def _was_chased_today(report: Report, prompt: Prompt, item: Item, now: datetime) -> bool:
    reminds = prompt.asked_at is not None and item.ladder[prompt.step].step is not Step.MISSED
    if not reminds or prompt.state not in RUNNING or report.chased_at is None:
        return False
    return local_date(report.chased_at, prompt.zone) == local_date(now, prompt.zone)


def overdue(conn: Connection, prompt_id: int, person_id: int, now: datetime) -> None:
    """Let her counsellor, or else the office, know that a report has not come, or was never asked for."""
    student, prompt = people.by_id(conn, person_id), prompts_store.by_id(conn, prompt_id)
    if student is None or prompt is None:
        return
    helpers = load_helpers(conn, [student])
    counsellor = helpers.counsellor_of(student)
    for helper_id in helpers.office_of(student) if counsellor is None else [counsellor]:
        tell(
            conn,
            helper_id,
            MessageKind.NOTICE,
            "staff/report_overdue",
            key=f"p:{prompt_id}:overdue:{int(prompt.due_at.timestamp())}:{helper_id}",
            priority=Priority.PROMPT,
            now=now,
            about_id=person_id,
            data={"asked": prompt.asked_at is not None},
            not_before=not_before_her_morning(conn, helper_id, now),
        )


def called_off(conn: Connection, prompts: Iterable[Prompt], now: datetime) -> None:
    """Say once to whoever had been asked that the stay has changed: the report waits, or is asked for no more."""
    asked = [one for one in prompts if one.kind == KIND]
    if not asked:
        return
    trips = {trip.id: trip for mine in of_people(conn, {one.person_id for one in asked}).values() for trip in mine}
    present = people.by_ids(conn, {one.person_id for one in asked})
    for prompt in asked:
        report, trip = store.of_prompt(conn, prompt.id), trips.get(prompt.trip_id or 0)
        student = present.get(prompt.person_id)
        if report is None or trip is None:
            continue
        is_over = trip.cancelled_at is not None
        values: dict[str, Any] = {"prompt_id": None}
        if is_over and report.stage is Stage.OPEN:
            values |= {"stage": Stage.WITHDRAWN.value, "decided_at": now, "said_at": None}
        store.update(conn, report, **values)
        gone = student is None or student.left_at is not None or student.absent_at is not None
        if prompt.asked_at is not None and not gone:
            _say_so(conn, prompt, trip, now, is_over=is_over)


def _say_so(conn: Connection, prompt: Prompt, trip: Trip, now: datetime, *, is_over: bool) -> None:
    tell(
        conn,
        prompt.person_id,
        MessageKind.NOTICE,
        "report/withdrawn" if is_over else "report/moved",
        key=f"p:{prompt.id}:off:{trip.returns.isoformat()}",
        priority=Priority.PROMPT,
        now=now,
        data={"host": trip.host, "returns": trip.returns.isoformat()},
        not_before=not_before_her_morning(conn, prompt.person_id, now),
    )


def said(conn: Connection, prompt: Prompt, now: datetime) -> dict[str, Any]:
    """Return what the request says beside its words: the host, and until when; nothing for other kinds.

    One that gets out late shifts its last day, so that it says what it will be if it gets out now.
    """
    if prompt.kind != KIND:
        return {}
    mine = of_people(conn, [prompt.person_id]).get(prompt.person_id, [])
    trip = next((one for one in mine if one.id == prompt.trip_id), None)
    report = store.of_prompt(conn, prompt.id)
    begun = report is not None and report.edited_at is not None
    return {"host": "" if trip is None else trip.host, "due_at": _due_at(conn, prompt, now), "begun": begun}


def _due_at(conn: Connection, prompt: Prompt, now: datetime) -> datetime:
    if prompt.asked_at is not None or prompt.state not in NOT_ASKED_YET:
        return prompt.due_at
    programme = versions.read(conn, prompt.version_id)
    item = programme.item(prompt.item)
    return prompt.due_at if item is None else first_rung(prompt, item, programme.quiet, now).due_at
