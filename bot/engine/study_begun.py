"""Which study report a member writes now: the one that is due first. It begins when it is asked for, or she does."""

from datetime import datetime

from sqlalchemy import Connection

from bot.obligations import store as obligations
from bot.obligations.model import Kind, Obligation
from bot.reports import store
from bot.reports.model import WRITABLE, Form, Report, Stage


def report_for(conn: Connection, one: Obligation, now: datetime) -> Report:
    """Return the report that an obligation asks for, begun if need be."""
    report = store.of_obligation(conn, one.id)
    if report is None:
        return store.add_study(conn, one.person_id, one.trip_id, f"{one.rule}:{one.period}", one.id, now)
    if report.stage is Stage.WITHDRAWN:
        store.update(conn, report, stage=Stage.OPEN.value)
    return store.again(conn, report)


def study_of(conn: Connection, person_id: int, now: datetime) -> Report | None:
    """Return the study report that she writes now, else her newest; None when she owes none and has written none."""
    for one in obligations.open_of(conn, person_id):
        if one.kind is Kind.REPORT:
            return report_for(conn, one, now)
    return newest_study(conn, person_id)


def newest_study(conn: Connection, person_id: int) -> Report | None:
    """Return the study report that she can write in, else her newest, without beginning one."""
    mine = store.of_person(conn, person_id, Form.STUDY)
    return next((one for one in reversed(mine) if one.stage in WRITABLE), mine[0] if mine else None)
