"""Counts the messages of a simulation as they are accepted; `bot.simulation.post` calls it, `outcome` reads it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from bot.channels.known import most_of
from bot.local_time import to_wall
from bot.outbox.model import Kind, Priority
from bot.settings import Settings
from bot.simulation.peaks import Peaks, rate_of
from bot.simulation.quotas import Quotas


@dataclass(frozen=True)
class Sent:
    """A message that a channel has accepted; `zone` is its reader's at that instant."""

    at: datetime
    channel: str
    chat: str
    kind: Kind
    template: str
    priority: Priority
    person_id: int
    zone: str
    left: int | None = None
    """How many messages had room there until she writes again, this one included; None where nobody counts."""


@dataclass
class Tally:
    """All that is counted of messages, by the words in which the result names it."""

    settings: Settings
    by_channel: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)
    by_template: Counter[str] = field(default_factory=Counter)
    by_local_hour: Counter[int] = field(default_factory=Counter)
    by_day: Counter[date] = field(default_factory=Counter)
    alarms_by_day: Counter[date] = field(default_factory=Counter)
    alarms_by_receiver: Counter[tuple[date, int]] = field(default_factory=Counter)
    peaks: dict[str, Peaks] = field(default_factory=dict)
    quotas: dict[str, Quotas] = field(default_factory=dict)

    def add(self, sent: Sent) -> None:
        """Count one message; days are days of UTC, hours those on the wall of its reader."""
        day = sent.at.astimezone(UTC).date()
        self.by_channel[sent.channel] += 1
        self.by_kind[sent.kind.value] += 1
        self.by_template[sent.template] += 1
        self.by_local_hour[to_wall(sent.at, sent.zone).hour] += 1
        self.by_day[day] += 1
        if sent.kind is Kind.ALARM:
            self.alarms_by_day[day] += 1
            self.alarms_by_receiver[day, sent.person_id] += 1
        if sent.channel not in self.peaks:
            most = most_of(sent.channel, self.settings)
            self.peaks[sent.channel], self.quotas[sent.channel] = Peaks(rate_of(most)), Quotas(most)
        peaks = self.peaks[sent.channel]
        before = peaks.calls
        peaks.add(sent.at, sent.chat, urgent=sent.priority <= Priority.REPLY, words=sent.template)
        self.quotas[sent.channel].add(sent.at, sent.chat, calls=peaks.calls - before, left=sent.left)

    @property
    def total(self) -> int:
        """Return how many messages were accepted."""
        return self.by_channel.total()
