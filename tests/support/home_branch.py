"""A home branch in a ground of tests: its members, what they owe it, and study reports that they hand in."""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from bot.branches.store import branch_members, branches, party_statuses
from bot.engine.report_life import hand_in
from bot.obligations import store as obligations
from bot.obligations.model import Obligation
from bot.reports import drafts, store
from bot.reports.model import Report
from bot.reports.sections import shipped_study
from tests.fakes.ground import NOW, Ground


def home_branch(ground: Ground, key: str, secretary: int | None, members: list[int], **values: Any) -> int:
    """Put a home branch of the party with these members."""
    branch = ground.put(branches, key=key, **{"kind": "party", "place": "home", "secretary_id": secretary} | values)
    for person in members:
        ground.put(branch_members, branch_id=branch, person_id=person)
        ground.put(party_statuses, person_id=person, status="party")
    return branch


def owes(ground: Ground, person: int, branch: int, trip: int, kind: str = "report", **values: Any) -> Obligation:
    """Put something that a member owes, by the last day of the year."""
    rule = {"report": "study_report", "contact": "contact", "return": "return_request"}[kind]
    due_on = values.pop("due_on", date(2026, 12, 31))
    row = {
        "person_id": person,
        "branch_id": branch,
        "trip_id": trip,
        "rule": rule,
        "kind": kind,
        "period": due_on.isoformat(),
        "due_on": due_on,
        "opens_on": NOW.date(),
    }
    return ground.database.write(lambda conn: obligations.add(conn, **row | values))


def study(ground: Ground, one: Obligation, words: str = "", *, handed: bool = False) -> Report:
    """Put the study report that an obligation asks for, with words of hers."""

    def write(conn: Connection) -> Report:
        made = store.add_study(conn, one.person_id, one.trip_id, f"{one.rule}:{one.period}", one.id, NOW)
        if words:
            drafts.say(conn, made, "text", words, "web", NOW)
        if handed:
            hand_in(conn, made, shipped_study(), "zh", "web", NOW, sure=True)
        return store.again(conn, made)

    return ground.database.write(write)
