"""What `yanxin run --rehearse` does before the service runs: refuse what must not be, find start and database.

`bot.cli.run` calls `set_up`.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from bot.app import App
from bot.app.file_lock import FileTakenError
from bot.clock import RehearsalClock, SystemClock
from bot.demo.build import build, is_empty
from bot.errors import UsageError, YanxinError
from bot.rehearsal.loopback import refuse_outside
from bot.rehearsal.running import RehearsalRunning
from bot.rehearsal.taking import take, where_to_start
from bot.settings import DatabaseSection, Settings
from bot.simulation.copying import copy_file, copy_server
from bot.storage.engine import parse_url
from bot.storage.marks import mark_copy
from bot.storage.opening import open_database, sqlite_file


@dataclass(frozen=True)
class Rehearsal:
    """What was asked for: the start (None: where the clock stands, at first now), the speed, a copy to rehearse on."""

    start_at: datetime | None
    speed: float
    copy: Path | None


def set_up(settings: Settings, order: Rehearsal, *, demo: bool) -> tuple[App, RehearsalRunning]:
    """Make a service in rehearsal, filled with the demo where it is empty and that was asked for.

    UsageError when the settings lead out of this machine, the database is a real one or in use, or the start is in its
    past.
    """
    refuse_outside(settings)
    if order.copy is not None:
        settings = _on_copy(settings, order.copy)
    real = SystemClock().real()
    database = open_database(settings)
    try:
        start = database.read(lambda conn: where_to_start(conn, order.start_at, real))
        empty = database.read(is_empty)
    finally:
        database.close()
    clock = RehearsalClock(start)
    try:
        if demo and empty:
            click.echo("Making a demo: 24 students and four weeks of what they were asked and said …")
            build(settings, start)
        app = App(settings, clock, first=lambda conn: take(conn, start, order.speed, clock.real()))
    except FileTakenError:
        url = settings.database.url
        raise UsageError(
            f"Another Yanxin runs on {url.removeprefix('sqlite:///')} already: "
            "rehearse on a copy of your own with --copy FILE, or stop it first."
        ) from None
    click.echo(f"A rehearsal from {start:%Y-%m-%dT%H:%M:%SZ}, up to {order.speed:g} times as fast as real time.")
    return app, RehearsalRunning(app, clock, order.speed)


def _on_copy(settings: Settings, file: Path) -> Settings:
    """Return the settings of a copy of the database, which is made unless it is there."""
    copied = settings.model_copy(update={"database": DatabaseSection(url=f"sqlite:///{file}")})
    if file.exists():
        return copied
    original = sqlite_file(parse_url(settings.database.url))
    if original is not None and not original.exists():
        raise UsageError(f"--copy {file}: there is no database to copy; [database] url names {original}.")
    half = file.with_name(f"{file.name}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half.unlink(missing_ok=True)
        _copy(settings, half)
        half.rename(file)
    except OSError as error:
        raise YanxinError(f"--copy {file} cannot be written ({error.strerror}).") from None
    finally:
        half.unlink(missing_ok=True)
    return copied


def _copy(settings: Settings, file: Path) -> None:
    is_copied = copy_file(settings, file)
    database = open_database(settings.model_copy(update={"database": DatabaseSection(url=f"sqlite:///{file}")}))
    try:
        if not is_copied:
            copy_server(settings, database)
        database.write(mark_copy)
    finally:
        database.close()
