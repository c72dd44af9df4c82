"""`yanxin run`: the service itself, until it is told to stop; with --rehearse on a clock of its own.

Demo and rehearsal are imported where they are asked for: a real service has no use for them.
"""

import asyncio
from pathlib import Path

import click

from bot import logs
from bot.app import App, Running
from bot.cli.context import Command, Tool, pass_tool
from bot.errors import UsageError
from bot.rehearsal.order import read_speed, read_start
from bot.settings import Settings
from bot.storage import state
from bot.storage.marks import take_for_real


@click.command("run", cls=Command)
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port instead of [service] port.")
@click.option("--demo", is_flag=True, help="Fill an empty database with a demo first, and print links into it.")
@click.option("--rehearse", is_flag=True, help="Run on a clock of its own; nothing may leave this machine.")
@click.option("--start-at", metavar="INSTANT", help="Rehearse from this instant, say 2026-11-24T18:30+08:00.")
@click.option("--speed", metavar="N", help="Let time pass up to N times as fast; it waits for whatever is due.")
@click.option(
    "--copy",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Rehearse on a copy of the database in FILE, made when there is none.",
)
@pass_tool
def run(
    tool: Tool,
    *,
    port: int | None,
    demo: bool,
    rehearse: bool,
    start_at: str | None,
    speed: str | None,
    copy: Path | None,
) -> None:
    """Run the service: ask, listen, deliver, watch, and serve the pages."""
    if not rehearse and not (start_at is None and speed is None and copy is None):
        raise UsageError("--start-at, --speed and --copy are for a rehearsal; add --rehearse.")
    start, pace = read_start(start_at), read_speed(speed)
    settings = tool.settings if port is None else tool.settings.with_port(port)
    logs.set_up()
    if not rehearse:
        app, running = _real(settings, tool, demo=demo)
    else:
        from bot.cli.rehearse import Rehearsal, set_up  # noqa: PLC0415 - see above

        app, running = set_up(settings, Rehearsal(start, pace, copy), demo=demo)
    try:
        asyncio.run(running.run(lambda: _say_ready(app, demo=demo)))
    finally:
        app.close()


def _real(settings: Settings, tool: Tool, *, demo: bool) -> tuple[App, Running]:
    if demo:
        _fill(settings, tool)
    app = App(settings, tool.clock, first=take_for_real)
    return app, Running(app)


def _fill(settings: Settings, tool: Tool) -> None:
    from bot.demo.build import build, is_empty  # noqa: PLC0415 - see above

    with tool.database() as database:
        empty = database.read(is_empty)
    if empty:
        click.echo("Making a demo: 24 students and four weeks of what they were asked and said …")
        build(settings, tool.clock.real())


def _say_ready(app: App, *, demo: bool) -> None:
    app.database.write(lambda conn: state.write(conn, state.PORT, str(app.settings.service.port)))
    click.echo(f"Yanxin is ready at {app.settings.service.url}/console/ (stop it with Ctrl+C)")
    if demo:
        from bot.demo.links import lines  # noqa: PLC0415 - see above

        for line in app.database.write(lambda conn: lines(conn, app.settings, app.clock.real())):
            click.echo(line)
