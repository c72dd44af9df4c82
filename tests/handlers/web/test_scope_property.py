"""For random roles and rosters: no page, search or file of the console tells of a foreign student, nor a GET of words.

The pages are found by their routes, so that a new one is looked at by itself.
"""

import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from bot.app import App
from bot.cases import events
from bot.clock import ManualClock
from bot.journal.store import journal
from bot.people.store import people as people_rows
from bot.places.countries import region_of
from bot.prompts.notes import add_words
from bot.reports.store import study_reports
from tests.fakes.ground import NOW, Ground
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town, settings_in
from tests.support.console_routes import console_paths
from tests.support.home_branch import home_branch, owes, study

UNITS = ("Big", "Big/Arts", "Big/Arts/History", "Big/Science")
COUNTRIES = ("US", "DE", "FR")
ROLES = ("counsellor", "coordinator", "office", "reader", "supervisor", "secretary")
BLIND = frozenset({"supervisor", "secretary"})
APART = ("/console/login/", "/console/rollcalls/{", "/console/import/template.xlsx")
"""What needs a link or a roll-call, and an empty workbook, which is no text."""
SECRET = "Geheimnis"


@dataclass(frozen=True)
class Student:
    """What a student is, and whom she chose in a hard week."""

    unit: str
    country: str
    counsellor: int
    supervisor: int
    share: str
    home: int = 0


@dataclass(frozen=True)
class Staff:
    """What a member of staff is; the oracle is said in other words than the service."""

    role: str
    scope: tuple[tuple[str, str], ...]

    def sees(self, student: Student, place: int) -> bool:
        if self.role in BLIND:
            return False
        if self.role == "counsellor" and student.counsellor == place:
            return True
        if self.role in {"office", "reader"} and not self.scope:
            return True
        near = {"country": student.country, "region": region_of(student.country)}
        return any(
            f"{student.unit}/".startswith(f"{value}/") if kind == "unit" else near[kind] == value
            for kind, value in self.scope
        )


scopes = st.one_of(
    st.sampled_from(UNITS).map(lambda unit: ("unit", unit)),
    st.sampled_from(COUNTRIES).map(lambda code: ("country", code)),
    st.sampled_from(["EU", "NA"]).map(lambda code: ("region", code)),
)
staff = st.builds(Staff, st.sampled_from(ROLES), st.lists(scopes, max_size=2, unique=True).map(tuple))
students = st.builds(
    Student,
    unit=st.sampled_from(UNITS),
    country=st.sampled_from(COUNTRIES),
    counsellor=st.integers(0, 4),
    supervisor=st.integers(0, 4),
    share=st.sampled_from(["counsellor", "office", "nobody"]),
    home=st.integers(0, 3),
)


def settled(town: Town, people: list[Student], workers: list[Staff]) -> list[int]:
    """Put everybody, each student with a hard week, a case, messages and secret words; return the cases."""
    for path in UNITS:
        town.ground.unit(path)
    ids = [town.ground.staff(f"W{at}", one.role, *one.scope, language="en") for at, one in enumerate(workers)]
    found, known = [], []
    for at, one in enumerate(people):
        hers = {
            "counsellor": ids[one.counsellor] if one.counsellor < len(ids) else None,
            "supervisor_id": ids[one.supervisor] if one.supervisor < len(ids) else None,
        }
        student = town.ground.student(f"Zq{at}", unit=one.unit, name=f"Vorname{at}.", **hers)
        known.append((student, town.ground.trip(student, one.country, key=f"T{at}")))
        hard = town.ground.answered(student, "hard", one.share)
        case = town.ground.case(student, "missed", prompt_id=hard)
        town.ground.message(student, hard)
        town.ground.put(journal, at=NOW, action="person.paused", person_id=student, actor_id=student)

        def write(conn: Connection, student: int = student, hard: int = hard, case: int = case) -> None:
            add_words(conn, student, SECRET, NOW, prompt_id=hard)
            add_words(conn, student, SECRET, NOW, case_id=case)
            events.add(conn, case, "note", NOW, note=SECRET)

        town.app.database.write(write)
        found.append(case)
    for at, worker in enumerate(ids):  # whoever is no secretary leads a home branch only by a mistake
        members = [known[place] for place, one in enumerate(people) if one.home == at]
        branch = home_branch(town.ground, f"H{at}", worker, [person for person, _ in members])
        for person, trip in members:
            study(town.ground, owes(town.ground, person, branch, trip), SECRET, handed=True)
            owes(town.ground, person, branch, trip, "contact")
    return found


