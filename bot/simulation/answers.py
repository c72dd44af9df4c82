"""Who answers, and when: a share of all questions, some hours after each was asked. Nobody else does anything.

Whether and when follows from seed, student, item and occasion alone, so that one student's answers do not depend on
what happens to anybody else. An answer goes the way of a real one: inbox, chat handler, reply.
"""

import hashlib
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.addresses.model import PULL_ONLY, WINDOWED
from bot.addresses.store import addresses
from bot.allowances.model import Opening
from bot.channels.web.understand import raw_of, understand
from bot.engine.asked import shown
from bot.inbox.model import Incoming
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.people.store import chunks, people
from bot.prompts.model import RUNNING, UNANSWERABLE, Choice
from bot.prompts.store import prompts
from handlers.process import process
from handlers.receive import receive
from handlers.services import Services

SOONEST = timedelta(minutes=10)
LATEST = timedelta(hours=30)
"""Between these lies an answer, most of them early: half within four hours, one in six after the first reminder."""
TOGETHER = timedelta(minutes=5)


def answers_after(seed: int, number: str, item: str, occasion: str, rate: float) -> timedelta | None:
    """Return how long after the question a student answers it, or None when she does not."""
    digest = hashlib.sha256(f"{seed}:{number}:{item}:{occasion}".encode()).digest()
    whether, when = (int.from_bytes(part, "big") / 2**64 for part in (digest[:8], digest[8:16]))
    if whether >= rate:
        return None
    return SOONEST + (LATEST - SOONEST) * when**3


def _on_the_clock(at: datetime) -> datetime:
    """Return the end of the five minutes in which an instant lies: nobody needs it finer, and it saves much work."""
    return datetime.fromtimestamp(-(-at.timestamp() // TOGETHER.total_seconds()) * TOGETHER.total_seconds(), UTC)


def _as_words(raw: dict[str, Any]) -> Incoming:
    """Return what she presses as something that she writes: on a platform that counts it lets us send for a while."""
    return replace(understand(raw), opens=Opening.WROTE.value)


@dataclass(order=True)
class _Answer:
    at: datetime
    prompt_id: int
    address_id: int = field(compare=False)


class Answers:
    """The answers that are still to come."""

    def __init__(self, services: Services, *, seed: int, rate: float) -> None:
        """Expect nothing yet."""
        # Whatever the channel, what is received here was written by `raw_of`.
        known = {name: _as_words if name in WINDOWED else understand for name in services.understand}
        self._services = replace(services, understand=known)
        self._seed = seed
        self._rate = rate
        self._to_come: list[_Answer] = []
        self._known: set[int] = set()
        self.given = 0

    @property
    def next_at(self) -> datetime | None:
        """Return when the next answer comes."""
        return self._to_come[0].at if self._to_come else None

    def begin(self, conn: Connection, now: datetime) -> None:
        """Expect answers to what was asked before the start and is still open; one whose hour is over stays silent."""
        running = [state.value for state in RUNNING]
        query = (
            select(outbox.c.prompt_id, func.min(outbox.c.address_id), func.min(outbox.c.accepted_at))
            .join(prompts, prompts.c.id == outbox.c.prompt_id)
            .where(prompts.c.state.in_(running), outbox.c.kind == Kind.QUESTION.value)
            .where(outbox.c.state == OutboxState.ACCEPTED.value, outbox.c.address_id.is_not(None))
            .group_by(outbox.c.prompt_id)
        )
        for prompt_id, address_id, asked_at in conn.execute(query).all():
            self.expect(conn, [(prompt_id, address_id)], asked_at)
        self._to_come = [answer for answer in self._to_come if answer.at > now]
        heapq.heapify(self._to_come)

    def expect(self, conn: Connection, asked: Iterable[tuple[int, int]], at: datetime) -> None:
        """Decide about questions that have just arrived: each a prompt and the address where it lies."""
        where = {prompt_id: address_id for prompt_id, address_id in asked if prompt_id not in self._known}
        self._known |= where.keys()
        if self._rate == 0:
            return
        for piece in chunks(sorted(where)):
            query = (
                select(prompts.c.id, people.c.number, prompts.c.item, prompts.c.occasion)
                .join(people, people.c.id == prompts.c.person_id)
                .where(prompts.c.id.in_(piece), prompts.c.kind.not_in(sorted(UNANSWERABLE)))
            )
            for prompt_id, number, item, occasion in conn.execute(query):
                after = answers_after(self._seed, number, item, occasion, self._rate)
                if after is not None:
                    heapq.heappush(self._to_come, _Answer(_on_the_clock(at + after), prompt_id, where[prompt_id]))

    def act(self, conn: Connection, now: datetime) -> None:
        """Let everybody answer whose hour has come."""
        while self._to_come and self._to_come[0].at <= now:
            answer = heapq.heappop(self._to_come)
            self._press(conn, answer, now)

    def _press(self, conn: Connection, answer: _Answer, now: datetime) -> None:
        query = select(addresses.c.channel, addresses.c.account, addresses.c.external_id)
        channel, account, sender = conn.execute(query.where(addresses.c.id == answer.address_id)).one()
        if channel in PULL_ONLY:  # she must look at her page to press anything on it
            shown(conn, answer.address_id, [answer.prompt_id], now, self._services.programmes)
        data = f"answer:{answer.prompt_id}:{Choice.FINE.value}"
        raw, key = raw_of(sender, press=data), f"simulated:{answer.prompt_id}"
        inbox_id = receive(conn, channel, account, key, sender, raw, text=data, now=now)
        if inbox_id is not None and process(conn, inbox_id, self._services):
            self.given += 1
