"""`yanxin policies`: who is told about a case, in which order, and what follows when nobody acts."""

from importlib.resources import files

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.policies.store import current
from bot.policies.text import to_toml


@click.command("policies", cls=Command)
@click.option("--now", "in_force", is_flag=True, help="Those under which a case that opens now goes on.")
@pass_tool
def policies(tool: Tool, *, in_force: bool) -> None:
    """Print the policies that are shipped, every key explained; copy them into a file of your own to change them.

    Name that file in [policies] of the settings. A case keeps the policy under which it was opened.
    """
    if not in_force:
        click.echo(files("bot.policies").joinpath("policies.toml").read_text(encoding="utf-8"), nl=False)
        return
    with tool.database() as database:
        version, found = database.read(current)
    whose = "those that are shipped" if version is None else f"document {version}, as the settings say"
    click.echo(f"# The policies in force: {whose}.\n\n{to_toml(found)}", nl=False)
