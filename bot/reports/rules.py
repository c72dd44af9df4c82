"""What is true of a report and what may be done with it: pure."""

from collections.abc import Collection
from datetime import datetime, timedelta

from bot.local_time import local_date
from bot.reports.model import WRITABLE, Report, ReportState, Stage

MOST = 20_000
"""Characters of one section; what goes beyond is kept beside it."""
BELONGS_FOR = timedelta(hours=12)
"""How long after her last words to it what she writes in chat surely belongs to her report."""
GOES_ON_FOR = timedelta(days=30)
"""How long after that she is asked whether it does; later she says so herself."""
UNDELIVERED_AFTER = timedelta(hours=1)
"""How long a request may be on its way before it counts as one that nothing has carried."""
LONGEST_EXTENSION = timedelta(days=365)


def state_of(report: Report, *, was_asked: bool, was_reminded: bool, now: datetime) -> ReportState:
    """Return the state that people see; the two facts are those of the prompt that asks for it now."""
    if report.stage is not Stage.OPEN:
        return ReportState(report.stage.value)
    if report.edited_at is not None:
        return ReportState.DRAFTING
    if not was_asked and now - report.opened_at > UNDELIVERED_AFTER:
        return ReportState.UNDELIVERED
    return ReportState.REMINDED if was_reminded else ReportState.ASKED


def belongs(report: Report, now: datetime) -> bool | None:
    """Tell whether words in chat belong to it: surely, surely not, or None: she must be asked."""
    if report.stage not in WRITABLE or report.said_at is None or now - report.said_at > GOES_ON_FOR:
        return False
    return True if now - report.said_at <= BELONGS_FOR else None


def counted(text: str) -> int:
    """Count characters as a form counts them: without white space."""
    return len("".join(text.split()))


def added(body: str, words: str) -> str:
    """Return a section with some words more, each message on lines of its own."""
    words = words.strip()
    return f"{body}\n{words}" if body else words


def without_last(body: str, words: str) -> str | None:
    """Return a section without the words that were added last; None when they do not stand at its end any more."""
    words = words.strip()
    return body.removesuffix(words).rstrip("\n") if words and body.endswith(words) else None


def following(keys: list[str], key: str) -> str | None:
    """Return the section after one, None after the last; the first one after what is not there any more."""
    if key not in keys:
        return keys[0] if keys else None
    place = keys.index(key) + 1
    return keys[place] if place < len(keys) else None


def may_chase(report: Report, reminded_at: datetime | None, zone: str, now: datetime) -> bool:
    """Tell whether she may be asked for it once more: at most once on each of her days, never once it is handed in."""
    if report.stage not in WRITABLE:
        return False
    today = local_date(now, zone)
    return all(at is None or local_date(at, zone) < today for at in (report.chased_at, reminded_at))


def may_decide(report: Report, version: int) -> bool:
    """Tell whether a version can be accepted or returned: it is the one handed in, and nobody has decided yet."""
    return report.stage is Stage.SUBMITTED and report.version == version


def empty(keys: Collection[str], texts: dict[str, str]) -> list[str]:
    """Return the sections in which nothing stands."""
    return [key for key in keys if not texts.get(key, "").strip()]
