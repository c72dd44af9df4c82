"""`yanxin clock`: what time it is for the service, how fast that passes, and whether it is a rehearsal."""

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.local_time import BEIJING, to_wall
from bot.rehearsal.standing import standing_in
from bot.rendering.filters import when


@click.command("clock", cls=Command)
@pass_tool
def clock(tool: Tool) -> None:
    """Print the service's time, its speed and whether it is a rehearsal; the database says so, no service need run."""
    settings = tool.settings
    standing = standing_in(settings)
    now = tool.clock.now()
    language = settings.service.language
    click.echo(f"time: {now:%Y-%m-%dT%H:%M:%SZ}")
    click.echo(f"local: {when(now, BEIJING, language)}:{to_wall(now, BEIJING):%S} {BEIJING}")
    if standing is None:
        click.echo("speed: 1")
        click.echo("rehearsal: no")
        return
    click.echo(f"speed: {standing.speed:g}" if standing.pace else "speed: 0 (it stands, nobody runs it)")
    slowed = standing.pace and standing.pace < standing.speed
    click.echo("rehearsal: yes" + (", at real pace while a message waits to be tried again" if slowed else ""))
