"""What members owe their home branch follows from rules, stays and contact: rows are added, ended, put right.

Called by the clock every hour. Idempotent; the next occasion of each rule is always a row, also before it is told of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, func, or_, select

from bot.branches.model import BranchPlace
from bot.branches.store import branch_members, branches, party_statuses
from bot.engine.facts import load_facts
from bot.engine.obligation_deeds import finish, withdraw
from bot.engine.session_standing import is_in_branch
from bot.listed import listed
from bot.obligations import store
from bot.obligations.model import How, Kind, Member, Obligation, Rule, Stage, Wanted
from bot.obligations.rules import is_still_meant, next_of, next_word, opens_on
from bot.obligations.store import obligations
from bot.people.store import people
from bot.reports.store import study_reports
from bot.sessions.marks import session_marks
from bot.sessions.model import Mark
from bot.sessions.store import sessions
from bot.storage import state
from bot.trips.store import trips

AFTERWARDS = timedelta(days=60)
"""How long after a return something new may be owed."""
FOLLOWED = "obligations.followed_at"
"""The fact of the service that says when everything was put right last."""
EVERY = timedelta(hours=1)
_THERE = (Mark.PRESENT.value, Mark.LATE.value, Mark.MADE_UP.value)


@dataclass(frozen=True)
class _Place:
    """A member of a home branch on one stay, and what stands there already."""

    person_id: int
    branch_id: int
    trip_id: int
    member: Member
    rows: list[Obligation]
    by_session: date | None


def is_time(conn: Connection, now: datetime) -> bool:
    """Tell whether to look again, and note that it is done now."""
    last = state.read(conn, FOLLOWED)
    if last and timedelta() <= now - datetime.fromisoformat(last) < EVERY:
        return False
    state.write(conn, FOLLOWED, now.isoformat())
    return True


def look_again(conn: Connection) -> None:
    """Let the clock look at once: the roster has changed."""
    state.write(conn, FOLLOWED, "")


def follow(conn: Connection, now: datetime, rules: Sequence[Rule], off_in: Sequence[str]) -> int:
    """Put right what is owed; return how many rows changed."""
    places = _places(conn, now, off_in)
    named = {rule.key: rule for rule in rules}
    zones = {one.person_id: one.zone_now(now) for one in load_facts(conn, {each.person_id for each in places}).values()}
    changed, seen = 0, set()
    for place in places:
        seen |= {one.id for one in place.rows}
        changed += sum(
            _settle(conn, place, one, named.get(one.rule), zones[place.person_id], now) for one in place.rows
        )
        changed += sum(_want(conn, place, rule, zones[place.person_id], now) for rule in rules)
    others = conn.execute(select(obligations).where(obligations.c.stage == Stage.OPEN.value)).all()
    gone = [one for one in map(store.from_row, others) if one.id not in seen and one.trip_id not in _trips(places, one)]
    for one in gone:
        withdraw(conn, one, now)
    return changed + len(gone)


def _trips(places: Iterable[_Place], one: Obligation) -> set[int]:
    return {place.trip_id for place in places if place.person_id == one.person_id}


def _settle(conn: Connection, place: _Place, one: Obligation, rule: Rule | None, zone: str, now: datetime) -> bool:
    """Look whether something that is open is done or gone, and when she hears of it next."""
    if one.stage is not Stage.OPEN:
        return False
    if one.kind is Kind.CONTACT and rule is not None and place.member.contact_on.isoformat() > one.period:
        how = How.SESSION if place.by_session == place.member.contact_on else How.REPORT
        return finish(conn, one, how, None, now)
    if rule is None or not is_still_meant(rule, one, place.member):
        return withdraw(conn, one, now)
    at = next_word(one, rule, zone)
    if at != one.next_at and (one.next_at is None or one.next_at > now):  # she has moved, or the rule has changed
        store.update(conn, one.id, next_at=at)
        return True
    return False


def _want(conn: Connection, place: _Place, rule: Rule, zone: str, now: datetime) -> bool:
    wanted = next_of(rule, place.member, now.date())
    if wanted is None:
        return False
    same = next((one for one in place.rows if (one.rule, one.period) == (rule.key, wanted.period)), None)
    if same is not None:
        if same.stage is not Stage.WITHDRAWN:
            return False
        store.reopen(conn, same.id, wanted.due_on, next_word(same, rule, zone))
        return True
    _add(conn, place, rule, wanted, zone)
    return True


def _add(conn: Connection, place: _Place, rule: Rule, wanted: Wanted, zone: str) -> None:
    made = store.add(
        conn,
        person_id=place.person_id,
        branch_id=place.branch_id,
        trip_id=place.trip_id,
        rule=rule.key,
        kind=rule.kind.value,
        period=wanted.period,
        due_on=wanted.due_on,
        opens_on=opens_on(rule, place.member, wanted),
    )
    store.update(conn, made.id, next_at=next_word(made, rule, zone))


def _places(conn: Connection, now: datetime, off_in: Sequence[str]) -> list[_Place]:
    today = now.date()
    owes = select(obligations.c.trip_id).where(obligations.c.stage == Stage.OPEN.value)
    query = (
        select(
            people.c.id.label("person_id"),
            branches.c.id.label("branch_id"),
            branches.c.kind,
            trips.c.id.label("trip_id"),
            trips.c.departs,
            trips.c.returns,
        )
        .join(branch_members, branch_members.c.person_id == people.c.id)
        .join(branches, branches.c.id == branch_members.c.branch_id)
        .join(trips, trips.c.person_id == people.c.id)
        .where(
            is_in_branch(),
            branches.c.place == BranchPlace.HOME.value,
            trips.c.cancelled_at.is_(None),
            trips.c.departs <= today,
            or_(trips.c.returns >= today - AFTERWARDS, trips.c.id.in_(owes)),
            trips.c.country.not_in(off_in),
        )
        .order_by(people.c.id, trips.c.departs, branches.c.kind.desc(), branches.c.id)
    )
    rows = conn.execute(query).all()
    ids = sorted({row.person_id for row in rows})
    of_them = select(party_statuses).where(listed(party_statuses.c.person_id, ids))
    statuses = {row.person_id: row.status for row in conn.execute(of_them)}
    present = _last_sessions(conn, ids, now)
    said, known = _last_words(conn, ids), store.of_people(conn, ids)
    found: dict[tuple[int, int], _Place] = {}
    for row in rows:
        session = present.get(row.person_id)
        contact = max(one for one in (row.departs, session, said.get(row.person_id)) if one is not None)
        member = Member(statuses.get(row.person_id, ""), row.kind, row.departs, row.returns, contact)
        mine = [one for one in known[row.person_id] if one.trip_id == row.trip_id]
        place = _Place(row.person_id, row.branch_id, row.trip_id, member, mine, session)
        found.setdefault((row.person_id, row.trip_id), place)  # of two home branches the party's counts
    return list(found.values())


def _last_sessions(conn: Connection, ids: Sequence[int], now: datetime) -> dict[int, date]:
    """Return the day of the last session that somebody was at, or has made up."""
    newest = (
        select(func.max(session_marks.c.id).label("id"))
        .where(listed(session_marks.c.person_id, ids))
        .group_by(session_marks.c.person_id, session_marks.c.session_id)
        .subquery()
    )
    query = (
        select(session_marks.c.person_id, func.max(sessions.c.starts_at).label("at"))
        .join(newest, newest.c.id == session_marks.c.id)
        .join(sessions, sessions.c.id == session_marks.c.session_id)
        .where(session_marks.c.mark.in_(_THERE), sessions.c.starts_at <= now, sessions.c.branch_id.is_not(None))
        .group_by(session_marks.c.person_id)
    )
    return {row.person_id: row.at.date() for row in conn.execute(query)}


def _last_words(conn: Connection, ids: Sequence[int]) -> dict[int, date]:
    """Return the day on which somebody was last in contact by her own word, or by a study report."""
    told = and_(obligations.c.kind == Kind.CONTACT.value, obligations.c.stage == Stage.DONE.value)
    found: dict[int, date] = {}
    for table, column, where in (
        (obligations, obligations.c.done_at, told),
        (study_reports, study_reports.c.submitted_at, study_reports.c.submitted_at.is_not(None)),
    ):
        query = select(table.c.person_id, func.max(column).label("at")).where(listed(table.c.person_id, ids), where)
        for row in conn.execute(query.group_by(table.c.person_id)):
            found[row.person_id] = max(found.get(row.person_id, row.at.date()), row.at.date())
    return found
