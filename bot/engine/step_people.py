"""Whom a step of a policy tells about a case: people's ids, each with the word under which it found them."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.cases.model import Case, Reason
from bot.engine.buddies import buddies_for
from bot.engine.on_duty import on_duty
from bot.engine.who_helps import Helpers, left_out
from bot.journal import store as journal
from bot.people.model import Person
from bot.policies.model import Step, Whom
from bot.prompts.model import ShareWith

log = structlog.get_logger()


def people_at(
    conn: Connection, case: Case, student: Person, step: Step, helpers: Helpers, now: datetime
) -> dict[int, Whom]:
    """Return whom a step tells, staff before friends; a person found under two words keeps the first.

    Where nobody is on duty for her, her office takes the place of the duty phone: no alarm waits for a gap in a rota.
    The same where she has asked to leave her counsellor out.
    """
    found: dict[int, Whom] = {}
    for wanted in sorted(step.whom, key=lambda one: one is Whom.BUDDY):
        whom = wanted
        named = _safely(conn, case, student, whom, helpers, now)
        if whom is Whom.DUTY and not named:
            line = journal.line(now, "case.nobody_on_duty", person_id=student.id, case_id=case.id)
            journal.write(conn, [line])
            whom, named = Whom.OFFICE, helpers.office_of(student)
        elif whom is Whom.COUNSELLOR and student.skips_counsellor:
            whom, named = Whom.OFFICE, helpers.office_of(student)
        for person_id in named:
            if person_id != student.id:
                found.setdefault(person_id, whom)
    return found


def began_in_drill(case: Case) -> bool:
    """Tell whether a call for help is an answer to a drill: staff look after it, and no friend hears of it."""
    return case.reason is Reason.URGENT and case.rollcall_id is not None


def _safely(
    conn: Connection, case: Case, student: Person, whom: Whom, helpers: Helpers, now: datetime
) -> Sequence[int]:
    """Return whom a word names; a rota that cannot be read must not keep an alarm from everybody else."""
    try:
        with conn.begin_nested():
            return _named(conn, case, student, whom, helpers, now)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are told
        kind = type(error).__name__
    log.error("a step could not name anybody", case_id=case.id, whom=whom.value, error=kind)
    return ()


def _named(conn: Connection, case: Case, student: Person, whom: Whom, helpers: Helpers, now: datetime) -> Sequence[int]:
    match whom:
        case Whom.BUDDY:
            return () if began_in_drill(case) else buddies_for(conn, [student.id], now).get(student.id, ())
        case Whom.DUTY:
            duty = on_duty(conn, [student], now).get(student.id, ())
            return [one for one in duty if one not in left_out(student)]
        case Whom.COUNSELLOR:
            counsellor = helpers.counsellor_of(student)
            return () if counsellor is None else (counsellor,)
        case Whom.COORDINATOR:
            return helpers.coordinators_of(student)
        case Whom.OFFICE:
            return helpers.office_of(student)
        case Whom.CHOSEN:
            return helpers.for_hard(student, ShareWith(case.share_with)) if case.share_with else ()
