"""What a session may be, and when its members hear of it. Pure: every rule takes the time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import QUESTIONS, Invitation, Rsvp, Session, SessionState

LONGEST_TITLE, LONGEST_LINK, LONGEST_MATERIAL, LONGEST_QUESTION = 120, 1000, 4000, 300
SHORTEST, LONGEST = 5, 12 * 60
FARTHEST = timedelta(days=366)
CHASE_EVERY = timedelta(days=1)
ROUND_FOR = timedelta(hours=48)
"""How long a round is open that nobody has to meet for."""


class Lead(StrEnum):
    """How long before the start a reminder comes."""

    DAY = "day"
    HOUR = "hour"
    MINUTES = "minutes"


LEADS = {Lead.DAY: timedelta(days=1), Lead.HOUR: timedelta(hours=1), Lead.MINUTES: timedelta(minutes=10)}


@dataclass(frozen=True)
class Plan:
    """What somebody wants to hold: everything that she can choose; `starts_at` and `rsvp_by` are instants."""

    title: str
    starts_at: datetime
    zone: str
    minutes: int
    link: str | None = None
    material: str | None = None
    rsvp_by: datetime | None = None
    is_discreet: bool = True
    questions: tuple[str, ...] = ()
    """The questions that make it up; where one is missing or empty, the usual one is asked."""


@dataclass(frozen=True)
class Standing:
    """How an invitation stands, as delivery looks at it just before a message goes."""

    state: SessionState
    starts_at: datetime
    changed_at: datetime
    reply: Rsvp | None
    is_member: bool


def checked(plan: Plan, now: datetime) -> Plan:
    """Return a plan in order; SessionRefused names the first thing that is wrong with it."""
    title, material = " ".join(plan.title.split()), (plan.material or "").strip() or None
    if not title:
        raise SessionRefused(Fault.NO_TITLE)
    questions = tuple(" ".join(one.split()) for one in plan.questions)
    bounds = [(title, LONGEST_TITLE), (plan.link or "", LONGEST_LINK), (material or "", LONGEST_MATERIAL)]
    for text, most in [*bounds, *((one, LONGEST_QUESTION) for one in questions)]:
        if len(text) > most:
            raise SessionRefused(Fault.LONG, f"{text[:40]}…")
    if plan.starts_at <= now:
        raise SessionRefused(Fault.PAST, _said(plan.starts_at))
    if plan.starts_at > now + FARTHEST:
        raise SessionRefused(Fault.FAR, _said(plan.starts_at))
    if not SHORTEST <= plan.minutes <= LONGEST:
        raise SessionRefused(Fault.MINUTES, f"{plan.minutes} minutes")
    rsvp_by = plan.rsvp_by or _default_deadline(plan.starts_at, now)
    if not now < rsvp_by <= plan.starts_at:
        raise SessionRefused(Fault.RSVP, _said(rsvp_by))
    if len(questions) > QUESTIONS:
        raise SessionRefused(Fault.QUESTIONS, len(questions))
    questions = questions if any(questions) else ()
    link = _link(plan.link)
    return replace(plan, title=title, link=link, material=material, rsvp_by=rsvp_by, questions=questions)


def checked_round(title: str, material: str | None, zone: str, now: datetime) -> Plan:
    """Return the plan of a round that begins now; SessionRefused names the first thing that is wrong with it."""
    plan = checked(Plan(title, now + timedelta(days=1), zone, SHORTEST, None, material), now)
    minutes = int(ROUND_FOR.total_seconds() // 60)
    return replace(plan, starts_at=now, minutes=minutes, rsvp_by=now + ROUND_FOR)


def next_reminder(
    starts_at: datetime, now: datetime, quiet_end: datetime | None = None
) -> tuple[Lead, datetime] | None:
    """Return the next reminder of somebody who comes, and when; None when the last one has gone.

    `quiet_end` is the end of the night that the first reminder would fall into: that one waits, those right before the
    start do not, because she has said that she gets up for it.
    """
    for lead, before in LEADS.items():
        at = starts_at - before
        if lead is Lead.DAY and quiet_end is not None:
            at = quiet_end
            if at >= starts_at - LEADS[Lead.HOUR]:
                continue
        if at > now:
            return lead, at
    return None


def lead_at(starts_at: datetime, now: datetime) -> Lead:
    """Return which reminder it is that goes now."""
    left = starts_at - now
    if left <= LEADS[Lead.MINUTES]:
        return Lead.MINUTES
    return Lead.HOUR if left <= LEADS[Lead.HOUR] else Lead.DAY


def next_chase(session: Session, told_at: datetime) -> datetime | None:
    """Return when somebody who has not replied may be asked again, a day after she was; None past the deadline."""
    at = told_at + CHASE_EVERY
    return at if at < min(session.rsvp_by, session.open_until) else None


def can_wait(invitation: Invitation, old: datetime, new: datetime | None, morning: datetime) -> bool:
    """Tell whether news of a change may wait for her morning: not when she would get up for the old hour or miss the
    new one, unless she does not come anyway.
    """
    if invitation.reply is Rsvp.NO:
        return True
    first = old if new is None else min(old, new)
    return first - LEADS[Lead.HOUR] > morning


def unwanted(standing: Standing, queued_at: datetime, *, tells_end: bool, reminds: bool) -> str | None:
    """Return why a message about a session must not go any more, None when it may.

    `tells_end`: it says that the session is cancelled; `reminds`: it is for those who come.
    """
    if not standing.is_member:
        return "left_branch"
    if standing.state is SessionState.CANCELLED and not tells_end:
        return "session_cancelled"
    if queued_at < standing.changed_at:
        return "session_changed"
    if reminds and standing.reply is not Rsvp.YES:
        return "not_coming"
    return None


def _link(link: str | None) -> str | None:
    link = (link or "").strip()
    if not link:
        return None
    try:
        parts = urlsplit(link)
        usable = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or not character.isprintable() for character in link):
        raise SessionRefused(Fault.LINK, link)
    return link


def _default_deadline(starts_at: datetime, now: datetime) -> datetime:
    day_before = starts_at - timedelta(days=1)
    return day_before if day_before > now else starts_at


def _said(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
