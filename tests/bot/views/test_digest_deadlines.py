"""What a digest says of deadlines at home: whose are open, for counsellor and supervisor alike; of papers nothing."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bot.deadlines.store import deadlines, reminders
from bot.people.store import people
from bot.views.digest_deadlines import deadlines_near
from tests.fakes.ground import NOW, Ground, open_ground

BARE = {"note": "", "link": "", "levels": "", "countries": "", "types": ""}


def test_who_is_open_is_named_and_the_rest_counted(tmp_path: Path) -> None:
    with closing(open_ground(tmp_path)) as database:
        ground = Ground(database)
        soon, far = NOW + timedelta(days=9), NOW + timedelta(days=60)
        one = ground.put(deadlines, key="D1", title="学分认定", kind="credits", due_at=soon, **BARE)
        other = ground.put(deadlines, key="D2", title="注册", kind="registration", due_at=far, **BARE)
        for number in range(7):
            student = ground.student(f"S{number}")
            state = "done" if number == 6 else "waiting"
            values = {"person_id": student, "about": "deadline", "told": 1}
            ground.put(reminders, deadline_id=one, due_at=soon, state=state, **values)
            ground.put(reminders, deadline_id=other, due_at=far, state="waiting", **values)
        ground.put(reminders, person_id=1, about="visa", told=0, due_at=soon, state="waiting")
        found = database.read(lambda conn: deadlines_near(conn, people.c.id > 2, NOW))
        (told,) = found
        assert (told["title"], len(told["names"]), told["more"]) == ("学分认定", 4, 0)
        everybody = database.read(lambda conn: deadlines_near(conn, people.c.id > 0, NOW))
        assert (len(everybody), everybody[0]["more"]) == (1, 2)
