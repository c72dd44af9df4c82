"""Who may be asked about whom, and what each of the two sees of a pair: pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.buddies.model import ASKED_FOR, MOST_ASKED, MOST_BUDDIES, Pair, PairState

_NUMBER = re.compile(r"[A-Za-z0-9_./-]{1,64}")
_CODE = re.compile(r"YX-?([A-HJ-NP-Z2-9]{4})-?([A-HJ-NP-Z2-9]{4})")


@dataclass(frozen=True)
class Candidate:
    """What decides whether a buddy is asked now; `city` is the same text for the same place, None when unknown."""

    present: bool
    """She is a student who has neither left nor vanished from the roster."""
    pushed: bool
    """A message comes to her by itself; a page that waits for her to look is too late."""
    missing: bool
    """Somebody is looking for her, too."""
    paused_until: date | None
    today: date
    city: str | None


def may_be_asked(buddy: Candidate, city: str | None, *, anywhere: bool) -> bool:
    """Tell whether a buddy is asked now about somebody who is in a city."""
    if not buddy.present or not buddy.pushed or buddy.missing:
        return False
    if buddy.paused_until is not None and buddy.paused_until >= buddy.today:
        return False
    return anywhere or (city is not None and buddy.city == city)


def waits(pair: Pair, now: datetime) -> bool:
    """Tell whether the one who asked still sees her question waiting; a no looks to her as if nobody had answered."""
    still = pair.state in {PairState.OFFERED, PairState.ASKED, PairState.DECLINED}
    return still and now < pair.asked_at + ASKED_FOR


def stands_for(pair: Pair, person_id: int) -> bool:
    """Tell whether one of the two sees the pair as agreed: also when the other one has ended it, who said nothing."""
    if pair.state is PairState.AGREED:
        return True
    return pair.state is PairState.ENDED and pair.agreed_at is not None and pair.ended_by not in {person_id, None}


def can_accept(pair: Pair, person_id: int, now: datetime) -> bool:
    """Tell whether somebody may still say yes; whoever said no may change her mind while the question waits."""
    return pair.other_id == person_id and pair.state is not PairState.OFFERED and waits(pair, now)


def is_full(pairs: Iterable[Pair], person_id: int, now: datetime) -> bool:
    """Tell whether she has as many buddies as anybody may have; those whom she has asked count."""
    taken = [
        pair for pair in pairs if stands_for(pair, person_id) or (pair.person_id == person_id and waits(pair, now))
    ]
    return len(taken) >= MOST_BUDDIES


def asks_too_often(pairs: Iterable[Pair], person_id: int, now: datetime) -> bool:
    """Tell whether she has asked so many lately that she should wait a little."""
    lately = [pair for pair in pairs if pair.person_id == person_id and pair.asked_at > now - ASKED_FOR]
    return len(lately) >= MOST_ASKED


def number_in(text: str) -> str | None:
    """Return the student number that a text can be, None for anything else."""
    said = unicodedata.normalize("NFKC", text).strip()
    return said if _NUMBER.fullmatch(said) else None


def code_in(text: str) -> str | None:
    """Return the code that a text is, as it was made: `YX-AB2C-DE3F`; None for anything else."""
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip().upper())
    return None if found is None else "YX-" + "-".join(found.groups())
