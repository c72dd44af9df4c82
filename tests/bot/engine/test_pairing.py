"""Two students agree, change what they agreed and end it, on both databases."""

from datetime import timedelta

from bot.buddies import store
from bot.cases import store as cases
from bot.cases.model import Reason
from bot.engine import pairing
from bot.engine.buddies import buddies_for, end_all
from bot.engine.casework import open_case
from bot.engine.pairing import Outcome, Proposal
from bot.people import store as people
from bot.settings import Retention
from bot.views.receipt import receipt_of
from scheduler.purge import purge
from tests.support.school import School


def test_from_the_question_to_the_end(any_school: School) -> None:
    school = any_school
    lin, mei, ann = (school.student(number, city="Boston") for number in ("S1", "S2", "S3"))
    for person in (lin, mei, ann):
        school.do(lambda conn, person=person: people.update_person(conn, person, consent_at=school.now))
    assert school.do(lambda conn: pairing.propose(conn, lin, "s2", school.now)) == Proposal(Outcome.ASKED)
    (asked,) = school.db.read(lambda conn: store.of_person(conn, mei))
    done = school.do(lambda conn: pairing.accept(conn, asked.id, mei, school.now))
    assert done.outcome is Outcome.AGREED
    again = school.do(lambda conn: pairing.accept(conn, asked.id, mei, school.now))
    assert again.outcome is Outcome.AGREED
    code = school.do(lambda conn: pairing.offer_code(conn, lin, school.now))
    taken = school.do(lambda conn: pairing.take_code(conn, ann, code, school.now))
    assert taken.outcome is Outcome.ASKED
    school.do(lambda conn: pairing.decline(conn, taken.pair.id, ann, school.now, for_good=True))
    assert school.db.read(lambda conn: store.blocked_by(conn, ann)) == [lin]
    changed = school.do(lambda conn: pairing.set_anywhere(conn, asked.id, lin, school.now, anywhere=True))
    assert (changed.person_anywhere, changed.other_anywhere) == (True, False)
    school.until(school.now + timedelta(hours=12))
    assert [template for template, _, _ in school.sent(lin)] == ["buddy/agreed"]  # once, however often she says yes
    assert school.db.read(lambda conn: buddies_for(conn, [lin, mei, ann], school.now)) == {
        lin: (mei,),
        mei: (lin,),
        ann: (),
    }
    school.do(lambda conn: open_case(conn, lin, Reason.URGENT, None, school.now))
    school.until(school.now + timedelta(minutes=6))
    (receipt,) = school.db.read(lambda conn: receipt_of(conn, lin, Retention(), school.now))
    assert {"buddy", "counsellor"} <= {one.role for one in receipt.told}
    school.do(lambda conn: end_all(conn, [mei], school.now))
    assert school.db.read(lambda conn: buddies_for(conn, [lin], school.now)) == {lin: ()}


def test_a_case_is_forgotten_on_both_databases(any_school: School) -> None:
    school = any_school
    lin = school.student("S1")
    case = school.do(lambda conn: open_case(conn, lin, Reason.MISSED, None, school.now)).id
    ended = {"state": "resolved", "resolved_at": school.now, "next_at": None}
    school.do(lambda conn: cases.update(conn, case, **ended))
    later = school.now + timedelta(days=366)
    while school.do(lambda conn: purge(conn, Retention(), later, later)):
        pass
    assert school.cases(lin) == []
    assert school.db.read(lambda conn: receipt_of(conn, lin, Retention(), later)) == []
