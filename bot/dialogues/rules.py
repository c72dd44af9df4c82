"""Names and times of the steps that more than one room must know: pure."""

from datetime import datetime, timedelta

CRY_ASKED = "cry.asked"
"""She was asked whether she needs urgent help; what she was in the middle of is kept in the data as `before`."""
CRY_WAIT = timedelta(minutes=3)
"""How long that question may stay without a reply before it counts as an SOS."""
RELAY = "relay"
"""What is written goes to the other side of a case: to the student whom somebody looks after, or to that person."""
_LASTS = {
    "case.note": timedelta(hours=1),
    "review.words": timedelta(hours=1),
    RELAY: timedelta(hours=12),
    "note": timedelta(hours=1),
    "session.reason": timedelta(hours=1),
    "session.offered": timedelta(minutes=10),
    "note.declined": timedelta(minutes=10),
    "session.plan": timedelta(hours=12),
    "session.round": timedelta(hours=1),
    "busy.when": timedelta(hours=1),
    "pause.date": timedelta(hours=1),
    "zone.until": timedelta(hours=1),
    "report.what": timedelta(hours=1),
    "report.where": timedelta(hours=1),
}
_LASTS_ELSE = timedelta(hours=24)


def waits_still(step: str, since: datetime, now: datetime) -> bool:
    """Tell whether words at `now` still belong to a step that has waited since then."""
    return now - since < _LASTS.get(step, _LASTS_ELSE)


def cry_is_due(asked_at: datetime, now: datetime) -> bool:
    """Tell whether an unanswered question for urgent help is an SOS by now."""
    return now - asked_at >= CRY_WAIT
