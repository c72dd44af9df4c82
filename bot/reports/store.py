"""The queries of the report itself; drafts, versions, files and the tables stand in files beside it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from bot.listed import listed
from bot.reports.model import Form, Report, Stage
from bot.reports.tables import SHELVES, shelf_of
from bot.reports.tables import report_feedback as report_feedback  # noqa: PLC0414 - taken from here

_STAYS = SHELVES[Form.STAY]
reports = _STAYS.reports
report_sections = _STAYS.sections
report_pieces = _STAYS.pieces
report_asides = _STAYS.asides
report_versions = _STAYS.versions
report_comments = _STAYS.comments
report_files = _STAYS.files
study_reports = SHELVES[Form.STUDY].reports
# Kept, because whatever a student writes needs it: building a statement costs several times what running it does.
_OF_PERSON = {
    form: select(shelf.reports)
    .where(shelf.reports.c.person_id == bindparam("one"))
    .order_by(shelf.reports.c.opened_at.desc(), shelf.reports.c.id.desc())
    for form, shelf in SHELVES.items()
}


def by_id(conn: Connection, report_id: int, form: Form = Form.STAY) -> Report | None:
    """Return one report."""
    table = SHELVES[form].reports
    row = conn.execute(select(table).where(table.c.id == report_id)).one_or_none()
    return None if row is None else from_row(row, form)


def again(conn: Connection, report: Report) -> Report:
    """Return a report as it stands now; as it was when it is there no more."""
    return by_id(conn, report.id, report.form) or report


def of_person(conn: Connection, person_id: int, form: Form = Form.STAY) -> list[Report]:
    """Return the reports of a student, the newest first."""
    return [from_row(row, form) for row in conn.execute(_OF_PERSON[form], {"one": person_id})]


def of_places(conn: Connection, trip_ids: Iterable[int], item: str) -> dict[int, Report]:
    """Return the reports that an item asks for, by stay."""
    query = select(reports).where(listed(reports.c.trip_id, sorted(set(trip_ids))), reports.c.item == item)
    return {row.trip_id: from_row(row) for row in conn.execute(query)}


def of_prompt(conn: Connection, prompt_id: int) -> Report | None:
    """Return the report that a prompt asks for now."""
    row = conn.execute(select(reports).where(reports.c.prompt_id == prompt_id)).one_or_none()
    return None if row is None else from_row(row)


def add(conn: Connection, person_id: int, trip_id: int, item: str, prompt_id: int | None, now: datetime) -> Report:
    """Begin a report."""
    values = {
        "person_id": person_id,
        "trip_id": trip_id,
        "item": item,
        "stage": Stage.OPEN.value,
        "prompt_id": prompt_id,
        "version": 0,
        "section": "",
        "opened_at": now,
    }
    added = conn.execute(reports.insert().values(**values).returning(*reports.c)).one()
    return from_row(added)


def add_study(
    conn: Connection, person_id: int, trip_id: int, item: str, obligation_id: int | None, now: datetime
) -> Report:
    """Begin a study report."""
    table = study_reports
    values = {
        "person_id": person_id,
        "trip_id": trip_id,
        "item": item,
        "stage": Stage.OPEN.value,
        "obligation_id": obligation_id,
        "version": 0,
        "section": "",
        "opened_at": now,
    }
    return from_row(conn.execute(table.insert().values(**values).returning(*table.c)).one(), Form.STUDY)


def of_obligation(conn: Connection, obligation_id: int) -> Report | None:
    """Return the study report that an obligation asks for."""
    query = select(study_reports).where(study_reports.c.obligation_id == obligation_id)
    row = conn.execute(query.order_by(study_reports.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else from_row(row, Form.STUDY)


def update(conn: Connection, report: Report, **values: Any) -> None:
    """Change columns of one report; enums are stored by value."""
    table = shelf_of(report).reports
    conn.execute(table.update().where(table.c.id == report.id).values(**values))


def change_stage(conn: Connection, report: Report, to: Stage, **values: Any) -> bool:
    """Move a report on from the stage and version that were seen; False when somebody was faster."""
    table = shelf_of(report).reports
    seen = (table.c.id == report.id, table.c.stage == report.stage.value, table.c.version == report.version)
    return conn.execute(table.update().where(*seen).values(stage=to.value, **values)).rowcount == 1


def from_row(row: Row[Any], form: Form = Form.STAY) -> Report:
    """Turn a row of a shelf into a report."""
    found = row._mapping  # noqa: SLF001 - the documented way to a row's columns by name
    table = SHELVES[form].reports
    values = {column.name: found[column] for column in table.c} | {"form": form, "stage": Stage(found[table.c.stage])}
    return Report(**{"prompt_id": None} | values)
