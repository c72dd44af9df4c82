"""`yanxin statistics`: the figures of a year, as JSON on the screen or as a file."""

from pathlib import Path

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.errors import UsageError, YanxinError
from bot.figures.model import EVERY, LEVELS
from bot.figures.tables import Choice
from bot.rendering.renderer import LANGUAGES, Renderer
from bot.rendering.statistics_json import as_json
from bot.views.scope import Scope
from bot.views.statistics import statistics as found_in
from handlers.statistics_taken import note_taken, statistics_file


@click.command("statistics", cls=Command)
@click.option("--year", type=int, help="Without it the latest.")
@click.option("--unit", metavar="PATH", help="A unit with all below it; without it the whole university.")
@click.option("--level", type=click.Choice([EVERY, *LEVELS]), default=EVERY, show_default=True)
@click.option("--format", "form", type=click.Choice(["json", "xlsx", "pdf"]), default="json", show_default=True)
@click.option("--language", type=click.Choice(LANGUAGES), help="Without it that of the service.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Where to write; json goes to the screen.")
@pass_tool
def statistics(
    tool: Tool, year: int | None, unit: str | None, level: str, form: str, language: str | None, out: Path | None
) -> None:
    """Print the statistics of a year, or write them into a file; each table says how it counts.

    Figures of fewer than five people, and those from which such a one could be worked out, are hidden here too.
    """
    if form != "json" and out is None:
        raise click.UsageError(f"--format {form} needs --out FILE")
    now, spoken = tool.clock.now(), language or tool.settings.service.language
    with tool.database() as database:
        found = database.read(lambda conn: found_in(conn, Scope.everything(), Choice(year, unit, level), now))
        if found is None:
            raise UsageError("there is no such unit, or no figure of that year; leave --unit and --year out")
        if form == "json":
            made = as_json(Renderer(), spoken, found).encode()
        else:
            made = statistics_file(Renderer(), spoken, found, form)
        database.write(lambda conn: note_taken(conn, found, form, now, None))
    if out is None:
        click.echo(made.decode(), nl=False)
        return
    try:
        out.write_bytes(made)
    except OSError as error:
        raise YanxinError(f"{out} cannot be written ({error.strerror}); name another place") from error
    click.echo(f"Wrote {out}")
