"""One student on the pure rules alone, in memory: planned, asked, sent, answered without a database.

For the property machine on the rules, which lives thousands of such lives. `RuleLife` does with dictionaries what the
use-cases do with tables: it applies decisions and nothing else, so that what is wrong is wrong in a rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count

from bot.addresses.model import AddressState
from bot.engine.asking import what_to_ask
from bot.engine.deciding import Decision, Reach, decide, first_rung
from bot.engine.delivery_rules import after_result, before_try
from bot.engine.ladder import ON_TIME
from bot.engine.moving import EASTMOST, taken_along
from bot.engine.person_facts import PersonFacts
from bot.engine.planning import PER_TRIP, Plan, Wanted, plan
from bot.local_time import is_quiet
from bot.outbox.model import Kind, Message, OutboxState, Priority, ResultKind
from bot.programmes.model import Item, Programme
from bot.programmes.parse import parse
from bot.prompts.model import FAILED, RUNNING, Choice, Prompt, State
from bot.trips.model import Trip, TripType
from tests.support.lives_moves import moved
from tests.support.lives_post import RESULTS, WORKS
from tests.support.lives_programmes import texts

BORN = datetime(2026, 8, 1, 12, tzinfo=UTC)


@cache
def version(number: int) -> Programme:
    """Return one of the programmes as a version."""
    return parse(texts()[number], number)


@dataclass
class RuleLife:
    """A student with one address that pushes, one page, and two stays."""

    now: datetime = BORN
    current: int = 0
    mode: str = WORKS
    rows: dict[int, Prompt] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    addresses: dict[int, AddressState] = field(
        default_factory=lambda: {1: AddressState.WORKING, 2: AddressState.WORKING}
    )
    blocked: set[int] = field(default_factory=set)
    told: set[int] = field(default_factory=set)
    """Prompts whose silence became a case."""
    answers_in: int = 0
    """After so many sendings she answers everything between the queueing of a message and its sending."""
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    facts: PersonFacts = field(
        default_factory=lambda: PersonFacts(
            1,
            "Asia/Shanghai",
            trips=(
                _trip(1, "America/New_York", date(2026, 9, 1), date(2027, 1, 20)),
                _trip(2, "Europe/London", date(2027, 6, 1), date(2027, 8, 20)),
            ),
        )
    )

    # planning ------------------------------------------------------------------------------------------------------

    def replan(self, since: dict[str, datetime] | None = None) -> None:
        programme = version(self.current)
        made = plan(self.facts, programme, list(self.rows.values()), self.now, since)
        for row in made.cancel:
            self.rows[row.id] = replace(row, state=State.WITHDRAWN, next_at=None)
            for key, message in self.messages.items():
                if message.prompt_id == row.id and message.state is OutboxState.WAITING:
                    self.messages[key] = replace(message, state=OutboxState.WITHDRAWN)
        for row, wanted in [*made.move, *made.revive]:
            self.rows[row.id] = _row(row.id, wanted)
        for wanted in made.insert:
            number = next(self.ids)
            self.rows[number] = _row(number, wanted)
        again = plan(self.facts, programme, list(self.rows.values()), self.now, since)
        assert again == Plan(), "planning once more changes nothing"

    def change_trip(self, **values: object) -> None:
        first, *others = self.facts.trips
        self.facts = replace(self.facts, trips=(replace(first, **values), *others))  # type: ignore[arg-type]
        self.replan()

    def moves(self, zone: str, days: int | None) -> None:
        """Let her be elsewhere from now on, for good or for some days."""
        self.facts = moved(self.facts, zone, self.now, days)
        self.replan()
        self.take_along()

    def take_along(self) -> None:
        here = self.facts.zone_now(self.now)
        for row in self.rows.values():
            if row.state in RUNNING and row.zone != here:
                item, programme = self.item_of(row)
                self.rows[row.id] = taken_along(row, item, programme.quiet, here)

    def come_home(self) -> None:
        trips = {trip.id: trip for trip in self.facts.trips}
        for row in self.rows.values():
            trip = trips.get(row.trip_id or 0)
            due = row.state in RUNNING and row.next_at is not None and row.next_at <= self.now
            if due and trip is not None and trip.returns < (self.now + EASTMOST).date():
                self.take_along()
                return

    # time ----------------------------------------------------------------------------------------------------------

    def until(self, to: datetime) -> None:
        while (at := self.next_instant()) is not None and at <= to:
            self.now = max(self.now, at)
            self.work_off()
        self.now = max(self.now, to)

    def next_instant(self) -> datetime | None:
        ends = [move.ends_at for move in self.facts.moves if move.ends_at is not None]
        waiting = [m.next_try_at for m in self.messages.values() if m.state is OutboxState.WAITING]
        ahead = [row.next_at for row in self.rows.values() if row.next_at is not None]
        return min([*waiting, *ends, *ahead], default=None)

    def work_off(self) -> None:
        over = [move for move in self.facts.moves if move.ends_at is not None and move.ends_at <= self.now]
        if over:
            self.facts = replace(self.facts, moves=tuple(move for move in self.facts.moves if move not in over))
            self.replan()
            self.take_along()
        self.come_home()
        while due := [row for row in self.rows.values() if row.next_at is not None and row.next_at <= self.now]:
            self.happens(min(due, key=lambda row: (row.next_at or self.now, row.id)))
        ready = [m.key for m in self.messages.values() if m.state is OutboxState.WAITING and m.next_try_at <= self.now]
        self.answers_in -= bool(ready)
        if ready and self.answers_in == 0:
            for row in [row for row in self.rows.values() if row.state in RUNNING]:
                self.answers(row)
        for key in ready:
            self.send(key)

    def happens(self, row: Prompt) -> None:
        item, programme = self.item_of(row)
        decision = decide(row, item, programme.quiet, self.reach, self.now)
        moved = decision.next_at is None or decision.next_at > self.now
        assert moved or decision.state is not row.state, "a decision is a step forward"
        after = _decided(row, decision)
        if row.state is State.SCHEDULED and row.occasion.startswith(PER_TRIP):
            after = replace(after, closes_at=decision.due_at + (decision.due_at - row.opens_at))
        self.rows[row.id] = after
        if decision.state in FAILED:
            self.told.add(row.id)
        ask = what_to_ask(row, decision)
        if ask is not None:
            assert not self.is_night(row), "nobody is woken"
            self.queue(f"p:{row.id}:{ask.name}", ask.kind, row.id, ask.expires_at, second=ask.second)
        if row.state is State.SCHEDULED and after.state is not State.SCHEDULED:
            for other in [other for other in self.rows.values() if other.item == row.item and other.id != row.id]:
                if other.closes_at is None and other.state is not State.SCHEDULED:
                    self.rows[other.id] = replace(other, closes_at=row.opens_at)
            self.replan({row.item: row.opens_at})

    # messages ------------------------------------------------------------------------------------------------------

    @property
    def working(self) -> list[int]:
        return [number for number, state in self.addresses.items() if state is AddressState.WORKING]

    @property
    def reach(self) -> Reach:
        if not self.working:
            return Reach.NONE
        return Reach.PUSH if 1 in self.working else Reach.PULL

    def queue(self, key: str, kind: Kind, prompt_id: int, expires_at: datetime | None, *, second: bool) -> None:
        if not self.working or key in self.messages:
            return
        address = self.working[-1] if second else self.working[0]
        self.messages[key] = Message(
            len(self.messages), key, kind, 1, None, prompt_id, None, "", {}, Priority.PROMPT, address, None, None,
            OutboxState.WAITING, 0, self.now, self.now, expires_at, None, None,
        )  # fmt: skip

    def send(self, key: str) -> None:
        message = self.messages[key]
        prompt, address = self.rows[message.prompt_id or 0], message.address_id or 0
        verdict = before_try(message, self.now, prompt=prompt, case=None, address=self.addresses[address])
        if verdict is None:
            assert prompt.state in RUNNING | FAILED, f"a {message.kind} goes out, but its prompt is {prompt.state}"
            assert str(int(prompt.opens_at.timestamp())) in key, "it is about an opening that was called off"
            result = RESULTS[self.mode if address == 1 else WORKS]
            if address in self.blocked:
                result = replace(result, kind=ResultKind.PERSON_GONE)
            message = replace(message, tries=message.tries + 1)
            verdict = after_result(message, result, self.now, jitter=0.5)
        message = replace(message, state=verdict.state, next_try_at=verdict.next_try_at or message.next_try_at)
        if verdict.address is not None:
            self.addresses[address] = verdict.address
            if self.working:
                message = replace(message, state=OutboxState.WAITING, address_id=self.working[0], next_try_at=self.now)
        self.messages[key] = message
        if message.state is OutboxState.ACCEPTED and address == 1:
            self.asked(prompt)
        elif message.state is OutboxState.WAITING and message.next_try_at <= self.now:
            self.send(key)

    def asked(self, prompt: Prompt) -> None:
        if prompt.asked_at is None and prompt.state in RUNNING | (FAILED - {State.MISSED}):
            item, programme = self.item_of(prompt)
            decision = first_rung(prompt, item, programme.quiet, self.now)
            self.rows[prompt.id] = replace(_decided(prompt, decision), asked_at=self.now)

    # what she does -------------------------------------------------------------------------------------------------

    def answers(self, row: Prompt) -> None:
        asked_at = row.asked_at or (None if row.state is State.SCHEDULED else self.now)
        values = {"next_at": None, "choice": Choice.FINE, "answered_at": self.now, "asked_at": asked_at}
        self.rows[row.id] = replace(row, state=State.ANSWERED, **values)  # type: ignore[arg-type]
        if row.state is State.SCHEDULED:
            self.replan({row.item: row.opens_at})

    def is_alive(self) -> None:
        for row in self.rows.values():
            if row.state in RUNNING and row.asked_at is not None:
                self.rows[row.id] = replace(row, state=State.ALIVE, next_at=None)

    # what is known -------------------------------------------------------------------------------------------------

    def item_of(self, row: Prompt) -> tuple[Item, Programme]:
        programme = version(row.version_id)
        item = programme.item(row.item)
        assert item is not None, "a row keeps the version that has its item"
        return item, programme

    def is_night(self, row: Prompt) -> bool:
        """Tell whether it is deep in the quiet hours of a prompt: later than a queue may take."""
        quiet = self.item_of(row)[1].quiet
        here = self.facts.zone_now(self.now)
        zones = {row.zone} if row.state is State.SCHEDULED else {row.zone, here}
        return any(is_quiet(self.now, zone, quiet) and is_quiet(self.now - ON_TIME, zone, quiet) for zone in zones)


def _trip(number: int, zone: str, departs: date, returns: date) -> Trip:
    return Trip(number, f"T{number}", 1, "H", "C", "US", zone, departs, returns, TripType.EXCHANGE)


def _row(number: int, wanted: Wanted) -> Prompt:
    o = wanted.occurrence
    return Prompt(
        number, 1, wanted.item.key, wanted.item.kind.value, o.occasion, wanted.version_id, o.trip_id, o.zone,
        State.SCHEDULED, o.opens_at, wanted.due_at, o.opens_at, 0,
    )  # fmt: skip


def _decided(row: Prompt, decision: Decision) -> Prompt:
    late_by = int(decision.late_by / timedelta(seconds=1))
    return replace(
        row, state=decision.state, step=decision.step, next_at=decision.next_at, due_at=decision.due_at,
        late_by_seconds=late_by,
    )  # fmt: skip