@settings(max_examples=3)
@given(people=st.lists(students, min_size=3, max_size=6), workers=st.lists(staff, min_size=2, max_size=3))
def test_no_page_tells_of_a_foreign_student(people: list[Student], workers: list[Staff]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = ManualClock(NOW)
        with closing(App(settings_in(Path(folder)), clock, paced=False)) as app:
            town = Town(app, clock, Ground(app.database))
            cases = settled(town, people, workers)
            for place, worker in enumerate(workers):
                visitor = town.signed_in(f"W{place}")
                foreign = [at for at, one in enumerate(people) if not worker.sees(one, place)]
                _pages(town, visitor, people, worker, place, foreign)
                _foreign(visitor, people, cases, foreign)
                _studies(town, visitor, people, worker, place)


def _pages(town: Town, visitor: Visitor, people: list[Student], worker: Staff, place: int, foreign: list[int]) -> None:
    own = next((at for at in range(len(people)) if at not in foreign), 0)
    values = {"number": f"Zq{own}", "case_id": str(own + 1), "selection_id": "1", "session_id": "1", "roster_id": "1"}
    values |= {"report_id": "1", "file_id": "1", "material_id": "1", "item": "checkin", "trip_id": "1"}
    values["opportunity_id"] = "1"
    paths = console_paths(town.app, "GET", values, APART)
    paths += ["/console/?q=Vorname", "/console/messages?kind=question", "/console/audit?kind=people"]
    paths += [f"/console/audit?person=Zq{at}" for at in foreign]
    for path in paths:
        shown = visitor.get(path)
        assert shown.status in {200, 303, 404}, path
        body = shown.text.replace(path, "").replace(path.replace("/", "%2F"), "")
        assert SECRET not in body, path  # words are shown by a press that is journalled
        for at in foreign:
            if worker.role in BLIND and people[at].supervisor == place:
                continue  # a supervisor knows whom she supervises; how they are is looked at below
            if worker.role == "secretary" and people[at].home == place:
                continue  # who leads a home branch knows its members
            assert f"Vorname{at}." not in body, path
            assert f"Zq{at}<" not in body, path
        if worker.role in BLIND:
            assert "hard week" not in body.lower(), path
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    taken = visitor.post("/console/responses.csv", {"csrf": token, "reason": "report"})
    assert SECRET not in taken.text
    for at in foreign:
        assert f"Vorname{at}." not in taken.text


def _foreign(visitor: Visitor, people: list[Student], cases: list[int], foreign: list[int]) -> None:
    """What is of others is answered exactly like what does not exist."""
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    for at in foreign:
        for real, none in (
            (f"/console/people/Zq{at}", "/console/people/Zq99"),
            (f"/console/cases/{cases[at]}", "/console/cases/999"),
        ):
            one, other = visitor.get(real), visitor.get(none)
            assert one.status == other.status == 404
            assert _same(one.text, real) == _same(other.text, none)
        for real, none in (
            (f"/console/people/Zq{at}/words", "/console/people/Zq99/words"),
            (f"/console/cases/{cases[at]}/words", "/console/cases/999/words"),
        ):
            one, other = visitor.post(real, {"csrf": token}), visitor.post(none, {"csrf": token})
            assert one.status == other.status
            assert one.status in {403, 404}
            assert _same(one.text, real) == _same(other.text, none)
    assert people


def _studies(town: Town, visitor: Visitor, people: list[Student], worker: Staff, place: int) -> None:
    """Nobody reads a study report but who leads its home branch: to all others there is none."""
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    query = select(people_rows.c.number, study_reports.c.id).join(
        study_reports, study_reports.c.person_id == people_rows.c.id
    )
    for number, report_id in town.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)]):
        hers = worker.role == "secretary" and people[int(number.removeprefix("Zq"))].home == place
        real, none = (f"/console/branch/reports/{one}" for one in (report_id, 999))
        if hers:
            assert SECRET in visitor.post(f"{real}/read", {"csrf": token}).text
            continue
        for path in ("", "/files/1"):
            one, other = visitor.get(real + path), visitor.get(none + path)
            assert one.status == other.status == 404
            assert _same(one.text, real) == _same(other.text, none)
        one, other = visitor.post(f"{real}/read", {"csrf": token}), visitor.post(f"{none}/read", {"csrf": token})
        assert one.status == other.status
        assert one.status in {403, 404}
        assert SECRET not in one.text


def _same(text: str, path: str) -> str:
    return text.replace(path, "").replace(path.replace("/", "%2F"), "")


def test_no_form_of_the_console_takes_a_forged_token_or_an_old_session(town: Town) -> None:
    town.ground.staff("O1", "office", language="en")
    student = town.ground.student("S1")
    case = town.ground.case(student, "missed")
    known = {"number": "S1", "case_id": str(case), "rollcall_id": "1", "override_id": "1", "row_id": "1"}
    known |= {
        "what": "prompt",
        "session_id": "1",
        "digest_id": "1",
        "token_id": "1",
        "selection_id": "1",
        "roster_id": "1",
        "agreed_id": "1",
        "report_id": "1",
        "material_id": "1",
        "talk_id": "1",
        "trip_id": "1",
        "file_id": "1",
        "opportunity_id": "1",
    }
    paths = console_paths(town.app, "POST", known, ("/console/login/",))
    assert len(paths) > 15
    office = town.signed_in("O1")
    lines = select(func.count()).select_from(journal)
    before = town.app.database.read(lambda conn: conn.execute(lines).scalar_one())
    for path in paths:
        for form in ({}, {"csrf": ""}, {"csrf": "forged"}, {"csrf": "ü"}):
            assert office.post(path, form).status == 403, path
    office.cookies["yanxin_session"] = ("forged", "/")
    for path in paths:
        assert office.post(path, {"csrf": "forged"}).status == 401, path
        assert town.visitor().post(path).status == 401, path
    assert town.app.database.read(lambda conn: conn.execute(lines).scalar_one()) == before
