"""`yanxin reach`: who can be reached where now, and why not."""

import click

from bot.addresses.rules import Reachable
from bot.cli.context import Command, Tool, pass_tool
from bot.ledger import live_of
from bot.views.reach import COLUMNS, as_rows, reachability
from bot.views.scope import Scope
from bot.views.table_text import as_csv, as_json


@click.command("reach", cls=Command)
@click.option("--all", "everybody", is_flag=True, help="Everybody who is away or about to leave, not only these.")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@pass_tool
def reach(tool: Tool, *, everybody: bool, form: str) -> None:
    """Print the students whom nothing reaches now, one row for each address, with why not and its last success.

    Instants are in UTC. "looks" means a page that waits until its owner looks.
    """
    now, live = tool.clock.now(), live_of(tool.settings)
    only = None if everybody else {Reachable.NONE}
    with tool.database() as database:
        found = database.read(lambda conn: reachability(conn, Scope.everything(), now, live, only=only))
    rows = as_rows(found)
    click.echo(as_csv(COLUMNS, rows) if form == "csv" else as_json(rows), nl=False)
