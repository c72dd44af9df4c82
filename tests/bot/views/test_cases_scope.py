"""Whoever somebody is: the list of cases and every page of one show exactly what the rules in plain words allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.store import by_id as case_by_id
from bot.cases.store import case_alarms
from bot.people.store import by_id
from bot.views.case_list import PAGE, CaseFilter, all_cases, case_list
from bot.views.case_page import may_see
from bot.views.scope import Scope, scope_of
from tests.fakes.ground import NOW, Ground, open_ground

ROLES = ("counsellor", "supervisor", "coordinator", "secretary", "office", "support")
UNITS = ("大学/物理", "大学/外语")
REASONS = ("urgent", "missed", "unreached", "not_asked", "rollcall")
SHARED = ("counsellor", "office", "support")

Given = tuple[str, int, tuple[str, str | None], bool, str, str | None]


@dataclass(frozen=True)
class One:
    """A case as the test knows it."""

    id: int
    unit: str
    counsellor: int
    reason: str
    share: str | None
    skips: bool
    gone: bool


cases_given = st.lists(
    st.tuples(
        st.sampled_from(UNITS),
        st.integers(0, 1),  # which of two counsellors
        st.sampled_from([*((reason, None) for reason in REASONS), *(("hard", share) for share in SHARED)]),
        st.booleans(),
        st.sampled_from(["open", "acknowledged", "resolved", "taken_back", "passed_on"]),
        st.sampled_from([None, "counsellor", "duty", "buddy"]),  # as whom the reader was told
    ),
    max_size=6,
)


def _staff(ground: Ground, role: str, unit: str) -> int:
    if role == "support":
        return ground.staff("V", "office", ("matter", "support"))
    scope = [("unit", unit)] if role == "coordinator" else []
    return ground.staff("V", role, *scope)


def _made(ground: Ground, viewer: int, rows: list[Given]) -> Iterator[tuple[One, str | None]]:
    other = ground.staff("C9", "counsellor")
    for number, (unit, whose, (reason, share), skips, state, told) in enumerate(rows):
        counsellor = (viewer, other)[whose]
        student = ground.student(f"S{number}", counsellor=counsellor, unit=unit, skips_counsellor=skips)
        if share == "support":
            ground.answered(student, "hard", "support")
        gone = reason == "hard" and state in {"taken_back", "passed_on"}
        outcome = state if gone else None
        real = "resolved" if state in {"taken_back", "passed_on"} else state
        case = ground.case(student, reason, state=real, share_with=share, outcome=outcome)
        if told:
            ground.put(case_alarms, case_id=case, person_id=viewer, first_at=NOW, last_at=NOW, role=told)
        yield One(case, unit, counsellor, reason, share, skips, gone), told


def _in_scope(one: One, viewer: int, role: str, unit: str) -> bool:
    if role == "office":
        return True
    if role == "counsellor":
        return one.counsellor == viewer
    return (role == "coordinator" and one.unit == unit) or (role == "support" and one.share == "support")


def _may(one: One, viewer: int, role: str, unit: str, told: str | None) -> bool:
    """Say the rules once more, without a database."""
    if role in {"supervisor", "secretary"} or one.gone:
        return False
    held = _in_scope(one, viewer, role, unit)
    if one.reason == "hard":
        chosen = {"counsellor": one.counsellor == viewer, "office": role == "office", "support": role == "support"}
        return held and chosen[one.share or ""]
    return (held and not (one.skips and one.counsellor == viewer)) or told in {"counsellor", "duty"}


@settings(max_examples=60, deadline=None)
@given(role=st.sampled_from(ROLES), unit=st.sampled_from(UNITS), rows=cases_given)
def test_exactly_what_may_be_seen_is_seen(role: str, unit: str, rows: list[Given]) -> None:
    with TemporaryDirectory() as folder:
        database = open_ground(Path(folder))
        ground = Ground(database)
        viewer = _staff(ground, role, unit)
        made = list(_made(ground, viewer, rows))
        with database.engine.connect() as conn:
            person = by_id(conn, viewer)
            assert person is not None
            scope = scope_of(conn, person)
            if scope is None:
                assert role in {"supervisor", "secretary"}
                return
            seen = {row.case.id for row in all_cases(conn, scope, NOW)}
            assert seen == {one.id for one, told in made if _may(one, viewer, role, unit, told)}
            counted = case_list(conn, scope, NOW, CaseFilter())
            assert sum(counted.counts.values()) == len(seen) <= PAGE
            for one, told in made:
                case = case_by_id(conn, one.id)
                student = by_id(conn, case.person_id) if case else None
                assert case is not None
                assert student is not None
                alarmed = told in {"counsellor", "duty"} and one.reason != "hard"
                assert (may_see(conn, scope, case, student, NOW) or (alarmed and not one.gone)) == (one.id in seen)
            whole = {row.case.id for row in all_cases(conn, Scope.everything(), NOW)}
            assert whole == {
                one.id for one, _ in made if not one.gone and (one.reason != "hard" or one.share == "office")
            }
        database.close()
