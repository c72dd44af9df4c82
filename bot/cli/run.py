"""`yanxin run`: the service itself, until it is told to stop."""

import asyncio

import click

from bot import logs
from bot.app import App, Running
from bot.cli.context import Command, Tool, pass_tool
from bot.demo.build import build, is_empty
from bot.demo.links import lines
from bot.settings import Settings


@click.command("run", cls=Command)
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port instead of [service] port.")
@click.option("--demo", is_flag=True, help="Fill an empty database with a demo first, and print links into it.")
@pass_tool
def run(tool: Tool, port: int | None, demo: bool) -> None:  # noqa: FBT001 - click gives flags by name
    """Run the service: ask, listen, deliver, watch, and serve the pages."""
    settings = tool.settings if port is None else tool.settings.with_port(port)
    logs.set_up()
    if demo:
        _fill(settings, tool)
    app = App(settings, tool.clock)
    try:
        asyncio.run(Running(app).run(lambda: _say_ready(app, demo=demo)))
    finally:
        app.close()


def _fill(settings: Settings, tool: Tool) -> None:
    with tool.database() as database:
        empty = database.read(is_empty)
    if empty:
        click.echo("Making a demo: 24 students and four weeks of what they were asked and said …")
        build(settings, tool.clock.real())


def _say_ready(app: App, *, demo: bool) -> None:
    click.echo(f"Yanxin is ready at {app.settings.service.url}/console/ (stop it with Ctrl+C)")
    if demo:
        for line in app.database.write(lambda conn: lines(conn, app.settings, app.clock.real())):
            click.echo(line)
