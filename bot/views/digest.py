"""What a digest says of students: how many are well, and by name only who needs somebody. Plain JSON.

The digest that is sent and the page of it call this. Whoever left the reader out does not appear, a hard week only
where it was shared with the reader, a phone number never.
"""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, select, true

from bot.cases.model import CaseState, Reason
from bot.cases.store import cases
from bot.journal.store import journal
from bot.listed import listed
from bot.local_time import local_date
from bot.people.store import people
from bot.trips.store import trips
from bot.views.board_query import by_date, standing
from bot.views.digest_trips import trips_near
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


def seen_by(scope: Scope, now: datetime) -> ColumnElement[bool]:
    """Return the condition on `people` that holds for whom a reader's digest may tell of."""
    present = and_(people.c.absent_at.is_(None), people.c.left_at.is_(None))
    return and_(present, scope.students(now.astimezone(UTC).date()), scope.let_in())


def care(conn: Connection, scope: Scope, now: datetime, most: int = MOST) -> dict[str, Any] | None:
    """Return figures, the `most` students who need somebody first, and trips; None when the scope holds nobody."""
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
        "trips": trips_near(conn, within, now.astimezone(UTC).date()),
    }


def one_of(conn: Connection, scope: Scope, person_id: int, now: datetime) -> dict[str, Any] | None:
    """Return the line of one student, or None when the reader may not see it or nothing is the matter."""
    seen = and_(seen_by(scope, now), people.c.id == person_id)
    if conn.execute(select(people.c.id).where(seen)).first() is None:
        return None
    found = _cases(conn, scope, people.c.id == person_id) or _standings(conn, scope, now, [person_id])[1]
    shown = sorted(found, key=lambda one: one["rank"])[:1]
    _place(conn, shown, now)
    _say_who(conn, shown)
    return shown[0] if shown else None


def _standings(
    conn: Connection, scope: Scope, now: datetime, only: list[int] | None
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    """Count everybody abroad, and list whom silence or a broken address leaves without an answer."""
    known = true() if only is None else listed(trips.c.person_id, only)
    zones = conn.execute(select(trips.c.zone).where(known).distinct()).scalars()
    base = standing(scope, now, by_date((zone, local_date(now, zone)) for zone in zones), only)
    columns = (base.person_id, people.c.name, base.category.label("category"), base.prompt_id.label("prompt_id"))
    condition = and_(base.condition, scope.let_in())
    counts: Counter[str] = Counter()
    found = []
    for row in conn.execute(select(*columns, base.columns[7]).select_from(base.source).where(condition)):
        counts["total"] += 1
        counts[_FIGURE[Category(row.category)]] += 1
        if row.category in _LISTED:
            why = _LISTED[row.category]
            found.append(
                _line(row.id, row.name, why, row.asked_at, rank=10 if why == "unreached" else 11, prompt=row.prompt_id)
            )
    return dict(counts) | {"total": counts["total"]}, found


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
    today = now.astimezone(UTC).date()
    query = select(trips.c.person_id, trips.c.city, trips.c.country, trips.c.zone).where(
        listed(trips.c.person_id, [one["id"] for one in shown]),
        trips.c.cancelled_at.is_(None),
        trips.c.departs <= today,
        trips.c.returns >= today,
    )
    places = {row.person_id: row for row in conn.execute(query)} if shown else {}
    for one in shown:
        if (row := places.get(one["id"])) is not None:
            one |= {"city": row.city, "country": row.country, "zone": row.zone}


def _say_who(conn: Connection, shown: list[dict[str, Any]]) -> None:
    """Add who gave more time or reminded by hand, for those whom nobody has taken on."""
    asked = {one["prompt"]: one for one in shown if one["why"] == "late" and one["prompt"] is not None}
    if not asked:
        return
    query = (
        select(journal.c.prompt_id, journal.c.action, journal.c.detail, people.c.name)
        .join(people, people.c.id == journal.c.actor_id)
        .where(
            listed(journal.c.person_id, [one["id"] for one in asked.values()]),
            journal.c.action.in_([EXTENDED, REMINDED]),
            journal.c.prompt_id.in_(list(asked)),
        )
        .order_by(journal.c.id)
    )
    for row in conn.execute(query):
        if row.action == EXTENDED:
            asked[row.prompt_id] |= {"by": row.name, "until": (row.detail or {}).get("until")}
        else:
            asked[row.prompt_id]["reminded_by"] = row.name
