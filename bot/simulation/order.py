"""What a simulation is asked to do. The command `yanxin simulate` makes an `Order`, `bot.simulation.run` obeys it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import UsageError

MOST_DAYS = 400
MOST_STUDENTS = 100_000
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class Order:
    """`students` None means the roster of the configured database; `programme` is the text and name of another one.

    `start` is an aware instant; messages count from then until `days` times 24 hours later, that instant excluded.
    `answer_rate` is the share of questions that are answered, from 0 to 1.
    """

    start: datetime
    days: int = 28
    students: int | None = None
    seed: int = 1
    answer_rate: float = 0.9
    programme: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Refuse what makes no simulation with a UsageError."""
        if self.students is not None and not 1 <= self.students <= MOST_STUDENTS:
            raise UsageError(f"--students {self.students}: a simulation needs from 1 to {MOST_STUDENTS} students.")
        if not 1 <= self.days <= MOST_DAYS:
            raise UsageError(f"--days {self.days}: a simulation lasts from 1 to {MOST_DAYS} days.")
        if not 0 <= self.answer_rate <= 1:  # false for NaN too
            raise UsageError(f"--answer-rate {self.answer_rate}: write the share of questions answered, from 0 to 1.")
        if self.start.year not in YEARS:  # rules of time zones reach no further, nor do dates without end
            raise UsageError(f"--start {self.start.date()}: name a day from {YEARS[0]} to {YEARS[-1]}.")
        if self.start.tzinfo is None:
            raise UsageError("--start needs a time zone where it names an hour, say 2026-11-24T00:00Z.")

    @property
    def end(self) -> datetime:
        """Return the instant at which nothing counts any more."""
        return self.start + timedelta(days=self.days)
