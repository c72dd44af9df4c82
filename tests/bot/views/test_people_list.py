"""Whoever looks, whatever is searched for: nobody outside of the scope is listed, counted on the map, or acted upon."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.journal.store import journal
from bot.outbox.store import outbox
from bot.people.store import by_number
from bot.programmes.versions import Programmes
from bot.selections.model import Deed
from bot.views.map import spots
from bot.views.people_choices import choices
from bot.views.people_list import all_wanted, of_ids, people_page
from bot.views.people_wanted import STATES, Wanted
from bot.views.scope import Scope, scope_of
from handlers import selection_done as use
from tests.fakes.ground import NOW, Ground, open_ground

UNITS = ("大学/物理", "大学/法学", "大学/物理/凝聚态")
COUNTRIES = {"US": ("US", "纽约"), "FR": ("FR", "巴黎", "Europe/Paris"), "JP": ("JP", "东京", "Asia/Tokyo")}
STUDENTS = st.lists(
    st.tuples(
        st.sampled_from(UNITS),
        st.sampled_from(sorted(COUNTRIES)),
        st.sampled_from(["C1", "C2", ""]),
        st.sampled_from(["late", "open", "missed", "unreached", "hard", "urgent"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
ROLES = st.lists(
    st.sampled_from(
        [
            ("counsellor", ()),
            ("coordinator", (("unit", "大学/物理"),)),
            ("coordinator", (("country", "FR"),)),
            ("office", (("unit", "大学/法学"),)),
            ("office", ()),
            ("supervisor", ()),
            ("secretary", ()),
        ]
    ),
    min_size=1,
    max_size=1,
)
WANTED = st.builds(
    Wanted,
    q=st.sampled_from(["", "wang", "王", "S", "1", "Paris", "纽约"]),
    country=st.sampled_from(["", "US", "FR"]),
    state=st.sampled_from(["", *STATES]),
    reach=st.sampled_from(["", "none", "looks"]),
    sort=st.sampled_from(["name", "number"]),
)


@contextmanager
def _ground() -> Iterator[Ground]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_ground(Path(folder))
        try:
            yield Ground(database)
        finally:
            database.close()


def _fill(ground: Ground, students: list[Any], role: tuple[str, tuple[tuple[str, str], ...]]) -> dict[str, int]:
    staff = {"C1": ground.staff("C1", role[0], *role[1]), "C2": ground.staff("C2", "counsellor")}
    ids = {}
    for number, (unit, country, counsellor, state, left_out) in enumerate(students):
        one = ground.student(
            f"S{number}", name=f"王{number}", counsellor=staff.get(counsellor), unit=unit, skips_counsellor=left_out
        )
        ids[f"S{number}"] = one
        ground.trip(one, *COUNTRIES[country])
        if state in {"hard", "urgent"}:
            prompt = ground.answered(one, state, "counsellor" if state == "hard" else None)
            ground.case(one, state, prompt_id=prompt, share_with="counsellor" if state == "hard" else None)
        else:
            soon = NOW + timedelta(hours=5)
            ground.prompt(one, state, next_at=soon if state == "late" else None, due_at=soon)
    return ids


def _mine(student: Any, role: tuple[str, tuple[tuple[str, str], ...]]) -> bool:
    """Say in plain words what each role may see."""
    unit, country, counsellor, _state, _left_out = student
    kind, areas = role
    if kind == "counsellor":
        return bool(counsellor == "C1")
    if kind == "office" and not areas:
        return True
    return any(
        (what == "unit" and (unit == value or unit.startswith(f"{value}/"))) or (what == "country" and country == value)
        for what, value in areas
    )


@settings(max_examples=12)
@given(students=STUDENTS, role=ROLES, wanted=WANTED, deed=st.sampled_from([Deed.REMIND, Deed.EXTEND]))
def test_nothing_touches_a_student_outside_of_the_scope(
    students: list[Any], role: list[Any], wanted: Wanted, deed: Deed
) -> None:
    with _ground() as ground:
        ids = _fill(ground, students, role[0])
        read = ground.database.read
        person = read(lambda conn: by_number(conn, "C1"))
        assert person is not None
        scope = read(lambda conn: scope_of(conn, person))
        if role[0][0] in {"supervisor", "secretary"}:
            assert scope is None, "every page and form asks for a scope, and there is none"
            return
        assert scope is not None
        mine = {f"S{number}" for number, one in enumerate(students) if _mine(one, role[0])}
        page = read(lambda conn: people_page(conn, scope, wanted, NOW))
        assert {row.number for row in page.rows} <= mine
        assert page.total is None or page.total == len(page.rows)
        assert {row.number for row in read(lambda conn: people_page(conn, scope, Wanted(), NOW)).rows} == mine
        assert {one.number for one in read(lambda conn: all_wanted(conn, scope, wanted, NOW, None, 99))} <= mine
        assert {one.number for one in read(lambda conn: of_ids(conn, scope, ids.values(), NOW))} == mine
        assert sum(one.total for one in read(lambda conn: spots(conn, scope, NOW))) == len(mine)
        places = {COUNTRIES[one[1]][0] for number, one in enumerate(students) if f"S{number}" in mine}
        assert set(read(lambda conn: choices(conn, scope, NOW)).countries) == places
        _act(ground, scope, ids, mine, students, deed, person.id)


def _act(
    ground: Ground, scope: Scope, ids: dict[str, int], mine: set[str], students: list[Any], deed: Deed, author: int
) -> None:
    """Act upon everybody, as a forged form would, and find no trace with whoever is not in the scope."""
    database = ground.database
    every = database.read(lambda conn: of_ids(conn, Scope.everything(), ids.values(), NOW))
    made = database.write(lambda conn: use.pick(conn, author, deed, every, NOW))
    assert made is not None
    done = database.write(lambda conn: use.go_on(conn, made, author, scope, NOW, Programmes()))
    assert done is not None
    assert sum(done.counts.values()) == len(ids)
    assert database.write(lambda conn: use.go_on(conn, made, author, scope, NOW, Programmes())) == done
    allowed = {
        ids[number]
        for number in mine
        for _unit, _country, counsellor, state, left_out in [students[int(number[1:])]]
        if state == "late" and not (left_out and counsellor == "C1")
    }
    assert done.counts.get("done", 0) == len(allowed)
    touched = database.read(
        lambda conn: {
            *conn.execute(select(outbox.c.person_id)).scalars(),
            *conn.execute(select(journal.c.person_id).where(journal.c.person_id.is_not(None))).scalars(),
        }
    )
    assert touched == allowed
