"""The command `yanxin`: collects the commands; `bot.__main__` runs it."""

import click

from bot.cli.context import Group
from bot.cli.migrate import migrate


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yanxin", prog_name="yanxin")
def cli() -> None:
    """Ask each student abroad the right thing at the right local hour, and see that silence is looked after."""


cli.add_command(migrate)
