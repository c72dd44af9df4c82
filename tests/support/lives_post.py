"""The post of a school in which anything may go wrong: real claims and records, results as scripted.

`Post.deliver` does what `scheduler.deliver` does, one step after the other: take the lease, claim, look again just
before the call, call a platform that works, is down, throttles or leaves us in the dark, record. It looks at every
question and reminder in the moment in which it is handed over, and remembers what went wrong there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.engine.asked import asked
from bot.engine.delivery import Account, Parcel, Room, Tools, claim, drop, last_look, record, recover
from bot.engine.delivery_rules import Verdict
from bot.engine.ladder import ON_TIME
from bot.local_time import is_quiet
from bot.outbox.model import Kind, Message, Rendered, Result, ResultKind
from bot.outbox.store import first_ready
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.prompts.store import answers_of
from bot.storage import state
from bot.storage.database import Database

LEASE = timedelta(seconds=30)
LONGEST_OUTAGE = timedelta(hours=18)
"""A platform works again after this: with every message tried again and again, weeks would take minutes to live."""
CHANNELS = ("telegram", "web")
WORKS, DOWN, DARK, THROTTLED, REFUSES = "works", "down", "dark", "throttled", "refuses"
RESULTS = {
    WORKS: Result(ResultKind.ACCEPTED, external_id="1"),
    DOWN: Result(ResultKind.RETRY_AT, wait=1800),
    DARK: Result(ResultKind.OUTCOME_UNKNOWN),
    THROTTLED: Result(ResultKind.THROTTLED, wait=900),
    REFUSES: Result(ResultKind.OUR_FAULT, wait=3600),
}


@dataclass
class Post:
    """All senders of one process. `blocked` are addresses whose owner has blocked us, which the platform tells us."""

    db: Database
    programmes: Programmes
    do: Callable[[Any], Any]
    mode: dict[str, str] = field(default_factory=lambda: dict.fromkeys(CHANNELS, WORKS))
    since: dict[str, datetime] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    """What happens between the claim of the next messages and the call of the platform."""
    dies: bool = False
    """The process ends at the next claim: half of what it holds has been handed over, nothing is recorded."""
    wrong: list[str] = field(default_factory=list)
    process: int = 1
    _leases: dict[str, int] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)
    """Which process has claimed from a channel: a new one must look what the old one has left in the middle."""

    def change(self, channel: str, mode: str, now: datetime) -> None:
        """Let a platform work, or not."""
        self.mode[channel], self.since[channel] = mode, now

    def deliver(self, now: datetime) -> int:
        """Send what may go now; return how many messages were dealt with."""
        for channel, since in self.since.items():
            if now - since > LONGEST_OUTAGE:
                self.mode[channel] = WORKS
        return sum(self._deliver(channel, now) for channel in CHANNELS)

    def _deliver(self, channel: str, now: datetime) -> int:
        account = Account(channel, "bot", can_edit=True, can_push=channel != "web")
        knows = self._known.get(channel) == self.process
        if knows and self.db.read(lambda conn: first_ready(conn, channel, "bot", now)) is None:
            return 0
        self._known[channel] = self.process
        taken, parcels = self.do(lambda conn: self._claim(conn, account, now))
        if parcels:
            happens, self.meanwhile = self.meanwhile, []
            for one in happens:
                one()
        if parcels and self.dies:
            self.dies = False
            for parcel in parcels[::2]:
                if self._still_wanted(parcel, now) is None:
                    self._hand_over(parcel)
            self.restart(now)
            return int(taken)
        for parcel in parcels:
            self._send(account, parcel, now)
        return int(taken)

    def restart(self, now: datetime) -> None:
        """Go on as another process."""
        self.process += 1
        self.do(lambda conn: state.free_leases(conn, now))

    def _claim(self, conn: Connection, account: Account, now: datetime) -> tuple[int, list[Parcel]]:
        epoch = state.take_lease(conn, account.lease, f"process-{self.process}", now, LEASE)
        assert epoch is not None, "there is only one process"
        if self._leases.get(account.lease) != epoch:
            recover(conn, account, self._tools(), now)
        taken = claim(conn, account, self._tools(), epoch, now, Room(200, 100))
        self._leases[account.lease] = epoch
        return taken

    def _send(self, account: Account, parcel: Parcel, now: datetime) -> None:
        verdict = self._still_wanted(parcel, now)
        if verdict is not None:
            self.do(lambda conn: drop(conn, account, self._tools(), parcel, verdict, now))
            return
        result = self._hand_over(parcel)
        self.do(lambda conn: record(conn, account, self._tools(), parcel, result, now, 0.5))

    def _still_wanted(self, parcel: Parcel, now: datetime) -> Verdict | None:
        verdicts: list[Verdict | None] = self.do(lambda conn: last_look(conn, [parcel], now))
        return verdicts[0]

    def _hand_over(self, parcel: Parcel) -> Result:
        message = parcel.message
        if message.kind in {Kind.QUESTION, Kind.REMINDER}:
            self.wrong += self.db.read(lambda conn: self._faults(conn, message))
        if message.address_id in self.blocked:
            return Result(ResultKind.PERSON_GONE, reason="blocked")
        return RESULTS[self.mode[message.channel or ""]]

    def _tools(self) -> Tools:
        def mark(conn: Connection, ids: Sequence[int], now: datetime) -> None:
            try:
                asked(conn, ids, now, self.programmes)
            except Exception as error:  # delivery goes on after it, as it must; the machine wants to know
                self.wrong.append(f"asked() broke: {error!r}")
                raise

        return Tools(lambda _conn, message: Rendered(message.template), mark)

    def _faults(self, conn: Connection, message: Message) -> list[str]:
        prompt = prompts_store.by_id(conn, message.prompt_id or 0)
        assert prompt is not None
        wanted = RUNNING if message.kind is Kind.REMINDER else RUNNING | (FAILED - {State.MISSED})
        found = []
        if prompt.state not in wanted:
            found.append(f"{message.key} goes out, but its prompt is {prompt.state}")
        if answers_of(conn, prompt.id):
            found.append(f"{message.key} goes out after an answer")
        if not _of_this_opening(message, prompt):
            found.append(f"{message.key} is about an opening that was called off; it opened at {prompt.opens_at}")
        # The hours are kept by the rules that queue; what a platform held up goes out when it works again.
        quiet, queued = self.programmes.version(conn, prompt.version_id).quiet, message.created_at
        linked = ":linked:" in message.key  # she has just written: she is awake
        if not linked and is_quiet(queued, prompt.zone, quiet) and is_quiet(queued - ON_TIME, prompt.zone, quiet):
            found.append(f"{message.key} was queued at {queued} in the quiet hours of {prompt.zone}")
        return found


def _of_this_opening(message: Message, prompt: Prompt) -> bool:
    return message.key.startswith((f"p:{prompt.id}:{int(prompt.opens_at.timestamp())}:", f"p:{prompt.id}:linked:"))
