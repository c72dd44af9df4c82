"""What may not be kept goes at its time and not before; everything else stays."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from bot.branches.store import branches
from bot.cases.events import case_events
from bot.cases.store import case_alarms, cases
from bot.handed.store import handed_rosters
from bot.inbox.store import inbox
from bot.journal.store import journal
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.moves.store import moves
from bot.outbox.store import attempts, outbox
from bot.prompts.store import notes, prompts
from bot.rollcalls.store import incident_reports, rollcall_answers, rollcall_members, rollcalls
from bot.sessions.marks import session_makeups, session_marks
from bot.sessions.store import session_invitations, session_replies, sessions
from bot.settings import Retention
from bot.signins.store import signins
from scheduler.purge import purge
from tests.fakes.ground import NOW, Ground, open_ground

KEEP = Retention()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def count(ground: Ground, table: Table) -> int:
    return ground.database.read(lambda conn: conn.execute(select(func.count()).select_from(table)).scalar_one())


def run(ground: Ground, now: datetime = NOW, limit: int = 200) -> int:
    return ground.database.write(lambda conn: purge(conn, KEEP, now, now, limit))


def note(ground: Ground, person: int, age: timedelta, **values: Any) -> int:
    return ground.put(notes, person_id=person, body={"x": 1}, at=NOW - age, **{"kind": "position"} | values)


def test_positions_go_after_three_days_but_not_while_a_case_needs_them(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    person = ground.student("1")
    open_case = ground.case(person, "urgent")
    closed_lately = ground.case(person, "missed", state="resolved", resolved_at=NOW - 71 * HOUR)
    closed = ground.case(person, "missed", state="resolved", resolved_at=NOW - 73 * HOUR)
    young = note(ground, person, 71 * HOUR)
    note(ground, person, 73 * HOUR)
    kept = [note(ground, person, 400 * HOUR, case_id=case) for case in (open_case, closed_lately)]
    note(ground, person, 400 * HOUR, case_id=closed)
    words = note(ground, person, 400 * HOUR, kind="note")
    assert run(ground) == 2
    left = ground.database.read(lambda conn: set(conn.execute(select(notes.c.id)).scalars()))
    assert left == {young, *kept, words}
    assert run(ground) == 0
    ground.database.close()


def test_raw_updates_go_after_a_month_and_messages_after_half_a_year(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    person = ground.student("1")

    def came(age: timedelta, state: str = "done") -> int:
        values = {"external_id": f"{age}{state}", "sender": "s", "raw": {"text": "x"}, "urgent": False, "tries": 0}
        return ground.put(inbox, channel="web", account="web", received_at=NOW - age, state=state, **values)

    young, old, new = came(29 * DAY), came(31 * DAY), came(31 * DAY, "new")
    came(181 * DAY)
    sent = ground.message(person, None, key="old", created_at=NOW - 181 * DAY)
    ground.put(attempts, outbox_id=sent, body={}, epoch=1, started_at=NOW)
    ground.message(person, None, key="waits", created_at=NOW - 181 * DAY, state="waiting")
    ground.message(person, None, key="young", created_at=NOW - 179 * DAY)
    while run(ground, limit=1):
        pass
    raw = ground.database.read(lambda conn: {row.id: row.raw for row in conn.execute(select(inbox.c.id, inbox.c.raw))})
    assert raw == {young: {"text": "x"}, old: None, new: {"text": "x"}}
    assert (count(ground, outbox), count(ground, attempts)) == (2, 0)
    ground.database.close()


def test_used_links_and_ended_sessions_go_after_a_month(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    person = ground.staff("1", "office")
    database = ground.database
    long_ago = NOW - 40 * DAY
    database.write(
        lambda conn: links.make(conn, LinkPurpose.LOGIN, person, real_now=long_ago, expires_at=long_ago + HOUR)
    )
    database.write(lambda conn: links.make(conn, LinkPurpose.CHAT, person, real_now=long_ago, expires_at=None))
    database.write(lambda conn: links.make(conn, LinkPurpose.LOGIN, person, real_now=NOW, expires_at=NOW + HOUR))
    for number, ended in enumerate((NOW - 31 * DAY, NOW + HOUR)):
        ground.put(signins, cookie_hash=str(number), person_id=person, csrf="c", created_at=long_ago, expires_at=ended)
    assert run(ground) == 2
    assert (count(ground, links.links), count(ground, signins)) == (2, 1)
    database.close()


def test_where_she_was_goes_a_month_after_the_stay(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    today = NOW.date()
    stays: list[dict[str, Any]] = [
        {"returns": today + DAY},
        {"returns": today - 30 * DAY},
        {"returns": today - 31 * DAY},
        {"cancelled_at": NOW - 29 * DAY},
        {"cancelled_at": NOW - 31 * DAY},
    ]
    for number, dates in enumerate(stays):
        person = ground.student(f"{number}")
        ground.said_place(person, ground.trip(person, **dates), "Asia/Tokyo", city=str(number))
    assert run(ground) == 2
    left = ground.database.read(lambda conn: set(conn.execute(select(moves.c.city)).scalars()))
    assert left == {"0", "1", "3"}
    ground.database.close()


def test_a_case_goes_a_year_after_it_was_over_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    person, staff = ground.student("1"), ground.staff("2", "office")
    running = ground.case(person, "urgent")
    lately = ground.case(person, "missed", state="resolved", resolved_at=NOW - 364 * DAY)
    long_ago = ground.case(person, "missed", state="resolved", resolved_at=NOW - 366 * DAY)
    for case in (running, lately, long_ago):
        ground.put(case_alarms, case_id=case, person_id=staff, role="office", first_at=NOW, last_at=NOW)
        ground.put(case_events, case_id=case, at=NOW, deed="note", note="x")
        note(ground, person, HOUR, kind="note", case_id=case)
        ground.put(journal, at=NOW, action="case.opened", person_id=person, case_id=case)
        ground.message(staff, None, key=f"m{case}", kind="alarm", case_id=case)
    while run(ground, limit=1):
        pass
    left = {running, lately}
    for column in (cases.c.id, case_alarms.c.case_id, case_events.c.case_id, notes.c.case_id, outbox.c.case_id):
        with ground.database.engine.connect() as conn:
            assert set(conn.execute(select(column)).scalars()) == left, column
    assert count(ground, journal) == 3  # that there was one stays
    ground.database.close()


def test_a_roll_call_goes_a_year_after_it_was_closed_with_everybody_in_it(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    person = ground.student("1")
    area = {"what": "quake", "area": {"countries": ["JP"]}, "is_drill": False, "step": 3, "cursor": 0}
    old, young = (
        ground.put(rollcalls, state="closed", created_at=NOW - age, opened_at=NOW - age, closed_at=NOW - age, **area)
        for age in (366 * DAY, 364 * DAY)
    )
    open_one = ground.put(rollcalls, state="open", created_at=NOW - 400 * DAY, opened_at=NOW - 400 * DAY, **area)
    for one in (old, young, open_one):
        member = {"rollcall_id": one, "person_id": person, "country": "JP", "city": "Tokyo", "zone": "Asia/Tokyo"}
        ground.put(rollcall_members, state="safe", at=NOW, **member)
        said = {"rollcall_id": one, "person_id": person, "word": "safe", "channel": "web", "counts": True}
        ground.put(rollcall_answers, at=NOW, **said)
    for age in (366 * DAY, 364 * DAY):
        ground.put(incident_reports, person_id=person, what="fire", city="Tokyo", country="JP", at=NOW - age)
    while run(ground, limit=1):
        pass
    for table in (rollcall_members, rollcall_answers):
        query = select(table.c.rollcall_id)
        left = ground.database.read(lambda conn, query=query: set(conn.execute(query).scalars()))  # type: ignore[misc]
        assert left == {young, open_one}
    assert count(ground, rollcalls) == 2
    assert count(ground, incident_reports) == 1
    ground.database.close()


def test_sessions_go_after_three_years_with_all_that_hangs_on_them(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    person = ground.student("1")
    branch = ground.put(branches, key="B1", kind="league")
    held = {}
    for name, age in (("old", 1096), ("young", 1094)):
        at = NOW - age * DAY
        values = {"title": name, "zone": "UTC", "minutes": 60, "is_discreet": True, "sequence": 0, "state": "planned"}
        one = ground.put(sessions, branch_id=branch, starts_at=at, rsvp_by=at, created_at=at, changed_at=at, **values)
        prompt = ground.prompt(person, "answered", item="session", kind="session", occasion=f"session:{one}")
        told = {"told_at": at, "told_start": at, "uid": name}
        ground.put(session_invitations, session_id=one, person_id=person, prompt_id=prompt, **told)
        said = {"session_id": one, "person_id": person, "channel": "web", "at": at}
        ground.put(session_replies, reply="yes", **said)
        ground.put(session_marks, mark="absent", how="rule", **said)
        ground.put(session_makeups, number=1, answer="x", **said)
        held[name] = one
    while run(ground):
        pass
    for table in (session_invitations, session_replies, session_marks, session_makeups):
        query = select(table.c.session_id)
        with ground.database.engine.connect() as conn:
            assert list(conn.execute(query).scalars()) == [held["young"]], table.name
    assert count(ground, prompts) == 1
    assert count(ground, sessions) == 1
    ground.database.close()


def test_a_roster_that_was_handed_in_goes_after_two_days(tmp_path: Path) -> None:
    ground = Ground(open_ground(tmp_path))
    office = ground.staff("O1", "office")
    for age in (47 * HOUR, 49 * HOUR):
        files = [["people.csv", ""]]
        ground.put(handed_rosters, author_id=office, names=["people.csv"], prune=[], files=files, created_at=NOW - age)
    assert run(ground) == 1
    assert count(ground, handed_rosters) == 1
    ground.database.close()
