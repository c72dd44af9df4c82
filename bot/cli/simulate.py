"""`yanxin simulate`: what a programme would send in the coming weeks, and what it would ask of staff; sends nothing."""

import json
import logging
from contextlib import suppress
from datetime import UTC, date, datetime, time
from importlib import import_module
from pathlib import Path

import click

from bot import logs
from bot.cli.context import Command, Tool, pass_tool
from bot.errors import UsageError, YanxinError
from bot.simulation.lines import lines
from bot.simulation.order import Order
from bot.simulation.outcome import Outcome
from bot.simulation.run import simulate
from handlers.programme_loaded import check

PICTURES = (".png", ".svg")
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("simulate", cls=Command)
@click.option("--students", type=int, metavar="N", help="Invent N students; without it, those of the database.")
@click.option("--days", type=int, default=28, show_default=True, metavar="D", help="How many days pass.")
@click.option(
    "--start",
    metavar="DATE",
    help="A date (midnight UTC) or an instant with its zone. Without it: today for invented students, else now.",
)
@click.option("--seed", type=int, default=1, show_default=True, metavar="S", help="The same seed, the same figures.")
@click.option("--programme", type=FILE, metavar="FILE", help="Try this programme instead of the one that runs.")
@click.option("--answer-rate", type=float, default=0.9, show_default=True, metavar="P", help="Share that is answered.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--json", "json_file", type=FILE, metavar="FILE", help="Write the figures as JSON too.")
@click.option("--plot", "plot_file", type=FILE, metavar="FILE", help="Draw them too, as .png or .svg.")
@pass_tool
def simulate_command(  # noqa: PLR0913 - one argument per option
    tool: Tool,
    *,
    students: int | None,
    days: int,
    start: str | None,
    seed: int,
    programme: Path | None,
    answer_rate: float,
    form: str,
    json_file: Path | None,
    plot_file: Path | None,
) -> None:
    """Let the coming weeks pass on a copy: how many messages, when, how near to the limits, how many alarms.

    It follows the rules of the service, touches nothing and needs no network. Students answer when they do; nobody
    else acts, so that alarms come again as they would if no member of staff looked.
    """
    if plot_file is not None and plot_file.suffix.lower() not in PICTURES:
        raise UsageError(f"--plot {plot_file}: the picture can be a .png or an .svg; name it so.")
    for option, file in (("--json", json_file), ("--plot", plot_file)):
        if file is not None:
            _try_to_write(option, file)
    order = Order(
        start=_start(start, tool, invented=students is not None),
        days=days,
        students=students,
        seed=seed,
        answer_rate=answer_rate,
        programme=None if programme is None else _programme(programme),
    )
    settings = tool.settings
    logs.set_up(level=logging.CRITICAL)  # what would go wrong is counted, not told line by line
    outcome = simulate(order, settings)
    text = json.dumps(outcome.to_json(), indent=2) + "\n"
    click.echo(text if form == "json" else "\n".join(lines(outcome)), nl=form != "json")
    if json_file is not None:
        _write(json_file, text)
    if plot_file is not None:
        _draw(outcome, plot_file)


def _start(text: str | None, tool: Tool, *, invented: bool) -> datetime:
    now = tool.clock.now()
    if text is None:
        return datetime.combine(now.date(), time(), UTC) if invented else now
    try:
        with suppress(ValueError):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        return datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"--start {text!r} is neither a date nor an instant; write 2026-11-24 or 2026-11-24T18:30+08:00."
        ) from None


def _programme(file: Path) -> tuple[str, str]:
    try:
        text = file.read_text(encoding="utf-8-sig")  # editors on Windows put a mark in front
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--programme {file} cannot be read ({why}); name a TOML file.") from None
    check(text, str(file))  # every mistake, before the work begins
    return text, str(file)


def _try_to_write(option: str, file: Path) -> None:
    """Refuse a file that cannot be written before minutes of work, not after them."""
    was_there = file.exists()
    try:
        file.open("ab").close()
        if not was_there:
            file.unlink()
    except OSError as error:
        raise UsageError(f"{option} {file} cannot be written ({error.strerror}); name another file.") from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise YanxinError(f"{file} cannot be written ({error.strerror}).") from None


def _draw(outcome: Outcome, file: Path) -> None:
    draw = import_module("bot.simulation.plot").draw  # loaded late: drawing is rare, and its library is heavy
    try:
        draw(outcome, file)
    except OSError as error:
        raise YanxinError(f"{file} cannot be written ({error.strerror}).") from None
