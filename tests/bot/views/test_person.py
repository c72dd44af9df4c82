"""One student's page: for whom she is in scope, and for nobody else."""

from datetime import date, timedelta

from bot.trips.model import Phase
from bot.views.mending import Mend
from bot.views.person import PersonView, view_person
from bot.views.scope import Scope
from tests.fakes.ground import NOW, Ground

ALL = Scope(viewer_id=1000, whole=True)


def page(ground: Ground, number: str, scope: Scope = ALL) -> PersonView | None:
    return ground.database.read(lambda conn: view_person(conn, scope, number, NOW))


def test_out_of_scope_is_the_same_as_unknown(ground: Ground) -> None:
    her = ground.staff("C", "counsellor")
    ground.student("other")
    assert page(ground, "other", Scope(her, own=True)) is None
    assert page(ground, "nobody", Scope(her, own=True)) is None
    assert page(ground, "other") is not None


def test_the_page_says_where_she_is_and_what_was_asked(ground: Ground) -> None:
    her = ground.staff("C", "counsellor", name="李老师")
    person = ground.student("S1", counsellor=her, unit="大学/物理")
    trip = ground.trip(person)
    ground.said_place(person, trip, "America/Chicago")
    first = ground.prompt(person, "missed", opened=timedelta(days=7))
    second = ground.answered(person, "fine")
    ground.message(person, first, key="1", state="failed", reason="person_gone")
    ground.message(person, second, key="2")
    ground.message(person, second, key="3", kind="reminder", state="withdrawn")
    ground.message(person, second, key="4", kind="reply", template="hard/thanks")
    ground.prompt(person, "scheduled", opened=timedelta(days=-6))
    seen = page(ground, "S1")
    assert seen is not None
    assert seen.said is not None
    assert seen.said.place.zone == "America/Chicago"
    assert (seen.zone, seen.phase, seen.unit, seen.counsellor) == (
        "America/Chicago",
        Phase.ABROAD,
        "大学/物理",
        "李老师",
    )
    assert [asked.prompt.id for asked in seen.timeline] == [second, first]
    assert [(sent.kind, sent.state) for sent in seen.timeline[0].deliveries] == [
        ("question", "accepted"),
        ("reminder", "withdrawn"),
    ]
    assert seen.timeline[1].deliveries[0].reason == "person_gone"
    assert len(seen.upcoming) == 1
    assert seen.mend is None


def test_fine_and_a_hidden_hard_week_look_alike(ground: Ground) -> None:
    for number, choice in (("fine", "fine"), ("hard", "hard")):
        person = ground.student(number)
        prompt = ground.answered(person, choice, "nobody" if choice == "hard" else None)
        if choice == "hard":
            ground.case(person, "hard", prompt_id=prompt, share_with="support")
    fine, hard = page(ground, "fine"), page(ground, "hard")
    assert fine is not None
    assert hard is not None
    assert [asked.answer for asked in fine.timeline] == [asked.answer for asked in hard.timeline] == ["answered"]
    assert hard.cases == []


def test_a_hard_case_is_seen_by_whom_she_chose(ground: Ground) -> None:
    her = ground.staff("C", "counsellor")
    person = ground.student("S1", counsellor=her)
    ground.case(person, "hard", share_with="counsellor")
    ground.case(person, "missed", state="acknowledged", acknowledged_by=her)
    mine, others = page(ground, "S1", Scope(her, own=True)), page(ground, "S1")
    assert mine is not None
    assert others is not None
    assert {seen.case.reason.value for seen in mine.cases} == {"hard", "missed"}
    assert [(seen.case.reason.value, seen.by) for seen in others.cases] == [("missed", "Name C")]


def test_the_trip_that_counts_is_told_by_her_own_calendar(ground: Ground) -> None:
    person = ground.student("S1")
    ground.trip(person, departs=date(2026, 11, 19), zone="Pacific/Kiritimati")
    seen = page(ground, "S1")
    assert seen is not None
    assert (seen.phase, seen.zone) == (Phase.ABROAD, "Pacific/Kiritimati")


def test_without_a_trip_the_page_still_opens(ground: Ground) -> None:
    ground.student("S1", reachable=False)
    seen = page(ground, "S1")
    assert seen is not None
    assert (seen.trip, seen.phase, seen.zone, seen.mend) == (None, None, "Asia/Shanghai", Mend.NO_MAIL)
