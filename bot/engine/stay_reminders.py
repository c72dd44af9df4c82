"""What a stay itself reminds of: registering with the embassy a week after landing, and last days of other forms.

Once an hour it is looked whose stays have come so far or have changed. The reminders are told, settled and taken back
like those of deadlines (`bot.engine.deadline_life`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, or_, select

from bot.deadlines import store
from bot.deadlines.model import About, Reminder, Standing
from bot.deadlines.rules import EMBASSY_AFTER, EMBASSY_OPEN, LOOK_AHEAD, closes, next_telling, runs_out
from bot.engine.deadline_audience import columns, let_go
from bot.engine.deadline_life import move, say
from bot.engine.facts import load_facts
from bot.engine.stay_matters import form_key
from bot.local_time import Quiet, local_date
from bot.people.store import people
from bot.reports.forms import OtherForm, days
from bot.trips.model import Trip
from bot.trips.store import of_people, trips

EMBASSY = "embassy"
ELSE = "else"
"""Stands for every country that is not named."""
SHORT = timedelta(days=14)
"""Whoever stays shorter is not asked to register."""
_LATEST = EMBASSY_AFTER + EMBASSY_OPEN + timedelta(days=5)
_ENDED = frozenset({Standing.DONE, Standing.NOT_MINE})


@dataclass(frozen=True)
class Matter:
    """One thing of which a stay reminds; `key` tells it from the others of that stay."""

    key: str
    about: About
    due_at: datetime
    title: str = ""
    link: str = ""


def matters_of(
    trip: Trip, language: str, links: Mapping[str, str], forms: Collection[OtherForm], now: datetime
) -> Iterator[Matter]:
    """Yield what a stay reminds of by now; `links` say where to register, by country."""
    link = links.get(trip.country or "") or links.get(ELSE)
    if link and trip.returns - trip.departs >= SHORT:
        due_at = runs_out(landed_on(trip) + EMBASSY_AFTER + EMBASSY_OPEN)
        yield Matter(EMBASSY, About.EMBASSY, due_at, link=link)
    for form in forms:
        if not form.remind or not form.concerns(trip.funding):
            continue
        last_days = days(form, trip.departs, trip.returns)
        for period, day in enumerate(last_days, start=1):
            due_at = closes(day, None)
            if due_at - now <= LOOK_AHEAD:
                title = form.title["en" if language == "en" else "zh"]
                shown = f"{title} {period}/{len(last_days)}" if len(last_days) > 1 else title
                yield Matter(form_key(form.key, period), About.FORM, due_at, title=shown)


def landed_on(trip: Trip) -> date:
    """Return the day on which she landed, or the one after her departure when she has not told."""
    if trip.landing_at is not None:
        return local_date(trip.landing_at, trip.zone)
    return trip.departs + timedelta(days=1)


def follow(
    conn: Connection,
    now: datetime,
    quiet: Quiet,
    links: Mapping[str, str],
    forms: Collection[OtherForm],
    most: int,
) -> int:
    """Plan what is new, move what has moved and let go what is no more; return how much that was, at most `most`."""
    spoken = _languages(conn, now, links, forms)
    stays = [trip for hers in of_people(conn, sorted(spoken)).values() for trip in hers if _is_on(trip, now)]
    known: dict[tuple[int, str], Reminder] = store.reminders_of_trips(conn, [trip.id for trip in stays])
    done = 0
    for trip in stays:
        wanted = {one.key: one for one in matters_of(trip, spoken[trip.person_id], links, forms, now)}
        for key, one in wanted.items():
            if done < most:
                done += _keep(conn, trip, one, known.get((trip.id, key)), now, quiet)
        left = [one for (trip_id, key), one in known.items() if trip_id == trip.id and key not in wanted]
        gone = [one for one in left if one.state is Standing.WAITING and one.due_at > now]
        let_go(conn, gone)
        done += len(gone)
    return done


def noted(conn: Connection, trip_id: int, key: str, now: datetime, quiet: Quiet, *, given: bool) -> None:
    """Settle the reminder of a form that she says elsewhere she has handed in, or has not after all."""
    one = store.reminders_of_trips(conn, [trip_id]).get((trip_id, key))
    if one is None or one.state is Standing.WITHDRAWN:
        return
    if given:
        let_go(conn, [one], Standing.DONE)
    elif one.state is Standing.DONE:
        move(conn, one, one.due_at, now, quiet)


def _keep(conn: Connection, trip: Trip, one: Matter, known: Reminder | None, now: datetime, quiet: Quiet) -> int:
    shown = {"title": one.title, "link": one.link}
    if known is None:
        if one.due_at <= now:
            return 0
        zone = load_facts(conn, [trip.person_id])[trip.person_id].zone_now(now)
        telling = next_telling(one.about, one.due_at, zone, quiet, now, was_told=False)
        row: dict[str, Any] = {"person_id": trip.person_id, "about": one.about.value, "due_at": one.due_at}
        row |= {"trip_id": trip.id, "matter": one.key, "state": Standing.WAITING.value}
        store.add(conn, [row | shown | columns(telling)])
        return 1
    if known.due_at == one.due_at and known.state is not Standing.WITHDRAWN:
        if {"title": known.title, "link": known.link} != shown:
            store.set_reminder(conn, known.id, **shown)
        return 0
    if known.state in _ENDED or (known.about is About.EMBASSY and known.told):  # of that she hears once
        store.set_reminder(conn, known.id, due_at=one.due_at, **shown)
        return 1
    store.set_reminder(conn, known.id, **shown)
    move(conn, known, one.due_at, now, quiet)
    if known.told_due_at is not None and one.due_at > now:
        changed = replace(known, due_at=one.due_at, title=one.title, link=one.link)
        say(conn, changed, "deadline/moved", f"moved:{int(one.due_at.timestamp())}", now)
        store.set_reminder(conn, known.id, told_due_at=one.due_at)
    return 1


def _is_on(trip: Trip, now: datetime) -> bool:
    """Tell whether a stay is under way, or just over: its last form has its day at its end."""
    day = timedelta(days=1)
    return trip.cancelled_at is None and trip.departs - day <= now.date() <= trip.returns + day


def _languages(
    conn: Connection, now: datetime, links: Mapping[str, str], forms: Collection[OtherForm]
) -> dict[int, str]:
    """Return whose stays may remind of anything, with the language of each."""
    reminding = [form for form in forms if form.remind]
    concerned: list[ColumnElement[bool]] = [trips.c.departs >= (now - _LATEST).date()] if links else []
    concerned += [trips.c.funding.is_not(None)] if reminding else []
    concerned += [trips.c.id.is_not(None)] if any(not form.funding for form in reminding) else []
    day = timedelta(days=1)
    query = (
        select(people.c.id, people.c.language)
        .join(trips, trips.c.person_id == people.c.id)
        .where(people.c.absent_at.is_(None), people.c.left_at.is_(None), trips.c.cancelled_at.is_(None))
        .where(trips.c.departs <= (now + day).date(), trips.c.returns >= (now - day).date())
        .where(or_(false(), *concerned))
        .distinct()
    )
    return {row.id: row.language for row in conn.execute(query)}
