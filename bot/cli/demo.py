"""`yanxin demo`: fills an empty database with an invented university and four weeks of its life."""

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.demo.build import build, is_empty
from bot.demo.links import lines
from bot.errors import YanxinError


@click.command("demo", cls=Command)
@pass_tool
def demo(tool: Tool) -> None:
    """Fill an empty database with 24 invented students and four weeks of what they were asked and said."""
    with tool.database() as database:
        if not database.read(is_empty):
            raise YanxinError("The demo goes into an empty database only; name another one in [database] url.")
    build(tool.settings, tool.clock.real())
    with tool.database() as database:
        for line in database.write(lambda conn: lines(conn, tool.settings, tool.clock.real())):
            click.echo(line)
