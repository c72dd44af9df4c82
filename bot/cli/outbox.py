"""`yanxin outbox`: what waits, was sent or failed, and why."""

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.outbox.model import OutboxState
from bot.views.outbox_list import COLUMNS, messages
from bot.views.scope import Scope
from bot.views.table_text import as_csv, as_json


@click.command("outbox", cls=Command)
@click.option("--state", type=click.Choice([state.value for state in OutboxState]), help="Only messages in this state.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@pass_tool
def outbox(tool: Tool, state: str | None, form: str) -> None:
    """Print every message that must go out with what became of it; never what it says."""
    wanted = OutboxState(state) if state else None
    with tool.database() as database:
        rows = database.read(lambda conn: list(messages(conn, Scope.everything(), wanted)))
    click.echo(as_csv(COLUMNS, rows) if form == "csv" else as_json(rows), nl=False)
