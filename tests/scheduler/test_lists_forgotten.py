"""Checklists, their files, reminders and days of papers go when they are long past, and stay until then."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.checklists.store import checklist_files, checklist_marks
from bot.deadlines.store import expiring_papers, reminders
from bot.settings import Retention
from scheduler.purge import purge
from tests.fakes.ground import NOW, Ground, open_ground

LONG_AGO, LATELY = NOW - timedelta(days=366), NOW - timedelta(days=364)


def test_what_is_long_past_is_forgotten(tmp_path: Path) -> None:
    with closing(open_ground(tmp_path)) as database:
        ground = Ground(database)
        for number, at in enumerate((LONG_AGO, LATELY)):
            student = ground.student(f"S{number}")
            trip = ground.trip(student, departs=at.date() - timedelta(days=90), returns=at.date())
            ground.put(checklist_marks, trip_id=trip, step="safety", said_at=at, answered=0)
            bytes_of = {"digest": "a" * 64, "kind": "jpeg", "name": "p.jpg", "size": 9, "at": at}
            ground.put(checklist_files, trip_id=trip, step="insurance", **bytes_of)
            paper = ground.put(expiring_papers, person_id=student, about="visa", expires=at.date(), is_own=True)
            waiting = {"person_id": student, "about": "visa", "told": 0, "state": "over"}
            ground.put(reminders, paper_id=paper, due_at=at, **waiting)
        tables = (checklist_marks, checklist_files, expiring_papers, reminders)
        while database.write(lambda conn: purge(conn, Retention(), NOW, NOW)):
            pass
        left = database.read(lambda conn: [len(conn.execute(select(table)).all()) for table in tables])
        assert left == [1, 1, 1, 1]
