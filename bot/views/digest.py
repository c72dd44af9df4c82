"""What a digest says of students: how many are well, and by name only who needs somebody. Plain JSON.

The digest that is sent and the page of it call this. Whoever left the reader out does not appear, a hard week only
where it was shared with the reader, a phone number never.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, and_, bindparam, case, select

from bot.cases.model import CaseState, Reason
from bot.cases.store import cases, ended_by_staff
from bot.journal.store import journal
from bot.ledger import Live
from bot.listed import listed, listed_as
from bot.people.store import people
from bot.trips.store import trips
from bot.views.digest_deadlines import deadlines_near
from bot.views.digest_reach import unreachable_now
from bot.views.digest_standing import all_standings, standings
from bot.views.digest_trips import trips_near, unproven
from bot.views.safety import Category
from bot.views.scope import Scope

MOST = 6
"""Students that a message names; the page has all of them, up to `MOST_ON_PAGE`."""
MOST_ON_PAGE = 200
FEW = 3000
"""Up to so many students are listed by their ids in the query, which keeps it from looking at everybody."""
EXTENDED = "prompt.extended"
REMINDED = "prompt.reminded_by_hand"
"""What `bot.engine.silence_taken` writes into the journal."""
_GRAVITY = {
    reason.value: rank
    for rank, reason in enumerate(
        (Reason.URGENT, Reason.HARD, Reason.MISSED, Reason.UNREACHED, Reason.NOT_ASKED, Reason.ROLLCALL)
    )
}
_FIGURE = {
    Category.URGENT: "urgent",
    Category.HARD: "hard",
    Category.MISSED: "silent",
    Category.LATE: "silent",
    Category.NOT_REACHABLE: "unreached",
    Category.NOT_ASKED: "not_asked",
    Category.WAITING: "waiting",
    Category.WELL: "well",
    Category.AHEAD: "ahead",
}
_LISTED = {Category.LATE.value: "late", Category.NOT_REACHABLE.value: "unreached"}
"""Categories that need somebody without a case, and why."""

_TODAY = bindparam("today", type_=Date())
# Kept, because building a statement costs more than running it.
_PLACES = select(trips.c.person_id, trips.c.city, trips.c.country, trips.c.zone).where(
    listed_as(trips.c.person_id, "ids"),
    trips.c.cancelled_at.is_(None),
    trips.c.departs <= _TODAY,
    trips.c.returns >= _TODAY,
)
_SAID = (
    select(journal.c.prompt_id, journal.c.action, journal.c.detail, people.c.name)
    .join(people, people.c.id == journal.c.actor_id)
    .where(
        listed_as(journal.c.person_id, "ids"),
        journal.c.action.in_([EXTENDED, REMINDED]),
        listed_as(journal.c.prompt_id, "prompts"),
    )
    .order_by(journal.c.id)
)


def seen_by(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `people` that holds for whom a reader's digest may tell of."""
    present = and_(people.c.absent_at.is_(None), people.c.left_at.is_(None))
    return and_(present, scope.students(now.astimezone(UTC).date()), scope.let_in())


def care(
    conn: Connection, scope: Scope, now: datetime, most: int = MOST, live: Live | None = None
) -> dict[str, Any] | None:
    """Return figures, the `most` students who need somebody first, whom nothing reaches now, and trips.

    None when the scope holds nobody; `live` are the channels that are switched on, None: all.
    """
    scope = replace(scope, in_care=True)
    seen = seen_by(scope, now)
    ids = list(conn.execute(select(people.c.id).where(seen).limit(FEW + 1)).scalars())
    if not ids:
        return None
    only = ids if len(ids) <= FEW else None
    within = seen if only is None else listed(people.c.id, only)
    figures, waiting = _standings(conn, scope, now, only)
    need = _cases(conn, scope, within)
    taken = {one["id"] for one in need}
    need += [one for one in waiting if one["id"] not in taken]
    need.sort(key=lambda one: (one["rank"], one["since"], one["id"]))
    figures["cases"] = len(taken)
    shown = need[:most]
    _place(conn, shown, now)
    _say_who(conn, shown)
    return {
        "figures": figures,
        "need": shown,
        "more": len(need) - len(shown),
        "unreachable": unreachable_now(conn, scope, now, live, only, most),
        "trips": trips_near(conn, within, now.astimezone(UTC).date()),
        "unproven": unproven(conn, within, now.astimezone(UTC).date()),
        "deadlines": deadlines_near(conn, within, now),
    }


