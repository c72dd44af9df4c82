"""What members of staff and friends of the property machine do with cases, and what must follow from it at once."""

import json
from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import Connection, select

from bot.buddies.store import buddies
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.cases.store import cases
from bot.documents import store as documents
from bot.engine import deeds
from bot.engine.casework import raise_sos
from bot.engine.escalating import buddy_said
from bot.policies.parse import parse, to_json
from tests.support.lives_machine import pick
from tests.support.lives_student_rules import StudentRules, which, who

POLICIES: tuple[dict[str, object], ...] = (
    {},
    {"missed": {"steps": [{"whom": ["counsellor"], "after": "PT30M"}, {"whom": ["office"], "after": "PT5H"}]}},
    {"urgent": {"steps": [{"whom": ["duty"]}, {"whom": ["coordinator", "buddy"], "after": "PT1M"}], "repeat": "PT30M"}},
    {"missed": {"steps": [{"whom": ["coordinator"]}, {"whom": ["buddy"]}, {"whom": ["duty"]}], "act_within": "PT2H"}},
)
"""Some that wait before the first step, name nobody who is there, or ask friends between members of staff."""


class CaseRules(StudentRules):
    """One method per thing that somebody does with a case."""

    def staff(self, by_office: bool) -> int:
        return self.lives.office if by_office else self.lives.counsellor

    def some_case(self, which: int) -> Case | None:
        """Return a case that is not over, whatever its reason."""
        found = self.lives.unresolved()
        return pick(found, which) if found else None

    def fresh(self, case: Case) -> Case:
        found = self.lives.db.read(lambda conn: cases_store.by_id(conn, case.id))
        assert found is not None
        return found

    @rule(which=which, by_office=st.booleans())
    def somebody_takes_a_case(self, which: int, by_office: bool) -> None:
        if case := self.some_case(which):
            staff = self.staff(by_office)
            taken = self.lives.do(lambda conn: deeds.acknowledge(conn, case.id, staff, self.lives.now))
            assert taken.done == (case.state is CaseState.OPEN or case.acknowledged_by == staff), "the first one has it"

    @rule(which=which, by_office=st.booleans())
    def somebody_takes_a_case_over(self, which: int, by_office: bool) -> None:
        case = self.some_case(which)
        if case is not None and case.reason is not Reason.HARD:
            staff = self.staff(by_office)
            assert self.lives.do(lambda conn: deeds.take_over(conn, case.id, staff, self.lives.now)).done
            assert self.fresh(case).acknowledged_by == staff

    @rule(which=which, to_office=st.booleans())
    def somebody_hands_a_case_over(self, which: int, to_office: bool) -> None:
        if case := self.some_case(which):
            giver, receiver = self.staff(not to_office), self.staff(to_office)
            done = self.lives.do(lambda conn: deeds.hand_over(conn, case.id, giver, receiver, self.lives.now))
            if case.reason is not Reason.HARD:
                assert done.done or done.why == "not_yours", done.why
            assert not done.done or self.fresh(case).acknowledged_by == receiver

    @rule(which=which, by_office=st.booleans(), how=st.sampled_from(["note", "called", "no_answer"]))
    def somebody_does_something(self, which: int, by_office: bool, how: str) -> None:
        if case := self.some_case(which):
            staff, now = self.staff(by_office), self.lives.now
            if how == "note":
                self.lives.do(lambda conn: deeds.note(conn, case.id, staff, "写了点什么", now))
            else:
                self.lives.do(lambda conn: deeds.contacted(conn, case.id, staff, how, now))
            after = self.fresh(case)
            assert after.state is case.state
            holds = case.state is CaseState.ACKNOWLEDGED and case.acknowledged_by == staff
            assert holds or after.next_at == case.next_at, "only a deed of whoever has it holds it"

    @rule(which=which, by_office=st.booleans(), minutes=st.sampled_from([-5, 0, 30, 200, 2000, 20000]))
    def somebody_puts_a_case_off(self, which: int, by_office: bool, minutes: int) -> None:
        case = self.some_case(which)
        if case is not None and case.reason is not Reason.HARD:
            staff, until = self.staff(by_office), self.lives.now + timedelta(minutes=minutes)
            done = self.lives.do(lambda conn: deeds.snooze(conn, case.id, staff, until, self.lives.now))
            after = self.fresh(case)
            assert not done.done or (after.state, after.next_at) == (CaseState.SNOOZED, until)

    @rule(which=which, by_office=st.booleans(), outcome=st.sampled_from(sorted(deeds.OUTCOMES)))
    def somebody_ends_a_case(self, which: int, by_office: bool, outcome: str) -> None:
        if case := self.some_case(which):
            staff = self.staff(by_office)
            ended = self.lives.do(lambda conn: deeds.resolve(conn, case.id, staff, outcome, self.lives.now))
            urgent_and_unspoken = case.reason is Reason.URGENT and outcome != deeds.SPOKEN
            assert ended.done is not urgent_and_unspoken

    @rule(which=which, by_office=st.booleans())
    def somebody_opens_a_case_again(self, which: int, by_office: bool) -> None:
        query = select(cases.c.id).where(cases.c.state == CaseState.RESOLVED.value).order_by(cases.c.id.desc())
        over = self.lives.db.read(lambda conn: list(conn.execute(query).scalars()))
        if over:
            case_id, staff = pick(over, which), self.staff(by_office)
            self.lives.do(lambda conn: deeds.reopen(conn, case_id, staff, self.lives.now))

    @rule(who=who)
    def she_calls_for_help(self, who: int) -> None:
        case = self.she(who, lambda conn, person_id: raise_sos(conn, person_id, None, self.lives.now))
        assert self.fresh(case).state is CaseState.OPEN, "a new cry is nobody's yet"

    @rule(who=who)
    def she_says_that_it_was_a_false_alarm(self, who: int) -> None:
        for case in self.of_reason(who, Reason.URGENT):
            said = partial(deeds.false_alarm, case_id=case.id, student_id=case.person_id, now=self.lives.now)
            assert self.lives.do(said).done
            assert self.fresh(case).state is case.state, "no button ends a cry for help"

    @rule(one=who, other=who)
    def two_become_friends(self, one: int, other: int) -> None:
        if one == other:
            return
        pair = {"person_id": self.lives.students[one], "other_id": self.lives.students[other], "state": "agreed"}
        more = {"person_anywhere": True, "other_anywhere": True}

        def agree(conn: Connection) -> None:
            known = select(buddies.c.id).where(
                buddies.c.person_id == pair["person_id"], buddies.c.other_id == pair["other_id"]
            )
            if conn.execute(known).scalar() is None:
                conn.execute(buddies.insert().values(asked_at=self.lives.now, agreed_at=self.lives.now, **pair, **more))

        self.lives.do(agree)

    @rule(which=which, word=st.sampled_from(["can", "cannot", "fine"]))
    def a_friend_says_something(self, which: int, word: str) -> None:
        if case := self.some_case(which):

            def say(conn: Connection) -> None:
                roles = cases_store.alarmed_as(conn, case.id)
                for friend in (one for one, role in roles.items() if role == "buddy"):
                    buddy_said(conn, self.fresh_in(conn, case), friend, word, self.lives.now)

            self.lives.do(say)
            assert self.fresh(case).state is case.state, "a friend's word ends no case and takes none"

    def fresh_in(self, conn: Connection, case: Case) -> Case:
        found = cases_store.by_id(conn, case.id)
        assert found is not None
        return found

    @rule(number=st.integers(0, len(POLICIES) - 1))
    def the_office_changes_the_policies(self, number: int) -> None:
        body = to_json(parse(dict(POLICIES[number]), "machine"))
        self.lives.do(lambda conn: documents.put(conn, "policies", body, self.lives.now))

    @rule(on=st.booleans())
    def the_duty_phone_goes_round(self, on: bool) -> None:
        rota = {"name": "All", "zone": "Asia/Shanghai", "handover": "Mon 09:00", "since": "2026-01-05"}
        rotas = [rota | {"members": ["O1"]}] if on else []
        body = json.dumps({"rota": rotas})
        self.lives.do(lambda conn: documents.put(conn, "duty", body, self.lives.now))
