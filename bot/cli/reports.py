"""`yanxin reports`: how reports stand, as JSON, or those that are handed in as Word documents.

Study reports are branch matters: they are taken out only for somebody who leads the home branch, as her page shows
them, and under her name in the journal.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Tool, pass_tool
from bot.errors import UsageError, YanxinError
from bot.journal import store as journal
from bot.people.model import Person
from bot.people.store import by_number
from bot.rendering.report_docx import report_docx
from bot.reports.model import ReportState
from bot.storage.vault import vault_in
from bot.views.report_document import written
from bot.views.reports import Listed, everyone, list_reports
from bot.views.study import list_studies, reads_study


@click.command("reports", cls=Command)
@click.option("--state", type=click.Choice([one.value for one in ReportState]), help="Only reports in this state.")
@click.option("--format", "form", type=click.Choice(["json", "docx"]), default="json", show_default=True)
@click.option("--study-for", "reader", metavar="NUMBER", help="Study reports instead: those that this secretary reads.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Where the documents go, one for each.")
@pass_tool
def reports(tool: Tool, state: str | None, form: str, reader: str | None, out: Path | None) -> None:
    """Print how reports stand, without a word of them; or write what was handed in as documents with its photos.

    What students wrote of their hosts is in neither. Each document that is taken out is journalled. Study reports are
    read by those who lead the home branch, so they are taken out for one of them, whom the journal then names.
    """
    if form == "docx" and out is None:
        raise UsageError("--format docx needs --out FOLDER")
    now = tool.clock.now()
    with tool.database() as database:
        person = None if reader is None else database.read(lambda conn: _secretary(conn, reader))
        found = database.read(lambda conn: _found(conn, person, now, state or ""))
        if form == "json" or out is None:
            click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False, indent=1))
            return
        vault = vault_in(tool.settings.reports.folder, database.keyring, branch=person is not None)
        template = Path(tool.settings.reports.template) if tool.settings.reports.template else None
        count = 0
        for one in found:
            taken = database.read(lambda conn, one=one: written(conn, one.report))  # type: ignore[misc]
            if taken is None:
                continue
            path = out / f"{one.number}-{one.report.id}-v{one.report.version}.docx"
            _write(path, report_docx(taken.facts, taken.pictures(vault.get), template))
            database.write(lambda conn, one=one: _note(conn, one, person, now))  # type: ignore[misc]
            count += 1
    if not count:
        raise YanxinError(f"there is no report that is handed in to be taken out; nothing was written into {out}")
    click.echo(f"Wrote {count} {'document' if count == 1 else 'documents'} into {out}")


def _secretary(conn: Connection, number: str) -> Person:
    person = by_number(conn, number)
    if person is None or not reads_study(conn, person):
        raise UsageError(f"{number} leads no home branch: only its secretary and deputy read study reports")
    return person


def _found(conn: Connection, person: Person | None, now: datetime, state: str) -> list[Listed]:
    if person is None:
        return list_reports(conn, everyone(now), now, state)[0]
    return [one for one in list_studies(conn, person, now) if state in {"", one.state.value}]


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise YanxinError(f"{path} cannot be written ({error.strerror}); name another place") from error


def _note(conn: Connection, one: Listed, reader: Person | None, now: datetime) -> None:
    action, actor = ("report.exported", None) if reader is None else ("study.exported", reader.id)
    hers, number = one.report.person_id, one.report.id
    line = journal.line(now, action, person_id=hers, actor_id=actor, report=number, format="docx")
    journal.write(conn, [line])


def _plain(one: Listed) -> dict[str, Any]:
    report = one.report
    at = {"due_at": one.due_at, "submitted_at": report.submitted_at, "decided_at": report.decided_at}
    return {
        "report": report.id,
        "number": one.number,
        "name": one.name,
        "host": one.host,
        "city": one.city,
        "country": one.country,
        "returns": one.returns.isoformat(),
        "state": one.state.value,
        "version": report.version,
    } | {name: None if instant is None else instant.isoformat() for name, instant in at.items()}
