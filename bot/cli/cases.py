"""`yanxin cases`: which students somebody must look after, who does, and what comes next."""

from datetime import UTC, datetime

import click

from bot.cases.model import CaseState, Reason
from bot.cli.context import Command, Tool, pass_tool
from bot.local_time import to_wall
from bot.views.case_list import CaseRow, all_cases
from bot.views.scope import Scope
from bot.views.table_text import as_csv, as_json

COLUMNS = (
    "case", "state", "reason", "number", "name", "unit", "city", "country", "local_time",
    "opened_at", "taken_by", "taken_at", "next", "next_at", "next_whom", "resolved_at", "outcome",
)  # fmt: skip


@click.command("cases", cls=Command)
@click.option("--state", type=click.Choice([state.value for state in CaseState]), help="Only cases in this state.")
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), help="Only cases for this reason.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@pass_tool
def cases(tool: Tool, state: str | None, reason: str | None, form: str) -> None:
    """Print every case, open ones first; instants are in UTC.

    A hard week is there only where the student chose the office. What was written is never printed.
    """
    now = tool.clock.now()
    with tool.database() as database:
        found = database.read(lambda conn: all_cases(conn, Scope.everything(), now, state or "", reason or ""))
    rows = [_row(one, now) for one in found]
    click.echo(as_csv(COLUMNS, rows) if form == "csv" else as_json(rows), nl=False)


def _row(one: CaseRow, now: datetime) -> dict[str, str]:
    case = one.case
    return {
        "case": str(case.id),
        "state": case.state.value,
        "reason": case.reason.value,
        "number": one.number,
        "name": one.name,
        "unit": one.unit,
        "city": one.city,
        "country": one.country,
        "local_time": to_wall(now, one.zone).isoformat(timespec="minutes"),
        "opened_at": _instant(case.opened_at),
        "taken_by": one.by,
        "taken_at": _instant(case.acknowledged_at),
        "next": one.next.kind,
        "next_at": _instant(one.next.at),
        "next_whom": " ".join(one.next.whom),
        "resolved_at": _instant(case.resolved_at),
        "outcome": case.outcome or "",
    }


def _instant(value: datetime | None) -> str:
    return "" if value is None else value.astimezone(UTC).isoformat(timespec="seconds")
