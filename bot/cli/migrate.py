"""`yanxin migrate`: brings the database to this version; an embedded one does so by itself at every start."""

import click

from bot.cli.context import Command, Tool, pass_tool


@click.command("migrate", cls=Command)
@pass_tool
def migrate(tool: Tool) -> None:
    """Bring the database to this version of Yanxin."""
    with tool.database(migrating=True):
        click.echo("The database is up to date.")
