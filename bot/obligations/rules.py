"""When something is owed, until which instant it is in time, and when she hears of it: pure."""

from datetime import date, datetime, time, timedelta

from bot.local_time import BEIJING, local_date, to_instant
from bot.obligations.model import Kind, Member, Obligation, Rule, Wanted

HOUR = time(18, 0)
"""When she hears of it, on her wall."""
A_DAY = timedelta(days=1)
EARLIEST = timedelta(days=30)
"""How long somebody must have been away when something is due by a day of the year."""
AGAIN = timedelta(days=14)
"""How long there is at least after a report was returned."""


def is_for(rule: Rule, member: Member) -> bool:
    """Tell whether a rule holds for a member."""
    return (
        (not rule.statuses or member.status in rule.statuses)
        and (not rule.branches or member.branch_kind in rule.branches)
        and (member.returns - member.departs + A_DAY).days >= rule.min_days
    )


def next_of(rule: Rule, member: Member, today: date) -> Wanted | None:
    """Return what a rule asks of a member next; None when nothing more of it falls into her stay."""
    if not is_for(rule, member):
        return None
    if rule.kind is Kind.RETURN:
        return Wanted(member.returns.isoformat(), member.returns + timedelta(days=rule.after_return_days))
    if rule.kind is Kind.CONTACT:
        due_on = member.contact_on + timedelta(days=rule.every_days)
        return Wanted(member.contact_on.isoformat(), due_on) if due_on <= member.returns else None
    first = max(today, member.departs + EARLIEST)
    days = (date(year, month, day) for year in range(first.year, member.returns.year + 1) for month, day in rule.due)
    found = next((one for one in sorted(days) if first <= one <= member.returns), None)
    return None if found is None else Wanted(found.isoformat(), found)


def opens_on(rule: Rule, member: Member, wanted: Wanted) -> date:
    """Return the day from which on she is told of it: a return is not asked for before there is one."""
    return member.returns if rule.kind is Kind.RETURN else wanted.due_on - timedelta(days=rule.opens_days)


def is_still_meant(rule: Rule | None, one: Obligation, member: Member | None) -> bool:
    """Tell whether something that is open follows from rule, member and stay; what is overdue stays so."""
    if rule is None or member is None or not is_for(rule, member):
        return False
    if rule.kind is Kind.RETURN:
        return one.period == member.returns.isoformat()
    return one.due_on <= member.returns or one.opens_on <= member.returns


def ends_at(due_on: date, zone: str) -> datetime:
    """Return the instant until which it is in time: midnight, hers or Beijing's, whichever comes later."""
    return max(to_instant(due_on + A_DAY, time(0), one) for one in (zone, BEIJING))


def is_late(due_on: date, zone: str, now: datetime) -> bool:
    """Tell whether the day is over everywhere that counts."""
    return now >= ends_at(due_on, zone)


def next_word(one: Obligation, rule: Rule, zone: str) -> datetime | None:
    """Return when she is told of it next: at its opening, then so many days before its end; None when all was said."""
    ends = ends_at(one.due_on, zone)
    days = [one.opens_on, *(one.due_on - timedelta(days=each) for each in sorted(rule.remind_days, reverse=True))]
    times = sorted(to_instant(day, HOUR, zone) for day in days if day >= one.opens_on)
    if one.told_at is None:
        return times[0]
    told_on = local_date(one.told_at, zone)
    return next((at for at in times if at > one.told_at and local_date(at, zone) > told_on and at < ends), None)
