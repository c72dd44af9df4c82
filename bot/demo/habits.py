"""Who does what in the demo: how soon each student looks at her page, and what she then says."""

from dataclasses import dataclass
from datetime import timedelta

from bot.prompts.model import Choice, ShareWith


@dataclass(frozen=True)
class Saying:
    """What she does with a question: an answer with what follows it, or (no choice) only words or nothing."""

    choice: Choice | None = Choice.FINE
    share: ShareWith | None = None
    words: str = ""
    looks: bool = True


@dataclass(frozen=True)
class Habit:
    """How a student is: `after` is how long her answer takes; `usually` holds but for the last `lately`."""

    after: timedelta = timedelta(minutes=35)
    usually: Saying = Saying()
    lately: Saying | None = None
    lately_for: timedelta = timedelta(days=14)


FINE, SILENT, AWAY = Saying(), Saying(choice=None), Saying(choice=None, looks=False)
OFFICE = "T1001"
COUNSELLORS = ("T1002", "T1003", "T1004")
STAFF = (OFFICE, *COUNSELLORS, "T1005", "T1006", "T1007")
NOT_ENROLLED = "2023018"
BLOCKED = "2023012"
GUEST = "2023001"
"""The student whose page a visitor of the demo may open."""

_hours = timedelta(hours=1)
HABITS = {
    "2023001": Habit(timedelta(minutes=12)),
    "2023002": Habit(3 * _hours),
    "2023003": Habit(
        2 * _hours,
        lately=Saying(Choice.HARD, ShareWith.COUNSELLOR, "最近论文压得有点喘不过气，想找人聊聊。"),
    ),
    "2023005": Habit(4 * _hours, lately=AWAY),
    "2023006": Habit(5 * _hours, lately=SILENT),
    "2023007": Habit(timedelta(minutes=50), usually=Saying(Choice.URGENT), lately=FINE),
    "2023009": Habit(2 * _hours, lately=Saying(Choice.HARD, ShareWith.OFFICE)),
    "2023011": Habit(9 * _hours, lately=Saying(choice=None, words="刚从阿尔卑斯山徒步回来，信号不好，一切都好！")),
    "2023013": Habit(20 * _hours),
    "2023015": Habit(26 * _hours),
    "2023017": Habit(timedelta(minutes=90), usually=Saying(Choice.HARD, ShareWith.NOBODY), lately=FINE),
    "2023019": Habit(timedelta(minutes=25), lately=Saying(words="这周在学做海南鸡饭 :)")),
}
"""By student number; whoever is not named answers "fine" after a little while."""


def habit_of(number: str) -> Habit:
    """Return how a student is."""
    return HABITS.get(number, Habit(timedelta(minutes=15 + int(number[-2:]) * 7 % 90)))
