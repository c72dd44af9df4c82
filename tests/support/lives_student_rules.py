"""What the students of the property machine do, and what must follow from it at once."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.cases.model import CaseState, Reason
from bot.engine.answering import UNDO_FOR, Answered, Outcome, answer, share, undo, volunteer
from bot.engine.asked import shown
from bot.engine.life import sign_of_life
from bot.engine.moving import move
from bot.engine.people_moves import enrol, leave, pause, resume
from bot.local_time import local_date
from bot.outbox.store import attempts, outbox
from bot.prompts.model import RUNNING, UNANSWERABLE, Choice, Prompt, ShareWith, State
from tests.support.lives_machine import SILENCE, LivesMachine, pick
from tests.support.lives_post import CHANNELS

ZONES = ("America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Sydney", "Pacific/Honolulu", "Asia/Urumqi")
LIVE = frozenset({State.SCHEDULED, State.OPEN, State.LATE})

who = st.integers(0, 2)
which = st.integers(0, 11)
choices = st.sampled_from([Choice.FINE, Choice.FINE, Choice.HARD, Choice.HARD, Choice.URGENT])


class StudentRules(LivesMachine):
    """One method per thing that she does."""

    @rule(who=who, channel=st.sampled_from(CHANNELS))
    def she_links(self, who: int, channel: str) -> None:
        """Enrol, come back after /stop, or unblock us: all of them end in `enrol`."""
        address = self.lives.link(self.lives.students[who], channel)
        self.lives.post.blocked.discard(address.id)
        self.she(who, lambda conn, person_id: enrol(conn, person_id, address, self.lives.now, self.lives.programmes))

    @rule(who=who, which=which, told=st.booleans())
    def she_blocks_us(self, who: int, which: int, told: bool) -> None:
        of_hers = self.lives.address_ids(self.lives.students[who])
        if of_hers:
            address_id = pick(of_hers, which)
            self.lives.post.blocked.add(address_id)
            if told:  # the platform says so at once; else we find out at the next message
                gone = AddressState.GONE
                self.she(who, lambda conn, _: addresses_store.set_state(conn, address_id, gone, "blocked"))

    @rule(who=who, zone=st.sampled_from(ZONES), days=st.one_of(st.none(), st.integers(0, 40)))
    def she_moves(self, who: int, zone: str, days: int | None) -> None:
        now, programmes = self.lives.now, self.lives.programmes
        until = None if days is None else local_date(now, zone) + timedelta(days=days)
        self.she(who, lambda conn, person_id: move(conn, person_id, zone, now, programmes, until=until))

    @rule(who=who, days=st.integers(0, 30))
    def she_pauses(self, who: int, days: int) -> None:
        until = self.lives.now.date() + timedelta(days=days)
        with suppress(ValueError):  # on her own wall it may be another day already
            self.she(who, lambda conn, person_id: pause(conn, person_id, until, self.lives.now, self.lives.programmes))

    @rule(who=who)
    def she_is_back_from_a_pause(self, who: int) -> None:
        self.she(who, lambda conn, person_id: resume(conn, person_id, self.lives.now, self.lives.programmes))

    @rule(who=who)
    def she_leaves(self, who: int) -> None:
        before = {case.id for case in self.lives.unresolved()}
        self.she(who, lambda conn, person_id: leave(conn, person_id, self.lives.now, self.lives.programmes))
        assert before == {case.id for case in self.lives.unresolved()}, "leaving ends no case"
        assert not [row for row in self.lives.all_prompts(self.lives.students[who]) if row.state in LIVE]

    @rule(who=who)
    def she_says_something_else(self, who: int) -> None:
        if self.has_left(who):
            return
        self.she(who, lambda conn, person_id: sign_of_life(conn, person_id, self.lives.now))
        rows = self.lives.all_prompts(self.lives.students[who])
        asked = [row for row in rows if row.kind not in UNANSWERABLE and row.asked_at is not None]
        waiting = [row for row in asked if row.state in RUNNING]
        assert not waiting, "she wrote after she was asked, and is still waited for"
        assert not self.of_reason(who, *SILENCE)

    @rule(who=who)
    def her_page_shows_what_lies_there(self, who: int) -> None:
        for address_id in self.lives.address_ids(self.lives.students[who]):
            self.lives.do(partial(self.look, address_id=address_id))

    def look(self, conn: Connection, address_id: int) -> None:
        query = (
            select(outbox.c.prompt_id)
            .join(attempts, attempts.c.outbox_id == outbox.c.id)
            .where(attempts.c.address_id == address_id, outbox.c.channel == "web", outbox.c.prompt_id.is_not(None))
        )
        lying = set(conn.execute(query).scalars())
        shown(conn, address_id, lying, self.lives.now, self.lives.programmes)

    @rule(who=who, which=which, choice=choices)
    def she_answers(self, who: int, which: int, choice: Choice) -> None:
        rows = self.lives.all_prompts(self.lives.students[who])
        opened = [row for row in rows if row.state is not State.SCHEDULED and row.kind not in UNANSWERABLE]
        if opened and not self.has_left(who):
            self.answers(who, pick(opened[::-1], which), choice)

    @rule(who=who, which=which, choice=choices)
    def she_will_answer_while_we_are_sending(self, who: int, which: int, choice: Choice) -> None:
        self.lives.post.meanwhile.append(lambda: self.she_answers(who, which, choice))

    def answers(self, who: int, prompt: Prompt, choice: Choice) -> None:
        now, programmes = self.lives.now, self.lives.programmes
        given = self.she(who, lambda conn, her: answer(conn, prompt.id, her, choice, "web", now, programmes))
        after = given.prompt
        assert after is not None
        closed = prompt.closes_at is not None and prompt.closes_at <= now
        if prompt.state is State.WITHDRAWN or (closed and prompt.answered_at is not None):
            assert given.outcome is Outcome.LATE
            assert (after.state, after.choice) == (prompt.state, prompt.choice), "the earlier answer counts"
        else:
            assert (after.state, after.choice) == (State.ANSWERED, choice), f"{prompt.state} stays answerable"
            assert not self.of_reason(who, *SILENCE)
        if choice is Choice.URGENT:
            assert self.of_reason(who, Reason.URGENT)

    @rule(who=who, choice=choices)
    def she_says_unasked_how_she_is(self, who: int, choice: Choice) -> None:
        self.volunteers(who, choice)

    def volunteers(self, who: int, choice: Choice) -> Answered | None:
        if self.has_left(who):
            return None
        now, programmes = self.lives.now, self.lives.programmes
        given = self.she(who, lambda conn, her: volunteer(conn, her, choice, "web", now, programmes))
        assert given.outcome in {Outcome.RECORDED, Outcome.CHANGED}
        assert given.prompt is not None
        assert given.prompt.choice is choice
        return given

    @rule(seconds=st.sampled_from([0, 1, 60, 119, 120, 121, 4000]))
    def the_last_answer_is_taken_back(self, seconds: int) -> None:
        self.lives.until(self.lives.now + timedelta(seconds=seconds))
        last = self.lives.last_answer()
        if last is None:
            return
        now, programmes = self.lives.now, self.lives.programmes
        may = last.choice is not Choice.URGENT and now - last.at <= UNDO_FOR
        who = self.lives.students.index(last.person_id)
        assert self.she(who, lambda conn, her: undo(conn, last.prompt_id, her, now, programmes)) is may

    @rule(who=who, which=which, whom=st.sampled_from(list(ShareWith)))
    def she_shares_a_hard_week(self, who: int, which: int, whom: ShareWith) -> None:
        hard = [row for row in self.lives.all_prompts(self.lives.students[who]) if row.choice is Choice.HARD]
        if not hard:
            return
        self.shares(who, pick(hard[::-1], which), whom)

    @rule(who=who, whom=st.sampled_from(list(ShareWith)))
    def she_has_a_hard_week(self, who: int, whom: ShareWith) -> None:
        given = self.volunteers(who, Choice.HARD)
        if given is not None and given.prompt is not None:
            self.shares(who, given.prompt, whom)

    def shares(self, who: int, prompt: Prompt, whom: ShareWith) -> None:
        assert self.she(who, lambda conn, her: share(conn, prompt.id, her, whom, self.lives.now))
        cases = self.of_reason(who, Reason.HARD)
        if prompt.share_with is whom:
            return
        if whom is not ShareWith.NOBODY:
            assert [(case.share_with, case.prompt_id) for case in cases] == [(whom.value, prompt.id)]
        elif cases:  # taken back, unless somebody is looking after her already
            assert cases[0].prompt_id != prompt.id or cases[0].state is CaseState.ACKNOWLEDGED
