"""The office proposes temporary branches for those who leave soon, changes that and accepts it; anybody may leave.

Branch membership follows then: sessions invite new members by themselves, and let those go who leave.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, exists, select

from bot.branches import regroupings
from bot.branches.model import BranchKind, BranchPlace, PartyStatus
from bot.branches.regroupings import Group, Regrouping, State, branch_leavings
from bot.branches.rules import Leaver, propose
from bot.branches.store import branch_members, branches, party_statuses
from bot.engine.branch_telling import tell_member
from bot.engine.telling import not_before_her_morning
from bot.journal import store as journal
from bot.local_time import to_instant, to_wall
from bot.people.store import people
from bot.places.countries import REGIONS, region_of
from bot.trips.store import trips

SOON = timedelta(days=60)
_KINDS = {
    PartyStatus.PARTY.value: BranchKind.PARTY,
    PartyStatus.PROBATIONARY.value: BranchKind.PARTY,
    PartyStatus.LEAGUE.value: BranchKind.LEAGUE,
}
_NAMES = {BranchKind.PARTY: "临时党支部", BranchKind.LEAGUE: "临时团支部"}
LONGEST_KEY = 64


def leavers(conn: Connection, now: datetime, off_in: Sequence[str], within: timedelta = SOON) -> list[Leaver]:
    """Return the members who leave within a time, are in no temporary branch and have left none."""
    today = now.date()
    inside = exists(
        select(branch_members.c.id)
        .join(branches, branches.c.id == branch_members.c.branch_id)
        .where(
            branch_members.c.person_id == people.c.id,
            branches.c.place == BranchPlace.ABROAD.value,
            branches.c.absent_at.is_(None),
        )
    )
    left = exists(select(branch_leavings.c.id).where(branch_leavings.c.person_id == people.c.id))
    query = (
        select(people.c.id, party_statuses.c.status, trips.c.country, trips.c.zone, trips.c.departs, trips.c.returns)
        .join(party_statuses, party_statuses.c.person_id == people.c.id)
        .join(trips, trips.c.person_id == people.c.id)
        .where(
            people.c.left_at.is_(None),
            people.c.absent_at.is_(None),
            trips.c.cancelled_at.is_(None),
            trips.c.departs >= today,
            trips.c.departs <= today + within,
            trips.c.country.not_in(off_in),
            ~inside,
            ~left,
        )
        .order_by(people.c.id, trips.c.departs)
    )
    found: dict[int, Leaver] = {}
    for row in conn.execute(query):
        kind = _KINDS.get(row.status)
        if kind is not None and row.id not in found:
            offset = to_wall(to_instant(row.departs, time(12), row.zone), row.zone).utcoffset() or timedelta()
            minutes = int(offset.total_seconds()) // 60
            found[row.id] = Leaver(row.id, kind.value, region_of(row.country), minutes, row.departs, row.returns)
    return list(found.values())


def make(
    conn: Connection, actor_id: int | None, now: datetime, off_in: Sequence[str], within: timedelta = SOON
) -> Regrouping | None:
    """Propose branches; None when nobody leaves soon who is in none."""
    found = propose(leavers(conn, now, off_in, within))
    if not found:
        return None
    taken = set(conn.execute(select(branches.c.key)).scalars())
    groups = []
    for one in found:
        first = min(each.departs for each in one.members)
        name = f"{REGIONS[one.region]['zh']}{_NAMES[BranchKind(one.kind)]}{first.year}-{first.month:02d}"
        key = next(key for n in range(1, 1000) if (key := name if n == 1 else f"{name}-{n}") not in taken)
        taken.add(key)
        groups.append(Group(key, one.kind, one.region, tuple(each.person_id for each in one.members)))
    made = regroupings.add(conn, tuple(groups), actor_id, now)
    _note(conn, now, "branch.regrouping_made", actor_id, made.id)
    return made


def accept(
    conn: Connection, one: Regrouping, actor_id: int | None, now: datetime, channels: Sequence[str]
) -> dict[str, int]:
    """Make the branches of a proposal; return how many members each has. ValueError names a key that cannot be."""
    taken = set(conn.execute(select(branches.c.key)).scalars())
    keys = [group.key for group in one.groups if group.members]
    for key in keys:
        if not key or len(key) > LONGEST_KEY or key in taken or keys.count(key) > 1:
            raise ValueError(key)
    here = select(people.c.id).where(people.c.left_at.is_(None), people.c.absent_at.is_(None))
    present = set(conn.execute(here).scalars())
    made = {}
    for group in one.groups:
        members = [person_id for person_id in group.members if person_id in present]
        if not members:
            continue
        values = {"key": group.key, "kind": group.kind, "place": BranchPlace.ABROAD.value}
        added = branches.insert().values(secretary_id=group.secretary_id, **values).returning(branches.c.id)
        branch_id = int(conn.execute(added).scalar_one())
        conn.execute(branch_members.insert(), [{"branch_id": branch_id, "person_id": each} for each in members])
        for person_id in members:
            tell_member(
                conn,
                person_id,
                "branch/joined",
                channels,
                key=f"branch:{branch_id}:joined:{person_id}",
                now=now,
                data={"branch_name": group.key},
                not_before=not_before_her_morning(conn, person_id, now),
            )
        made[group.key] = len(members)
    regroupings.decide(conn, one, State.ACCEPTED, now)
    _note(conn, now, "branch.regrouping_accepted", actor_id, one.id)
    return made


def drop(conn: Connection, one: Regrouping, actor_id: int | None, now: datetime) -> None:
    """Let a proposal go."""
    regroupings.decide(conn, one, State.DROPPED, now)
    _note(conn, now, "branch.regrouping_dropped", actor_id, one.id)


def leave(conn: Connection, person_id: int, branch_id: int, now: datetime) -> bool:
    """Let somebody leave a temporary branch of her own accord: nothing follows, and no roster puts her back.

    False when she is in no such branch; from a home branch nobody leaves by a press.
    """
    temporary = select(branches.c.id).where(branches.c.id == branch_id, branches.c.place == BranchPlace.ABROAD.value)
    mine = (branch_members.c.branch_id.in_(temporary), branch_members.c.person_id == person_id)
    if not conn.execute(branch_members.delete().where(*mine)).rowcount:
        return False
    conn.execute(branch_leavings.insert().values(branch_id=branch_id, person_id=person_id, at=now))
    journal.write(conn, [journal.line(now, "branch.left", person_id=person_id, branch=branch_id)])
    return True


def _note(conn: Connection, now: datetime, action: str, actor_id: int | None, number: int) -> None:
    journal.write(conn, [journal.line(now, action, person_id=None, actor_id=actor_id, regrouping=number)])
