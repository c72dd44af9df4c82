"""How silences end once everything works: each in a word from her, or with a human who acknowledged.

Nobody takes a case here of which no message came to that person: staff act on what their phone shows them.
"""

from collections.abc import Iterator
from functools import partial

from sqlalchemy import Connection, and_, exists, or_, select

from bot.cases.model import HELD, CaseState, Reason
from bot.cases.store import cases
from bot.engine import deeds
from bot.journal.store import journal
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.prompts.model import FAILED
from bot.prompts.store import prompts
from tests.support.lives import Lives

_HEARD = ["answered", "alive"]
"""Outcomes of a case that a word from her ended."""


def whoever_was_told_takes_it(lives: Lives) -> None:
    """Let everybody whose phone shows the alarm of a case that nobody has press its button."""
    staff = [lives.office, lives.counsellor, lives.support]
    arrived = (
        select(outbox.c.case_id, outbox.c.person_id)
        .join(cases, cases.c.id == outbox.c.case_id)
        .where(
            outbox.c.kind == Kind.ALARM.value,
            outbox.c.state == OutboxState.ACCEPTED.value,
            outbox.c.accepted_at >= cases.c.opened_at,
            outbox.c.person_id.in_(staff),
            cases.c.state == CaseState.OPEN.value,
        )
        .order_by(outbox.c.id)
    )
    for case_id, person_id in lives.db.read(lambda conn: [tuple(row) for row in conn.execute(arrived)]):
        lives.do(partial(deeds.acknowledge, case_id=case_id, staff_id=person_id, now=lives.now))


def unheard(lives: Lives) -> list[str]:
    """Return the silences that ended neither in a word from her nor with a human."""
    return lives.db.read(lambda conn: list(_unheard(conn)))


def _unheard(conn: Connection) -> Iterator[str]:
    """Look at every prompt that ended in silence, and at every case that is nobody's still."""
    looked_after = or_(
        cases.c.state.in_([state.value for state in HELD]),
        and_(cases.c.state == CaseState.RESOLVED.value, cases.c.outcome.in_(_HEARD)),
        and_(cases.c.state == CaseState.RESOLVED.value, cases.c.acknowledged_by.is_not(None)),
    )
    followed = exists().where(
        journal.c.prompt_id == prompts.c.id,
        journal.c.action.in_(["case.opened", "case.added_to"]),
        journal.c.case_id == cases.c.id,
        looked_after,
    )
    silent = prompts.c.state.in_([state.value for state in FAILED])
    for prompt_id in conn.execute(select(prompts.c.id).where(silent, ~followed)).scalars():
        yield f"prompt {prompt_id} ended in silence, and no human has acknowledged it"
    nobodys = select(cases.c.id).where(cases.c.state == CaseState.OPEN.value, cases.c.reason != Reason.HARD.value)
    for case_id in conn.execute(nobodys).scalars():
        yield f"nobody has acknowledged case {case_id}"
