"""What has a day of its own stands in the pipeline and can be reminded of, on either database."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.deadlines.store import reminders
from bot.engine import day_deeds
from bot.local_time import Quiet
from bot.programmes.versions import Programmes
from bot.selections.model import Came
from bot.talks.store import follow_ups
from bot.trips.store import of_person
from bot.views.pipeline import Step, pipeline
from bot.views.pipeline_days import AFTER_STAY, day_lines, day_names, days_at
from bot.views.scope import Scope
from tests.support.school import School

EVERY = Scope.everything()


def test_a_visa_and_a_talk_are_counted_named_and_reminded_of(any_school: School) -> None:
    student, now = any_school.student("S1"), any_school.now + timedelta(hours=2)  # in the afternoon at home

    def put(conn: Connection) -> None:
        (trip,) = of_person(conn, student)
        visa = {"about": "visa", "due_at": now + timedelta(days=20), "state": "waiting", "told": 1}
        conn.execute(reminders.insert().values(person_id=student, trip_id=trip.id, matter="x", **visa))
        asked = {"month": 0, "asked_at": now - timedelta(days=2)}
        conn.execute(follow_ups.insert().values(person_id=student, trip_id=trip.id, **asked))

    any_school.do(put)
    lines = any_school.db.read(lambda conn: day_lines(conn, EVERY, now))
    assert [(one.item, {step: many for step, many in one.counts.items() if many}) for one in lines] == [
        ("visa", {Step.ASKED: 1}),
        ("after-0", {Step.REMINDED: 1}),
    ]
    found, more = any_school.db.read(lambda conn: day_names(conn, EVERY, "visa", Step.ASKED, now))
    assert ([one.number for one in found], more) == (["S1"], 0)
    for key in ("visa", "after-0"):

        def remind(conn: Connection, key: str = key) -> dict[int, Came]:
            ids = days_at(conn, EVERY, key, [student], now)
            after = key.startswith(AFTER_STAY)
            return day_deeds.act(conn, ids, any_school.office, now, Quiet(), after_stay=after)

        assert any_school.do(remind) == {student: Came.DONE}
        assert any_school.do(remind) == {student: Came.ALREADY}
    current = any_school.db.read(Programmes().current)
    assert any_school.db.read(lambda conn: len(pipeline(conn, EVERY, current, now))) == len(current.items)
