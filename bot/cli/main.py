"""The command `yanxin`: names the commands, each in a file of its own; `bot.__main__` runs it.

A command's file is loaded when the command is used, so that `yanxin outbox` does not wait for the parts of a service,
and `yanxin --help` for none at all.
"""

import logging
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from bot.cli.context import Group, Tool, pass_tool, share_options
from bot.logs import set_up

COMMANDS = {
    "run": ("bot.cli.run:run", "Run the service: ask, listen, deliver, watch, and serve the pages."),
    "clock": (
        "bot.cli.clock:clock",
        "Print the service's time, its speed and whether it is a rehearsal; the database says so, no service need run.",
    ),
    "check": (
        "bot.cli.check:check",
        "Check settings, channels, database, templates, programme, duty, policies and more; changes nothing.",
    ),
    "migrate": ("bot.cli.migrate:migrate", "Bring the database to this version of Yanxin."),
    "demo": (
        "bot.cli.demo:demo",
        "Fill an empty database with 24 invented students and four weeks of what they were asked and said.",
    ),
    "import": (
        "bot.cli.import_roster:import_command",
        "Import the roster FILE: an .xlsx workbook, or a folder of .csv.",
    ),
    "programme": ("bot.cli.programme:programme", "What is asked of whom and when."),
    "simulate": (
        "bot.cli.simulate:simulate_command",
        "Let the coming weeks pass on a copy: how many messages, when, how near to the limits, how many alarms.",
    ),
    "login-link": (
        "bot.cli.links:login_link",
        "Print a link that signs a member of staff in to the console; it works once, within 15 minutes.",
    ),
    "invite-link": (
        "bot.cli.links:invite_link",
        "Print an invitation per person and enabled channel, as NUMBER, channel and link with tabs between.",
    ),
    "invite-mail": (
        "bot.cli.invite_mail:invite_mail",
        "Send students a mail that asks whether they would like to begin; nothing else goes there before they agree.",
    ),
    "answer-link": ("bot.cli.links:answer_link", "Print a link to the answer page of somebody's oldest open question."),
    "calendar-link": (
        "bot.cli.links:calendar_link",
        "Print a feed of somebody's sessions for a calendar program; it is for that person alone.",
    ),
    "rollcall": (
        "bot.cli.rollcall:rollcall",
        "Ask everybody in an area whether they are safe, as an incident or a drill.",
    ),
    "sessions": ("bot.cli.session:sessions", "List the sessions under way and ahead with how many come."),
    "session": (
        "bot.cli.session:session",
        "Make, move and cancel online meetings of a branch; its members hear of each change once.",
    ),
    "regroup": (
        "bot.cli.regroup:regroup",
        "Propose temporary branches before departure by region, clock and dates; nothing happens until it is accepted.",
    ),
    "responses": ("bot.cli.responses:responses", "Print one row for every question that was asked."),
    "reports": (
        "bot.cli.reports:reports",
        "Print how reports stand, without a word of them; or write what was handed in as documents with its photos.",
    ),
    "handbook": (
        "bot.cli.handbook:handbook",
        "Write accepted reports into one document, those only whose writers have said yes.",
    ),
    "opportunities": (
        "bot.cli.opportunities:opportunities",
        "Print every opportunity, open ones first; instants are in UTC.",
    ),
    "statistics": (
        "bot.cli.statistics:statistics",
        "Print the statistics of a year, or write them into a file; each table says how it counts.",
    ),
    "api-token": ("bot.cli.api_token:api_token", "Make, list and take back tokens for programs."),
    "outbox": (
        "bot.cli.outbox:outbox",
        "Print every message that must go out with what became of it; never what it says.",
    ),
    "cases": ("bot.cli.cases:cases", "Print every case, open ones first; instants are in UTC."),
    "policies": (
        "bot.cli.policies:policies",
        "Print the policies that are shipped, every key explained; copy them into a file of your own to change them.",
    ),
    "duty": ("bot.cli.duty:duty", "Print who is on duty now and next on each rota, and when nobody will be."),
    "alarm-test": (
        "bot.cli.alarm_test:alarm_test",
        "Send a test alarm to a member of staff, to the chat and to every alarm URL, with a button or link to confirm.",
    ),
    "reach": (
        "bot.cli.reach:reach",
        "Print the students whom nothing reaches now, one row for each address, with why not and its last success.",
    ),
    "notice": (
        "bot.cli.notice:notice",
        "Print words for a group, in Chinese and English; whoever has not answered is never named.",
    ),
    "doctor": (
        "bot.cli.doctor:doctor",
        "Look at every channel (credentials, callback, clock, quota, proxy, groups): what is wrong, how to mend it.",
    ),
}
"""Where each command is, and the first sentence of its help: a list of them loads none."""


class Commands(Group):
    """The group of all commands, in the order in which they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Load a command; None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return share_options(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands as click does, but by what stands here."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, said) for name, (_, said) in COMMANDS.items()])


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
