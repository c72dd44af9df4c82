"""What every command shares: its settings, clock and database, the options `--config` and `--debug`, exit codes.

`bot.cli.main` builds the group from it; each command takes the `Tool` with `@pass_tool`. Settings, clock and database
are imported when a command asks for them, so that `yanxin --help` answers at once.
"""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot import loading
from bot.clock import Clock, SystemClock
from bot.errors import UsageError, YanxinError

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.database import Database

DEFAULT_CONFIG = Path("config.toml")


class Tool:
    """What a command works with; settings are read at first use, so that `--help` needs none."""

    def __init__(self, config: Path | None = None, clock: Clock | None = None) -> None:
        """Take the settings file, None for `config.toml` where it exists, else the defaults."""
        self.config = config
        self.debug = False
        self._clock = clock

    @cached_property
    def settings(self) -> "Settings":
        """Return the settings; SettingsError with every mistake."""
        from bot.settings import load  # noqa: PLC0415 - see above

        path = self.config
        if path is None and DEFAULT_CONFIG.exists():
            path = DEFAULT_CONFIG
        return load(path)

    @cached_property
    def clock(self) -> Clock:
        """Return the time of the service: the machine's, or that of a rehearsal where the database belongs to one."""
        if self._clock is not None:
            return self._clock
        from bot.rehearsal.standing import StandingClock, look  # noqa: PLC0415 - see above

        standing = look(self.settings)
        return SystemClock() if standing is None else StandingClock(standing)

    @contextmanager
    def database(self, *, migrating: bool = False, seeding: bool = False) -> "Iterator[Database]":
        """Open the database, migrated, with its keys and (`seeding`) a programme, for the length of a `with`."""
        from bot.storage.opening import open_database  # noqa: PLC0415 - see above
        from handlers.programme_loaded import has_programme, seed  # noqa: PLC0415 - see above

        database = open_database(self.settings, migrating=migrating)
        try:
            if seeding and not database.read(has_programme):  # so that a roster imported first is planned at once
                database.write(lambda conn: seed(conn, self.settings, self.clock.now()))
            yield database
        finally:
            database.close()


pass_tool = click.make_pass_decorator(Tool, ensure=True)


def _set_config(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(Tool).config = value


def _set_debug(context: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's shape
    if value:
        context.ensure_object(Tool).debug = True


def shared_options() -> list[click.Option]:
    """Return the options that every command takes, before and after its name."""
    return [
        click.Option(
            ["--config"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            expose_value=False,
            callback=_set_config,
            help="The settings file; without it config.toml, else the defaults.",
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            callback=_set_debug,
            help="Show the traceback of an unexpected error.",
        ),
    ]


def share_options(command: click.Command) -> click.Command:
    """Give a command and all commands below it the shared options, where they lack them."""
    names = {parameter.name for parameter in command.params}
    command.params.extend(option for option in shared_options() if option.name not in names)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            share_options(below)
    return command


def _report(tool: Tool, error: Exception) -> int:
    """Print an error as a person reads it and return the exit code."""
    if tool.debug:
        traceback.print_exception(error, file=sys.stderr)
    elif isinstance(error, YanxinError):
        click.echo(str(error), err=True)
    else:
        lines = str(getattr(error, "orig", None) or error).splitlines()
        what = f": {lines[0]}" if lines else ""
        click.echo(f"Unexpected {type(error).__name__}{what} (--debug shows where)", err=True)
    return 2 if isinstance(error, UsageError) else 1


def guarded(context: click.Context, invoke: Callable[[], Any]) -> Any:
    """Run a command; an error becomes a plain message on stderr and exit code 1, or 2 for wrong use or settings."""
    try:
        return invoke()
    except (click.exceptions.Exit, click.ClickException, click.Abort):
        raise
    except BrokenPipeError:  # whoever reads what we print has enough of it (`| head`): click ends without a word
        raise
    except Exception as error:  # noqa: BLE001 - the one place where a command's errors end
        context.exit(_report(context.ensure_object(Tool), error))


class Command(click.Command):
    """A command with the shared options that ends with the right exit code; `@click.command(cls=Command)`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a click command takes."""
        super().__init__(*args, **kwargs)
        share_options(self)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, guarded; all that it needs is loaded by now."""
        loading.end()
        return guarded(ctx, lambda: super(Command, self).invoke(ctx))


class Group(click.Group):
    """A group of such commands; commands added to it get the shared options whatever their class."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what a click group takes."""
        super().__init__(*args, **kwargs)
        share_options(self)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command and give it the shared options."""
        super().add_command(share_options(cmd), name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command below, guarded."""
        return guarded(ctx, lambda: super(Group, self).invoke(ctx))
