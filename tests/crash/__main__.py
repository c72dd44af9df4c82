"""`make crash`: kills a real service again and again on both databases and prints what was lost and doubled.

    python -m tests.crash --kills 50 --seed 7 --database sqlite

Ends with 1 when a promise is broken; the settings and the log of the service are kept then.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import click

from bot.clock import monotonic
from tests.crash.count import Tally
from tests.crash.ground import postgresql
from tests.crash.rounds import Plan, crash

SECONDS_PER_LIFE = 3.6
"""About how long one life lasts, start and end included; as long as the kills last, something new is asked."""
COLUMNS = ("sqlite", "postgresql", "two processes")
"""Two processes share a PostgreSQL, and it is always one of them that is killed."""
ROWS = (
    ("kills", "kills"),
    ("questions that were due", "questions"),
    ("messages that arrived", "messages"),
    ("updates of people", "updates"),
    ("- answers among them", "answers"),
    ("- cries for help, and silences", "alarms"),
    ("questions lost", "questions_lost"),
    ("  too late, and staff told so", "told"),
    ("answers lost", "answers_lost"),
    ("alarms lost", "alarms_lost"),
    ("doubled messages", "doubled"),
    ("  of so many in flight at kills", "in_flight"),
    ("  not sent again: thanks, reminders", "dropped"),
)


@contextmanager
def _url(database: str, folder: Path) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{folder / 'crash.db'}"
        return
    with postgresql() as url:
        yield url


def _cell(name: str, tally: Tally, kills: int) -> str:
    value = kills if name == "kills" else getattr(tally, name)
    return str(len(value) if isinstance(value, list) else value)


@click.command()
@click.option("--kills", type=click.IntRange(1), default=50, show_default=True, help="How often the service is killed.")
@click.option("--seed", type=int, default=1, show_default=True, help="Chooses the moments and what people do.")
@click.option("--database", "only", type=click.Choice(COLUMNS), help="Only this one.")
def main(kills: int, seed: int, only: str | None) -> None:
    """Kill a real service at random moments, on both databases and as one of two, and count what was lost."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # calls that a kill has cut are what this is about
    tallies: dict[str, Tally] = {}
    for database in [only] if only else COLUMNS:
        folder, began = Path(mkdtemp(prefix=f"yanxin-crash-{database.replace(' ', '-')}-")), monotonic()
        click.echo(f"{database}: {kills} kills …")
        minutes, processes = max(1, round(kills * SECONDS_PER_LIFE / 60)), 2 if database == COLUMNS[2] else 1
        plan = Plan(kills, seed, minutes=minutes, waits_for_leases=True, processes=processes)
        with _url(database, folder) as url:
            tallies[database] = crash(folder, url, plan)
        click.echo(f"{database}: {monotonic() - began:.0f} s")
        if tallies[database].broken():
            click.echo(f"{database}: log and settings are in {folder}")
        else:
            rmtree(folder)
    for label, name in [("", ""), *ROWS]:
        cells = [_cell(name, tally, kills) if name else database for database, tally in tallies.items()]
        click.echo(f"{label:34}" + "".join(f"{cell:>15}" for cell in cells))
    broken = [f"{database}: {what}" for database, tally in tallies.items() for what in tally.broken()]
    for what in broken:
        click.echo(what, err=True)
    sys.exit(1 if broken else 0)


main(prog_name="make crash")
