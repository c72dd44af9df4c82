"""`yanxin responses`: what was asked and what came back, as the operator may see it."""

from datetime import datetime

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.views.responses import COLUMNS
from bot.views.responses import responses as rows_of
from bot.views.scope import Scope
from bot.views.table_text import as_csv, as_json


@click.command("responses", cls=Command)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only questions that opened on or after this date on the student's calendar.",
)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@pass_tool
def responses(tool: Tool, since: datetime | None, form: str) -> None:
    """Print one row for every question that was asked.

    Instants are in UTC, local ones stand beside them. A hard week that was not shared with the office reads "answered".
    """
    day, now = since.date() if since else None, tool.clock.now()
    with tool.database() as database:
        rows = database.read(lambda conn: list(rows_of(conn, Scope.everything(), day, now)))
    click.echo(as_csv(COLUMNS, rows) if form == "csv" else as_json(rows), nl=False)
