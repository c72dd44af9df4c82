"""The command `yanxin`: names the commands, each in a file of its own; `bot.__main__` runs it.

A command's file is loaded when the command is used, so that `yanxin outbox` does not wait for the parts of a service.
"""

import logging
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from bot.cli.context import Group, Tool, pass_tool, share_options
from bot.logs import set_up

COMMANDS = {
    "run": "bot.cli.run:run",
    "clock": "bot.cli.clock:clock",
    "check": "bot.cli.check:check",
    "migrate": "bot.cli.migrate:migrate",
    "demo": "bot.cli.demo:demo",
    "import": "bot.cli.import_roster:import_command",
    "programme": "bot.cli.programme:programme",
    "simulate": "bot.cli.simulate:simulate_command",
    "login-link": "bot.cli.links:login_link",
    "invite-link": "bot.cli.links:invite_link",
    "invite-mail": "bot.cli.invite_mail:invite_mail",
    "answer-link": "bot.cli.links:answer_link",
    "calendar-link": "bot.cli.links:calendar_link",
    "rollcall": "bot.cli.rollcall:rollcall",
    "sessions": "bot.cli.session:sessions",
    "session": "bot.cli.session:session",
    "regroup": "bot.cli.regroup:regroup",
    "responses": "bot.cli.responses:responses",
    "reports": "bot.cli.reports:reports",
    "handbook": "bot.cli.handbook:handbook",
    "opportunities": "bot.cli.opportunities:opportunities",
    "statistics": "bot.cli.statistics:statistics",
    "api-token": "bot.cli.api_token:api_token",
    "outbox": "bot.cli.outbox:outbox",
    "cases": "bot.cli.cases:cases",
    "policies": "bot.cli.policies:policies",
    "duty": "bot.cli.duty:duty",
    "alarm-test": "bot.cli.alarm_test:alarm_test",
    "reach": "bot.cli.reach:reach",
    "notice": "bot.cli.notice:notice",
    "doctor": "bot.cli.doctor:doctor",
}


class Commands(Group):
    """The group of all commands, in the order in which they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Load a command; None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return share_options(command)


def _show_version(ctx: click.Context, _option: click.Parameter, value: Any) -> None:
    if value:
        try:
            click.echo(f"yanxin {version('yanxin')}")
        except PackageNotFoundError:
            click.echo("yanxin, not installed")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version, help="Show it.")
@pass_tool
def cli(_tool: Tool) -> None:
    """Ask each student abroad the right thing at the right local hour, and see that silence is looked after."""
    set_up(level=logging.WARNING)
