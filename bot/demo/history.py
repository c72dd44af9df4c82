"""Four weeks of the demo: real engine, handlers and delivery, on a clock that jumps from one due instant to the next.

`bot.demo.build` calls `live`. People do what `bot.demo.habits` says; staff take and end the cases they are told of.
"""

import heapq
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.app import App
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.clock import ManualClock
from bot.demo.departures import Departures
from bot.demo.habits import BLOCKED, NOT_ENROLLED, STAFF, Saying, habit_of
from bot.demo.page import Page, Question, lying_on
from bot.engine import deeds
from bot.engine.people_moves import enrol
from bot.outbox.model import Rendered, Result, ResultKind
from bot.people.store import by_id, by_number, people
from bot.prompts.model import ShareWith

LOOK_AGAIN = timedelta(minutes=5)
TAKES = timedelta(minutes=25)
ENDS = timedelta(hours=3)
SOS_TAKES = timedelta(minutes=3)
SOS_ENDS = timedelta(minutes=11)
"""A call for help is taken and spoken about soon, also in the demo's nights."""
TENDS = timedelta(hours=20)
PUTS_OFF = timedelta(days=1, hours=6)
NOTED = "电话没接，问过室友：人在学校，这几天在赶报告。明天再打一次。"
PREPARES, FINISHES = timedelta(days=2), timedelta(days=1)
"""How long ago those who leave soon did what they had to do before."""
STAYS_FOR = timedelta(days=14)
"""Cases of the last two weeks do not end, so that the board has work to show; only SOS ends whenever it was."""
Deed = Callable[[], Awaitable[None]]


class LostChannel:
    """A platform on which somebody has blocked us."""

    name = "telegram"
    account = "demo"
    can_edit = True
    can_push = True
    text_limit = 4096

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:  # noqa: ARG002 - the protocol's
        """Find out that she has blocked us."""
        return Result(ResultKind.PERSON_GONE, reason="blocked")

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:  # noqa: ARG002 - as above
        """Find out the same."""
        return Result(ResultKind.PERSON_GONE, reason="blocked")

    async def acknowledge(self, press_ref: str) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


