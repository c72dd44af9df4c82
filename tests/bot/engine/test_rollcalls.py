"""A roll-call from the count to its end: who is asked, when again, and what becomes of silence."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.branches.store import branch_members, branches
from bot.buddies.store import buddies
from bot.cases.store import cases
from bot.engine import rollcalls as engine
from bot.engine.case_news import news_of
from bot.engine.casework import raise_sos
from bot.engine.moving import move
from bot.engine.people_moves import leave, pause
from bot.engine.rollcall_places import whereabouts
from bot.engine.rollcall_taking import take_city
from bot.engine.rollcall_words import Outcome, say, say_for
from bot.engine.rollcalls import start as begin
from bot.journal.store import journal
from bot.outbox.model import Priority
from bot.outbox.store import outbox
from bot.people.model import RoleKind
from bot.people.store import people, role_scopes, roles, units
from bot.prompts.model import State
from bot.prompts.notes import add_position
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, Circle, Reach, RollcallState, Word
from bot.rollcalls.store import rollcall_answers
from bot.views.rollcall_board import board, listed
from bot.views.scope import Scope
from tests.support.rollcalls import close, counts, draft, member, now_of, question, start
from tests.support.school import School, utc

JAPAN = Area(countries=("JP",))


def in_japan(school: School, number: str, city: str = "Tokyo", **more: Any) -> int:
    return school.student(number, zone="Asia/Tokyo", city=city, country="JP", **more)


def templates(school: School, person_id: int) -> list[str]:
    return [template for template, _, _ in school.sent(person_id) if template.startswith("rollcall/")]


def answer(school: School, rollcall: Any, person_id: int, word: Word) -> Outcome:
    asked = question(school, rollcall, person_id)
    done = school.do(lambda conn: say(conn, asked.id, person_id, word, "telegram", school.now))
    school.work_off()
    outcome: Outcome = done.outcome
    return outcome


def everybody() -> Any:
    return Scope.everything()


@pytest.fixture
def shaken(school: School) -> School:
    """September 2026: everybody of these is abroad."""
    school.until(utc("2026-09-03 03:00"))
    return school


def test_the_count_tells_how_the_question_gets_to_them(shaken: School) -> None:
    in_japan(shaken, "S1")
    in_japan(shaken, "S2", city="大阪", channels=("web",))
    in_japan(shaken, "S3", channels=())
    shaken.student("S4")
    made = draft(shaken, JAPAN)
    assert made.count.by_reach == {Reach.NOW: 1, Reach.LOOKS: 1, Reach.NONE: 1}
    assert made.count.by_city == {("JP", "Tokyo"): 2, ("JP", "大阪"): 1}
    assert counts(shaken, made.rollcall) == {}
    shaken.until(shaken.now + timedelta(days=1))
    assert counts(shaken, made.rollcall) == {}, "a draft asks nobody"


def test_a_start_needs_the_count_that_was_confirmed(shaken: School) -> None:
    in_japan(shaken, "S1")
    made = draft(shaken, JAPAN)
    for token, starter, at in (
        ("wrong", shaken.office, shaken.now),
        (made.token, shaken.counsellor, shaken.now),
        (made.token, shaken.office, shaken.now + timedelta(minutes=31)),
    ):
        with pytest.raises(RollcallRefused) as refused:
            shaken.do(lambda conn, t=token, s=starter, a=at: begin(conn, made.rollcall.id, s, t, a, a))
        assert refused.value.fault is Fault.STALE
    shaken.do(lambda conn: begin(conn, made.rollcall.id, shaken.office, made.token, shaken.now, shaken.now))
    with pytest.raises(RollcallRefused) as twice:
        shaken.do(lambda conn: begin(conn, made.rollcall.id, shaken.office, made.token, shaken.now, shaken.now))
    assert twice.value.fault is Fault.NOT_DRAFT


@pytest.mark.parametrize(
    ("area", "fault"),
    [
        (Area(), Fault.NO_AREA),
        (Area(countries=("XX",)), Fault.COUNTRY),
        (Area(cities=(("Atlantis", ""),)), Fault.CITY),
        (Area(units=("No/Such",)), Fault.UNIT),
        (Area(branches=("B9",)), Fault.BRANCH),
        (Area(numbers=("S1", "nobody")), Fault.NUMBERS),
        (Area(countries=("FR",)), Fault.NOBODY),
    ],
)
def test_what_cannot_be_is_said_before_it_starts(shaken: School, area: Area, fault: Fault) -> None:
    in_japan(shaken, "S1")
    with pytest.raises(RollcallRefused) as refused:
        draft(shaken, area)
    assert refused.value.fault is fault


def test_it_asks_exactly_those_in_the_area(shaken: School) -> None:
    tokyo, osaka = in_japan(shaken, "S1", city="东京"), in_japan(shaken, "S2", city="Osaka")
    paris = shaken.student("S3", zone="Europe/Paris", city="Paris", country="FR")
    home = in_japan(shaken, "S4", departs="2027-02-01", returns="2027-05-01")
    for area, meant in (
        (JAPAN, {tokyo, osaka}),
        (Area(cities=(("Tokyo", ""),)), {tokyo}),
        (Area(cities=(("Tokyo", "JP"), ("巴黎", ""))), {tokyo, paris}),
        (Area(circle=Circle(35.0, 135.7, 60)), {osaka}),
        (Area(circle=Circle(35.0, 135.7, 600)), {tokyo, osaka}),
        (Area(numbers=("S1", "S4")), {tokyo, home}),
        (Area(countries=("JP",), numbers=("S1", "S4")), {tokyo}),
    ):
        rollcall = start(shaken, area)
        asked = {one for one in (tokyo, osaka, paris, home) if member(shaken, rollcall, one) is not None}
        assert asked == meant, area
        close(shaken, rollcall)


def test_a_fresh_position_goes_before_the_city(shaken: School) -> None:
    here = in_japan(shaken, "S1", city="Osaka")
    shaken.do(lambda conn: add_position(conn, here, 35.68, 139.69, shaken.now - timedelta(hours=71)))
    rollcall = start(shaken, Area(circle=Circle(35.7, 139.7, 20)))
    assert member(shaken, rollcall, here) is not None
    shaken.until(shaken.now + timedelta(hours=2))
    with pytest.raises(RollcallRefused):
        draft(shaken, Area(circle=Circle(35.7, 139.7, 20)))


def test_units_and_branches_mean_those_of_them_who_are_abroad(shaken: School) -> None:
    def put(conn: Any) -> None:
        root = conn.execute(units.insert().values(name="U", path="U").returning(units.c.id)).scalar_one()
        below = conn.execute(
            units.insert().values(name="L", path="U/L", parent_id=root).returning(units.c.id)
        ).scalar_one()
        conn.execute(people.update().where(people.c.id.in_([first, home])).values(unit_id=below))
        branch = conn.execute(branches.insert().values(key="B1", kind="party").returning(branches.c.id)).scalar_one()
        conn.execute(branch_members.insert().values(branch_id=branch, person_id=second))

    first, second, home = (
        in_japan(shaken, "S1"),
        shaken.student("S2"),
        shaken.student("S3", departs="2027-02-01", returns="2027-05-01"),
    )
    shaken.do(put)
    for area, meant in ((Area(units=("U",)), {first}), (Area(branches=("B1",)), {second})):
        rollcall = start(shaken, area)
        assert {one for one in (first, second, home) if member(shaken, rollcall, one)} == meant


def test_a_coordinator_reaches_only_whom_the_scope_holds(shaken: School) -> None:
    def europe(conn: Any) -> None:
        held = conn.execute(select(roles.c.id).where(roles.c.person_id == coordinator)).scalar_one()
        conn.execute(role_scopes.insert().values(role_id=held, kind="country", value="FR"))

    coordinator = shaken.person("R1", RoleKind.COORDINATOR)
    shaken.do(europe)
    paris = shaken.student("S1", zone="Europe/Paris", city="Paris", country="FR")
    tokyo = in_japan(shaken, "S2")
    rollcall = start(shaken, Area(countries=("FR", "JP")), author=coordinator)
    assert member(shaken, rollcall, paris)
    assert not member(shaken, rollcall, tokyo)
    for area, fault in ((JAPAN, Fault.NOBODY), (Area(numbers=("S2",)), Fault.NUMBERS)):
        with pytest.raises(RollcallRefused) as refused:
            draft(shaken, area, author=coordinator)
        assert refused.value.fault is fault


def test_the_question_goes_right_behind_alarms_and_a_pause_does_not_stop_it(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    shaken.do(lambda conn: pause(conn, mei, shaken.now.date() + timedelta(days=5), shaken.now, shaken.programmes))
    rollcall = start(shaken, JAPAN)
    shaken.replan(mei)
    assert question(shaken, rollcall, mei).state is State.OPEN
    assert templates(shaken, mei) == ["rollcall/question"]
    query = select(outbox.c.priority).where(outbox.c.template == "rollcall/question")
    priority = shaken.db.read(lambda conn: conn.execute(query).scalar())
    assert priority is not None
    assert Priority.REPLY < priority < Priority.PROMPT
    assert counts(shaken, rollcall) == {"asked": 1}


def test_whoever_left_is_not_asked_nor_called_silent(shaken: School) -> None:
    gone, goes = in_japan(shaken, "S1"), in_japan(shaken, "S2")
    shaken.do(lambda conn: leave(conn, gone, shaken.now, shaken.programmes))
    rollcall = start(shaken, JAPAN)
    assert member(shaken, rollcall, gone) is None
    shaken.do(lambda conn: leave(conn, goes, shaken.now, shaken.programmes))
    shaken.until(shaken.now + timedelta(hours=4))
    assert counts(shaken, rollcall) == {"left": 1}
    assert shaken.cases(goes) == []


def test_it_asks_again_after_half_an_hour_and_two_hours_and_lists_the_silent_after_three(shaken: School) -> None:
    silent, safe = in_japan(shaken, "S1", channels=("telegram", "web")), in_japan(shaken, "S2")
    begun = shaken.now
    rollcall = start(shaken, JAPAN)
    assert answer(shaken, rollcall, safe, Word.SAFE) is Outcome.RECORDED
    shaken.until(begun + timedelta(hours=2, minutes=59))
    sent = [(template, at - begun, channel) for template, at, channel in shaken.sent(silent) if "rollcall" in template]
    assert sent == [
        ("rollcall/question", timedelta(0), "telegram"),
        ("rollcall/reminder", timedelta(minutes=30), "telegram"),
        ("rollcall/reminder", timedelta(hours=2), "web"),
    ]
    assert templates(shaken, safe) == ["rollcall/question"]
    assert shaken.cases(silent) == []
    shaken.until(begun + timedelta(hours=3))
    assert shaken.cases(silent) == [("rollcall", "open")]
    assert question(shaken, rollcall, silent).state is State.MISSED
    assert now_of(shaken, rollcall).silent_at == begun + timedelta(hours=3)
    assert shaken.cases(safe) == []
    assert templates(shaken, shaken.counsellor) == [], "a worklist is no alarm"
    assert answer(shaken, rollcall, silent, Word.SAFE) is Outcome.RECORDED
    assert shaken.cases(silent) == [("rollcall", "resolved")]
    assert counts(shaken, rollcall) == {"safe": 2}


def test_silent_unreachable_and_not_asked_stay_three_things(shaken: School) -> None:
    silent = in_japan(shaken, "S1")
    nowhere = in_japan(shaken, "S2", channels=())
    waits = in_japan(shaken, "S3", channels=("web",))
    stuck = in_japan(shaken, "S4", channels=("wecom",))  # a channel that is down: ours
    rollcall = start(shaken, JAPAN)
    assert counts(shaken, rollcall) == {"asked": 1, "unreached": 1, "not_asked": 2}
    shaken.until(shaken.now + timedelta(hours=3))
    states = {one: question(shaken, rollcall, one).state for one in (silent, nowhere, waits, stuck)}
    assert states == {
        silent: State.MISSED,
        nowhere: State.UNREACHED,
        waits: State.UNREACHED,
        stuck: State.NOT_ASKED,
    }
    assert counts(shaken, rollcall) == {"asked": 1, "unreached": 2, "not_asked": 1}
    for one in states:
        assert shaken.cases(one) == [("rollcall", "open")]


def test_an_address_that_is_lost_and_one_that_is_linked_show_at_once(shaken: School) -> None:
    stuck = in_japan(shaken, "S1", channels=("wecom",))
    rollcall = start(shaken, JAPAN)
    address = shaken.db.read(lambda conn: addresses_store.all_of(conn, [stuck]))[stuck][0]
    shaken.do(lambda conn: addresses_store.set_state(conn, address.id, AddressState.GONE))
    shaken.until(shaken.now + timedelta(minutes=30))
    assert counts(shaken, rollcall) == {"unreached": 1}
    shaken.link(stuck)
    shaken.until(shaken.now + timedelta(hours=2))
    assert counts(shaken, rollcall) == {"asked": 1}


def test_our_own_stop_is_not_her_silence(shaken: School) -> None:
    silent = in_japan(shaken, "S1")
    begun = shaken.now
    rollcall = start(shaken, JAPAN)
    shaken.stop_until(begun + timedelta(hours=5))
    shaken.work_off()
    assert templates(shaken, silent) == ["rollcall/question", "rollcall/reminder"]
    assert shaken.cases(silent) == []
    shaken.until(begun + timedelta(hours=5 + 2.5))
    assert shaken.cases(silent) == [("rollcall", "open")]
    assert counts(shaken, rollcall) == {"asked": 1}


def test_whoever_has_had_the_question_for_a_moment_is_not_silent_yet(shaken: School) -> None:
    late = in_japan(shaken, "S1", channels=("wecom",))
    begun = shaken.now
    start(shaken, JAPAN)
    shaken.until(begun + timedelta(hours=2, minutes=50))
    shaken.works.add("wecom")
    shaken.work_off()
    shaken.until(begun + timedelta(hours=3, minutes=5))
    assert shaken.cases(late) == []
    shaken.until(begun + timedelta(hours=3, minutes=30))
    assert shaken.cases(late) == [("rollcall", "open")]


def test_an_answer_changes_until_the_end_and_a_late_one_is_kept(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    rollcall = start(shaken, JAPAN)
    assert answer(shaken, rollcall, mei, Word.ELSEWHERE) is Outcome.RECORDED
    assert answer(shaken, rollcall, mei, Word.SAFE) is Outcome.CHANGED
    assert counts(shaken, rollcall) == {"safe": 1}
    close(shaken, rollcall)
    assert answer(shaken, rollcall, mei, Word.ELSEWHERE) is Outcome.LATE
    assert counts(shaken, rollcall) == {"safe": 1}
    kept = shaken.db.read(lambda conn: conn.execute(select(rollcall_answers.c.word, rollcall_answers.c.counts)).all())
    assert [tuple(row) for row in kept] == [("elsewhere", True), ("safe", True), ("elsewhere", False)]


def test_on_her_behalf_gives_way_to_her_own_word(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    rollcall = start(shaken, JAPAN)

    def on_behalf(word: Word) -> Outcome:
        done = shaken.do(
            lambda conn: say_for(conn, rollcall.id, mei, word, shaken.counsellor, "called her host", shaken.now)
        )
        outcome: Outcome = done.outcome
        return outcome

    assert on_behalf(Word.SAFE) is Outcome.RECORDED
    found = member(shaken, rollcall, mei)
    assert (found.state, found.author_id) == ("safe", shaken.counsellor)
    shaken.until(shaken.now + timedelta(hours=3))
    assert templates(shaken, mei) == ["rollcall/question"], "nobody is reminded of what somebody has answered for her"
    assert shaken.cases(mei) == []
    answer(shaken, rollcall, mei, Word.ELSEWHERE)
    found = member(shaken, rollcall, mei)
    assert (found.state, found.author_id) == ("elsewhere", None)
    assert on_behalf(Word.SAFE) is Outcome.OWN
    assert counts(shaken, rollcall) == {"elsewhere": 1}


def test_help_on_her_behalf_is_an_sos_but_not_in_a_drill(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    for drill, found in ((True, []), (False, [("urgent", "open")])):
        rollcall = start(shaken, JAPAN, drill=drill)
        shaken.do(lambda conn, r=rollcall: say_for(conn, r.id, mei, Word.HELP, shaken.counsellor, "", shaken.now))
        assert shaken.cases(mei) == found
        close(shaken, rollcall)


def test_a_drill_leads_to_no_case(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    rollcall = start(shaken, JAPAN, drill=True)
    shaken.until(shaken.now + timedelta(hours=3))
    close(shaken, rollcall)
    assert shaken.cases(mei) == []
    assert counts(shaken, rollcall) == {"asked": 1}


def test_taking_a_city_takes_its_silent_at_once(shaken: School) -> None:
    first, second, other = in_japan(shaken, "S1"), in_japan(shaken, "S2"), in_japan(shaken, "S3", city="Osaka")
    rollcall = start(shaken, JAPAN)
    answer(shaken, rollcall, second, Word.SAFE)
    within = Scope.everything().students(shaken.now.date())

    def take(staff: int) -> Any:
        return shaken.do(lambda conn: take_city(conn, rollcall.id, "JP", "Tokyo", staff, within, shaken.now))

    assert (take(shaken.counsellor).mine, take(shaken.office).others) == (1, 1)
    query = select(cases.c.state, cases.c.acknowledged_by, cases.c.rollcall_id).where(cases.c.person_id == first)
    assert tuple(shaken.db.read(lambda conn: conn.execute(query).one())) == (
        "acknowledged",
        shaken.counsellor,
        rollcall.id,
    )
    assert shaken.cases(second) == []
    assert shaken.cases(other) == []
    assert member(shaken, rollcall, first).taken_by == shaken.counsellor
    shaken.until(shaken.now + timedelta(hours=5))
    assert member(shaken, rollcall, first).taken_by is None, "taken and forgotten: somebody else may take her"


def test_closing_lists_the_unheard_and_tells_whom_it_concerns(shaken: School) -> None:
    mei, safe = in_japan(shaken, "S1"), in_japan(shaken, "S2")
    rollcall = start(shaken, JAPAN)
    answer(shaken, rollcall, safe, Word.SAFE)
    close(shaken, rollcall)
    assert shaken.cases(mei) == [("rollcall", "open")]
    assert now_of(shaken, rollcall).state is RollcallState.CLOSED
    assert now_of(shaken, rollcall).next_at is None
    assert question(shaken, rollcall, mei).closes_at == shaken.now
    shaken.until(shaken.now + timedelta(days=1))
    assert "rollcall/closed" in templates(shaken, shaken.office)
    assert "rollcall/closed" in templates(shaken, shaken.counsellor)
    assert templates(shaken, mei) == ["rollcall/question"]


def test_a_counsellor_whom_she_leaves_out_hears_nothing_of_her(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    shaken.do(lambda conn: conn.execute(people.update().where(people.c.id == mei).values(skips_counsellor=True)))
    close(shaken, start(shaken, JAPAN))
    shaken.until(shaken.now + timedelta(days=1))
    assert "rollcall/closed" in templates(shaken, shaken.office)
    assert templates(shaken, shaken.counsellor) == []


def test_two_roll_calls_at_once_are_kept_apart(shaken: School) -> None:
    mei = in_japan(shaken, "S1")
    first, second = start(shaken, JAPAN), start(shaken, JAPAN, drill=True)
    answer(shaken, first, mei, Word.SAFE)
    assert counts(shaken, first) == {"safe": 1}
    assert counts(shaken, second) == {"asked": 1}


def test_the_journal_has_who_did_it(shaken: School) -> None:
    in_japan(shaken, "S1")
    rollcall = start(shaken, JAPAN)
    close(shaken, rollcall)
    query = select(journal.c.action, journal.c.actor_id).where(journal.c.action.startswith("rollcall."))
    lines = [tuple(row) for row in shaken.db.read(lambda conn: conn.execute(query.order_by(journal.c.id)).all())]
    assert lines == [(f"rollcall.{what}", shaken.office) for what in ("drafted", "started", "closed")]


def test_many_are_placed_as_each_of_them_is(shaken: School) -> None:
    ids = [
        in_japan(shaken, "S1"),
        shaken.student("S2", zone="Pacific/Kiritimati", city="X", country="KI", departs="2026-09-04"),
        shaken.student("S3", zone="Pacific/Honolulu", city="Honolulu", country="US", returns="2026-09-02"),
        shaken.student("S4", zone="Europe/Paris", city="Paris", country="FR", departs="2027-01-01"),
        shaken.student("S5", cancelled_at=shaken.now),
        in_japan(shaken, "S6"),
    ]
    to = "Europe/Paris"
    shaken.do(lambda conn: move(conn, ids[-1], to, shaken.now, shaken.programmes, city="Paris", country="FR"))
    query = select(people.c.id, people.c.number, people.c.zone, people.c.level, people.c.paused_until)
    rows = shaken.db.read(lambda conn: conn.execute(query.where(people.c.id.in_(ids))).all())
    placed = shaken.db.read(lambda conn: whereabouts(conn, rows, shaken.now))
    for one in ids:
        facts = shaken.facts(one)
        assert placed[one] == (facts.place_now(shaken.now), facts.abroad(shaken.now) is not None)
    assert placed[ids[-1]][0].city == "Paris"


def test_both_databases_ask_alike(any_school: School) -> None:
    any_school.until(utc("2026-09-03 03:00"))
    asked, nowhere = in_japan(any_school, "S1", city='东京 "下北泽"'), in_japan(any_school, "S2", channels=())
    rollcall = start(any_school, JAPAN)
    assert counts(any_school, rollcall) == {"asked": 1, "unreached": 1}
    assert member(any_school, rollcall, asked).city == '东京 "下北泽"'
    assert question(any_school, rollcall, nowhere).zone == "Asia/Tokyo"
    assert question(any_school, rollcall, asked).opens_at == any_school.now
    assert answer(any_school, rollcall, asked, Word.SAFE) is Outcome.RECORDED
    any_school.until(any_school.now + timedelta(hours=3))
    close(any_school, rollcall)
    assert counts(any_school, rollcall) == {"safe": 1, "unreached": 1}
    assert any_school.cases(nowhere) == [("rollcall", "open")]


def test_a_counsellor_whom_she_leaves_out_sees_nothing_of_her_on_the_board(shaken: School) -> None:
    left_out, other = in_japan(shaken, "S1"), in_japan(shaken, "S2")
    shaken.do(lambda conn: conn.execute(people.update().where(people.c.id == left_out).values(skips_counsellor=True)))
    rollcall = start(shaken, JAPAN)
    hers = Scope(shaken.counsellor, own=True)
    seen = shaken.db.read(lambda conn: [one.number for one in listed(conn, hers, rollcall.id, shaken.now)])
    assert seen == ["S2"]
    made = shaken.db.read(lambda conn: board(conn, hers, rollcall.id, shaken.now))
    assert made is not None
    assert made.total == 1
    whole = shaken.db.read(lambda conn: board(conn, Scope.everything(), rollcall.id, shaken.now))
    assert whole is not None
    assert whole.total == 2
    assert other != left_out


def test_need_help_in_a_drill_that_nobody_takes_back_is_an_sos_of_which_no_friend_hears(shaken: School) -> None:
    mei, friend = in_japan(shaken, "S1"), in_japan(shaken, "S2")
    pair = {"person_id": mei, "other_id": friend, "state": "agreed", "asked_at": shaken.now, "agreed_at": shaken.now}
    shaken.do(lambda conn: conn.execute(buddies.insert().values(**pair)))
    rollcall = start(shaken, JAPAN, drill=True)
    answer(shaken, rollcall, mei, Word.HELP)
    case = shaken.do(lambda conn: raise_sos(conn, mei, None, shaken.now))  # three minutes later
    assert case.rollcall_id == rollcall.id
    shaken.until(shaken.now + timedelta(minutes=30))
    assert "buddy/question" not in [what for what, _, _ in shaken.sent(friend)]
    assert [what for what, _, _ in shaken.sent(shaken.office)].count("staff/case_urgent") >= 2
    news = shaken.db.read(lambda conn: news_of(conn, case))
    assert news["in_drill"] is True


def test_need_help_in_an_incident_reaches_friends_as_ever(shaken: School) -> None:
    mei, friend = in_japan(shaken, "S1"), in_japan(shaken, "S2")
    pair = {"person_id": mei, "other_id": friend, "state": "agreed", "asked_at": shaken.now, "agreed_at": shaken.now}
    shaken.do(lambda conn: conn.execute(buddies.insert().values(**pair)))
    rollcall = start(shaken, JAPAN)
    answer(shaken, rollcall, mei, Word.HELP)
    answer(shaken, rollcall, friend, Word.SAFE)
    case = shaken.do(lambda conn: raise_sos(conn, mei, None, shaken.now))
    shaken.until(shaken.now + timedelta(minutes=30))
    assert "buddy/question" in [what for what, _, _ in shaken.sent(friend)]
    assert shaken.db.read(lambda conn: news_of(conn, case))["in_drill"] is False


def test_counting_writes_nothing_so_that_nobody_who_writes_waits_for_it(school: School) -> None:
    school.student("S1", country="JP")
    area, within = Area(countries=("JP",)), Scope.everything().students(school.now.date())
    found = school.db.read(
        lambda conn: engine.counted(conn, "地震", area, within, school.now)
    )  # which refuses to write
    assert found.total == 1
    made = school.do(
        lambda conn: engine.draft(
            conn, school.office, " 地震 ", area, within, school.now, school.now, is_drill=False, found=found
        )
    )
    assert (made.count, made.rollcall.what) == (found, "地震")
