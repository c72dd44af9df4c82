"""Who else may look after a case: the people to whom it can be handed over. Chat and console offer them by name."""

from datetime import datetime

from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.engine.deeds import may_act
from bot.engine.on_duty import on_duty
from bot.engine.who_helps import load_helpers
from bot.people import store as people_store
from bot.people.model import Person
from bot.prompts.model import ShareWith


def others_for(conn: Connection, case: Case, staff_id: int, now: datetime) -> list[Person]:
    """Return whom somebody may hand a case to: on duty first, then her counsellor, coordinators, office.

    Of a hard week only whom she chose. Whoever has it now and whoever asks are left out.
    """
    student = people_store.by_id(conn, case.person_id)
    if student is None:
        return []
    helpers = load_helpers(conn, [student])
    if case.reason is Reason.HARD:
        ids = helpers.for_hard(student, ShareWith(case.share_with)) if case.share_with else []
    else:
        duty = on_duty(conn, [student], now).get(student.id, ())
        ids = [*duty, *helpers.all_of(student), *cases_store.alarmed_as(conn, case.id)]
    found = people_store.by_ids(conn, ids)
    wanted = [found[one] for one in dict.fromkeys(ids) if one in found and one not in {staff_id, case.acknowledged_by}]
    return [one for one in wanted if may_act(conn, case, one, now)]


def may_hand_over(case: Case, staff_id: int) -> bool:
    """Tell whether a case is somebody's to give away: hers, or nobody's; else she takes it over first."""
    return case.state is not CaseState.RESOLVED and case.acknowledged_by in {None, staff_id}