@dataclass
class History:
    """What will happen: deeds by their instant, and the pages of everybody."""

    app: App
    clock: ManualClock
    until: datetime
    pages: dict[str, Page] = field(default_factory=dict)
    _deeds: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=itertools.count)
    _known: set[tuple[str, int]] = field(default_factory=set)

    async def live(self) -> None:
        """Enrol everybody, then let time pass until `until`; whatever falls due happens at its instant."""
        await self.app.rounds.plan()
        numbers = self.app.database.read(lambda conn: list(conn.execute(select(people.c.number)).scalars()))
        for number in sorted(numbers):
            await self._enrol(number)
        departures = Departures(self.app, self.pages, self.clock.now)
        self._at(self.until - FINISHES, departures.finishes)
        self._at(self.until - PREPARES, departures.prepares)
        while self.clock.now() < self.until:
            await self.app.step()
            self._notice()
            await self._go_on()
        await self.app.step()
        departures.reached_in_two_ways()
        for sender in self.app.senders.values():
            await sender.stop()

    async def _enrol(self, number: str) -> None:
        person = self.app.database.read(lambda conn: by_number(conn, number))
        if person is None or number == NOT_ENROLLED:
            return
        if number == BLOCKED:
            self.app.database.write(lambda conn: self._link_lost(conn, person.id))
            return
        page = Page(self.app, person.id)
        await page.enrol()
        self.pages[number] = page
        if number not in STAFF:
            self._look_later(number, timedelta(minutes=10))

    def _link_lost(self, conn: Connection, person_id: int) -> None:
        now = self.clock.now()
        address = addresses.put(conn, person_id, "telegram", "demo", "demo-lost", AddressState.PENDING, now)
        enrol(conn, person_id, address, now, self.app.programmes)

    async def _go_on(self) -> None:
        """Move to the next instant: somebody's deed, or something that falls due."""
        due = self.app.next_due()
        next_deed = self._deeds[0][0] if self._deeds else None
        instants = [at for at in (due, next_deed, self.until) if at is not None]
        self.clock.set(max(min(*instants, self.until), self.clock.now()))
        while self._deeds and self._deeds[0][0] <= self.clock.now():
            _, _, deed = heapq.heappop(self._deeds)
            await deed()

    def _later(self, after: timedelta, deed: Deed) -> None:
        self._at(self.clock.now() + after, deed)

    def _at(self, instant: datetime, deed: Deed) -> None:
        heapq.heappush(self._deeds, (instant, next(self._order), deed))

    # ---------------------------------------------------------------------------------- what people do

    def _look_later(self, number: str, after: timedelta) -> None:
        async def look() -> None:
            for question in self.pages[number].look():
                await self._answer(number, question)

        self._later(after, look)

    def _notice(self) -> None:
        """Find what is new: questions on pages, and cases that staff were told of."""
        lying = self.app.database.read(lambda conn: lying_on(conn, self.pages.values()))
        for number, page in self.pages.items():
            for prompt_id in lying.get(page.address_id, ()):
                if (number, prompt_id) not in self._known:
                    self._known.add((number, prompt_id))
                    if self._saying(number).looks:
                        self._look_later(number, habit_of(number).after)
        for case_id in self._open_cases():
            if ("case", case_id) not in self._known:
                self._known.add(("case", case_id))
                case, _ = self.app.database.read(lambda conn, case_id=case_id: self._case(conn, case_id))  # type: ignore[misc]
                soon = SOS_TAKES if case.reason is Reason.URGENT else TAKES
                self._later(soon, lambda case_id=case_id: self._take(case_id))  # type: ignore[misc]

    def _saying(self, number: str) -> Saying:
        habit = habit_of(number)
        is_lately = self.until - self.clock.now() <= habit.lately_for
        return habit.lately if is_lately and habit.lately is not None else habit.usually

    async def _answer(self, number: str, question: Question) -> None:
        page, saying = self.pages[number], self._saying(number)
        if not question.asks_how_she_is:
            return
        if saying.choice is not None:
            await page.press(f"answer:{question.prompt_id}:{saying.choice.value}")
        if saying.share is not None:
            await page.press(f"share:{question.prompt_id}:{saying.share.value}")
        if saying.words:
            if saying.choice is not None:
                await page.press(f"note:{question.prompt_id}")
            await page.write(saying.words)

    async def _take(self, case_id: int) -> None:
        """Her counsellor takes a case, if it is hers to take, and ends it some hours later."""
        case, counsellor = self.app.database.read(lambda conn: self._case(conn, case_id))
        fresh = self.until - self.clock.now() < STAYS_FOR
        kept = fresh and case.reason in {Reason.UNREACHED, Reason.NOT_ASKED}
        if counsellor is None or kept or case.share_with not in {None, ShareWith.COUNSELLOR.value}:
            return
        now = self.clock.now()
        self.app.database.write(lambda conn: deeds.acknowledge(conn, case_id, counsellor, now))
        if fresh and case.reason is not Reason.URGENT:
            self._later(TENDS, lambda: self._tend(case_id, counsellor))
            return

        async def end() -> None:
            now = self.clock.now()
            self.app.database.write(lambda conn: deeds.resolve(conn, case_id, counsellor, "spoken", now))

        self._later(SOS_ENDS if case.reason is Reason.URGENT else ENDS, end)

    async def _tend(self, case_id: int, counsellor: int) -> None:
        """Her counsellor tries again every day, and in the end puts a silence off until tomorrow."""
        now = self.clock.now()
        case, _ = self.app.database.read(lambda conn: self._case(conn, case_id))
        if case.state is not CaseState.ACKNOWLEDGED or case.acknowledged_by != counsellor:
            return
        if self.until - now > TENDS:
            self.app.database.write(lambda conn: deeds.contacted(conn, case_id, counsellor, "no_answer", now))
            self._later(TENDS, lambda: self._tend(case_id, counsellor))
        elif case.reason is Reason.MISSED:
            self.app.database.write(lambda conn: deeds.note(conn, case_id, counsellor, NOTED, now))
            self.app.database.write(lambda conn: deeds.snooze(conn, case_id, counsellor, now + PUTS_OFF, now))

    def _case(self, conn: Connection, case_id: int) -> tuple[Case, int | None]:
        case = cases_store.by_id(conn, case_id)
        person = None if case is None else by_id(conn, case.person_id)
        if case is None or person is None:
            raise LookupError("a case that was open has gone")
        return case, person.counsellor_id

    def _open_cases(self) -> list[int]:
        query = select(cases_store.cases.c.id).where(cases_store.cases.c.state == CaseState.OPEN.value)
        return self.app.database.read(lambda conn: list(conn.execute(query).scalars()))
