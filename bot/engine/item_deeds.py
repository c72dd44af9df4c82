"""Staff remind of one item of the programme, or give two more days for it: what would come of it, and then the deed.

Whoever has been asked and has not done it hears of it once more: on one of her days at most once, in her morning when
it is night where she is, never once it is done. Reports keep the rules of `bot.engine.report_chasing`, and questions
of safety those of `bot.engine.silence_taken`. Called by the pages of the pipeline.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses.store import working_of
from bot.engine import report_chasing, silence_taken
from bot.engine.checklist import checklists_of
from bot.engine.facts import load_facts
from bot.engine.second_channel import have_two
from bot.engine.telling import not_before_her_morning, pick, tell
from bot.journal import store as journal
from bot.listed import listed
from bot.local_time import local_date, to_instant
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.programmes.model import Item, Kind, Step
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING, Prompt, State
from bot.prompts.store import prompts
from bot.reports.store import of_prompt
from bot.selections.model import Came, Deed
from bot.trips.model import Trip

A_DAY = timedelta(days=1)
SAFETY = frozenset({Kind.CHECKIN, Kind.LANDING})
PUT_OFF = frozenset({*SAFETY, Kind.CHANNELS, Kind.CHECKLIST})
"""What can wait two days: not the flight, for the departure does not, nor a report, whose page gives more time."""
GOES_ON = frozenset({Kind.CHANNELS, Kind.CHECKLIST})
"""What can still be done before the departure when nothing has come and its reminders are over."""


@dataclass(frozen=True)
class _Known:
    """What is looked up once for all of some prompts of one item."""

    trips: Mapping[int, Trip]
    reachable: frozenset[int]
    over: frozenset[int]
    """Ids of prompts whose matter is done, or needed no more."""
    by_hand: frozenset[tuple[int, str]]
    """Id of a prompt and what members of staff have done about it."""


def would(
    conn: Connection, deed: Deed, found: Sequence[Prompt], now: datetime, programmes: Programmes
) -> dict[int, Came]:
    """Return what comes of a deed for prompts of one item, by person; DONE where it would be done."""
    if not found:
        return {}
    known = _known(conn, found, now, programmes)
    return {one.person_id: _came(conn, deed, one, known, now) for one in found}


def act(
    conn: Connection, deed: Deed, prompt_ids: Sequence[int], actor_id: int, now: datetime, programmes: Programmes
) -> dict[int, Came]:
    """Remind of these prompts of one item, or put them off, where that may be; return what came of it, by person."""
    query = select(prompts).where(listed(prompts.c.id, sorted(prompt_ids))).order_by(prompts.c.id)
    rows = conn.execute(query.with_for_update(key_share=True)).all()
    found = [prompts_store.from_row(row) for row in rows]
    came = would(conn, deed, found, now, programmes)
    trips = _trips(conn, found)
    for one in found:
        if came[one.person_id] is not Came.DONE:
            continue
        if deed is Deed.EXTEND:
            silence_taken.extend(conn, one.person_id, one.id, actor_id, now)
        elif one.kind in SAFETY:
            silence_taken.remind(conn, one.person_id, one.id, actor_id, now)
        elif one.kind == Kind.REPORT and (report := of_prompt(conn, one.id)) is not None:
            report_chasing.chase(conn, [report], actor_id, now, programmes)
        else:
            _remind(conn, one, trips.get(one.trip_id or 0), actor_id, now, programmes)
    return came


def _came(conn: Connection, deed: Deed, one: Prompt, known: _Known, now: datetime) -> Came:
    if deed is Deed.EXTEND:
        return _put_off(one, known, now)
    if one.kind == Kind.REPORT:
        report = of_prompt(conn, one.id)
        return Came.NOTHING if report is None else _CHASED[report_chasing.refusal(conn, report, now)]
    if not _is_open(one, known):
        return Came.NOTHING
    if one.person_id not in known.reachable:
        return Came.UNREACHED
    today = local_date(now, one.zone)
    spoke = (at for at in (one.asked_at, one.reminded_at) if at is not None)
    again = one.kind in SAFETY and (one.id, silence_taken.REMINDED) in known.by_hand
    return Came.ALREADY if again or any(local_date(at, one.zone) >= today for at in spoke) else Came.DONE


def _put_off(one: Prompt, known: _Known, now: datetime) -> Came:
    if one.kind not in PUT_OFF or one.state not in RUNNING or one.next_at is None or not _is_open(one, known):
        return Came.NOTHING
    if (one.id, silence_taken.EXTENDED) in known.by_hand:
        return Came.ALREADY
    trip = known.trips.get(one.trip_id or 0)
    until = max(one.next_at, now) + silence_taken.MORE_TIME
    if one.kind in GOES_ON and (trip is None or local_date(until, one.zone) >= trip.departs):
        return Came.NOTHING  # nothing would come before she is gone
    return Came.DONE


def _is_open(one: Prompt, known: _Known) -> bool:
    """Tell whether she was asked and it can still be done."""
    states = RUNNING | {State.MISSED} if one.kind in GOES_ON else RUNNING
    return one.asked_at is not None and one.state in states and one.id not in known.over


def _known(conn: Connection, found: Sequence[Prompt], now: datetime, programmes: Programmes) -> _Known:
    trips, whose = _trips(conn, found), sorted({one.person_id for one in found})
    kind, over = found[0].kind, set[int]()
    if kind in {Kind.CHANNELS, Kind.CHECKLIST, Kind.FLIGHT}:
        ahead = {one.id: trip for one in found if (trip := _ahead(one, trips, now)) is not None}
        over = {one.id for one in found} - ahead.keys()
        if kind == Kind.CHANNELS:
            done = have_two(conn, whose)
            over |= {one.id for one in found if one.person_id in done}
        elif kind == Kind.FLIGHT:
            over |= {prompt_id for prompt_id, trip in ahead.items() if trip.landing_at is not None}
        else:
            lists = checklists_of(conn, ahead.values(), programmes.current(conn))
            over |= {one for one, trip in ahead.items() if trip.id not in lists or lists[trip.id].is_ready}
    reachable = {who for who, ways in working_of(conn, whose).items() if pick(ways) is not None}
    return _Known(trips, frozenset(reachable), frozenset(over), _by_hand(conn, found))


def _ahead(one: Prompt, trips: Mapping[int, Trip], now: datetime) -> Trip | None:
    trip = trips.get(one.trip_id or 0)
    gone = trip is None or trip.cancelled_at is not None or trip.departs <= local_date(now, one.zone)
    return None if gone else trip


def _trips(conn: Connection, found: Sequence[Prompt]) -> dict[int, Trip]:
    facts = load_facts(conn, sorted({one.person_id for one in found}))
    return {trip.id: trip for hers in facts.values() for trip in hers.trips}


def _by_hand(conn: Connection, found: Sequence[Prompt]) -> frozenset[tuple[int, str]]:
    lines = journal.journal
    query = select(lines.c.prompt_id, lines.c.action).where(
        listed(lines.c.prompt_id, sorted(one.id for one in found)),
        lines.c.action.in_([silence_taken.EXTENDED, silence_taken.REMINDED]),
    )
    return frozenset((row.prompt_id, row.action) for row in conn.execute(query))


def _remind(
    conn: Connection, one: Prompt, trip: Trip | None, actor_id: int, now: datetime, programmes: Programmes
) -> None:
    programme = programmes.version(conn, one.version_id)
    at = not_before_her_morning(conn, one.person_id, now, programme.quiet)
    day = local_date(at, one.zone)
    gone = None if trip is None else to_instant(trip.departs, time(0), one.zone)
    values: dict[str, Any] = {"reminded_at": at}
    if one.state in RUNNING:
        values |= _tomorrow(one, programme.item(one.item), day)
    elif gone is not None:  # its reminders were over: it is open again until she goes
        last = len(item.ladder) - 1 if (item := programme.item(one.item)) is not None else one.step
        values |= {"state": State.LATE.value, "step": last, "next_at": gone, "due_at": gone}
    prompts_store.update(conn, one.id, **values)
    tell(
        conn,
        one.person_id,
        MessageKind.REMINDER,
        f"{one.kind}/reminder",
        key=f"p:{one.id}:by_hand:{day.isoformat()}",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=one.id,
        not_before=at,
        expires_at=gone,
    )
    action = silence_taken.REMINDED
    journal.write(conn, [journal.line(now, action, person_id=one.person_id, actor_id=actor_id, prompt_id=one.id)])


def _tomorrow(one: Prompt, item: Item | None, day: date) -> dict[str, Any]:
    """Let a reminder that would come by itself on the same day of hers come a day later."""
    if item is None or one.next_at is None or item.ladder[one.step].step is Step.MISSED:
        return {}
    return {"next_at": one.next_at + A_DAY} if local_date(one.next_at, one.zone) == day else {}


_CHASED = {"": Came.DONE, "today": Came.ALREADY, "unreachable": Came.UNREACHED, "over": Came.NOTHING}