def one_of(conn: Connection, scope: Scope, person_id: int, now: datetime) -> dict[str, Any] | None:
    """Return the line of one student, or None when the reader may not see it or nothing is the matter."""
    if not may_tell_of(conn, scope, person_id, now):
        return None
    found = _cases(conn, scope, people.c.id == person_id) or _standings(conn, scope, now, [person_id])[1]
    shown = sorted(found, key=lambda one: one["rank"])[:1]
    _place(conn, shown, now)
    _say_who(conn, shown)
    return shown[0] if shown else None


def may_tell_of(conn: Connection, scope: Scope, person_id: int, now: datetime) -> bool:
    """Tell whether a reader's digest may name a student at all."""
    return conn.execute(select(people.c.id).where(seen_by(scope, now), people.c.id == person_id)).first() is not None


def _standings(
    conn: Connection, scope: Scope, now: datetime, only: list[int] | None
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Count everybody abroad, and list whom silence or a broken address leaves without an answer."""
    counts: Counter[str] = Counter()
    found = []
    for row in standings(conn, scope, now, only) if only is not None else all_standings(conn, scope, now):
        counts["total"] += 1
        counts[_FIGURE[Category(row.category)]] += 1
        if row.category in _LISTED:
            why = _LISTED[row.category]
            found.append(
                _line(row.id, row.name, why, row.asked_at, rank=10 if why == "unreached" else 11, prompt=row.prompt_id)
            )
    late = [one for one in found if one["why"] == "late"]
    over = ended_by_staff(conn, [one["id"] for one in late], [one["prompt"] for one in late]) if late else set()
    return dict(counts) | {"total": counts["total"]}, [one for one in found if one["prompt"] not in over]


def _cases(conn: Connection, scope: Scope, within: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return a line for each student with an open case that the reader may see, about the gravest one."""
    helper = people.alias("helper")
    is_hard = cases.c.reason == Reason.HARD.value
    gravity = case(_GRAVITY, value=cases.c.reason)
    query = (
        select(cases, people.c.name, helper.c.name.label("by"), gravity.label("rank"))
        .join(people, people.c.id == cases.c.person_id)
        .outerjoin(helper, helper.c.id == cases.c.acknowledged_by)
        .where(cases.c.state != CaseState.RESOLVED.value, within, ~is_hard | scope.hard_is_visible(cases.c.share_with))
        .order_by(gravity, cases.c.id)
    )
    found: dict[int, dict[str, Any]] = {}
    for row in conn.execute(query):
        if row.person_id not in found:
            held = row.state != CaseState.OPEN.value
            line = _line(row.person_id, row.name, row.reason, row.opened_at, rank=row.rank, prompt=row.prompt_id)
            put_off = row.next_at.isoformat() if row.state == CaseState.SNOOZED.value and row.next_at else None
            found[row.person_id] = line | {"case": row.id, "by": (row.by or "") if held else "", "until": put_off}
    return list(found.values())


def _line(
    person_id: int, name: str, why: str, since: datetime | None, *, rank: int, prompt: int | None
) -> dict[str, Any]:
    at = since.isoformat() if since else ""
    more = {"case": None, "by": "", "until": None, "reminded_by": "", "city": "", "country": "", "zone": ""}
    label = " ".join(name.translate({ord("["): "(", ord("]"): ")"}).split()) or "?"
    return {
        "id": person_id,
        "name": name,
        "label": label,
        "why": why,
        "since": at,
        "rank": rank,
        "prompt": prompt,
    } | more


def _place(conn: Connection, shown: list[dict[str, Any]], now: datetime) -> None:
    """Add where the trip of each is on this day."""
    values = {"ids": [one["id"] for one in shown], "today": now.astimezone(UTC).date()}
    places = {row.person_id: row for row in conn.execute(_PLACES, values)} if shown else {}
    for one in shown:
        if (row := places.get(one["id"])) is not None:
            one |= {"city": row.city, "country": row.country, "zone": row.zone}


def _say_who(conn: Connection, shown: list[dict[str, Any]]) -> None:
    """Add who gave more time or reminded by hand, for those whom nobody has taken on."""
    asked = {one["prompt"]: one for one in shown if one["why"] == "late" and one["prompt"] is not None}
    if not asked:
        return
    values = {"ids": [one["id"] for one in asked.values()], "prompts": list(asked)}
    for row in conn.execute(_SAID, values):
        if row.action == EXTENDED:
            asked[row.prompt_id] |= {"by": row.name, "until": (row.detail or {}).get("until")}
        else:
            asked[row.prompt_id]["reminded_by"] = row.name
