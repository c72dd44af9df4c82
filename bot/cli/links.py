"""`yanxin login-link`, `invite-link`, `answer-link`, `calendar-link`: links that a person hands to a person."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import click
from sqlalchemy import Connection

from bot.app.channels_made import kit_of
from bot.channels.base import Channel, Coded
from bot.channels.known import KNOWN
from bot.cli.context import Command, Tool, pass_tool
from bot.errors import YanxinError
from bot.settings import Settings
from bot.storage import state
from bot.storage.database import Database
from handlers.links_made import INVITED_FOR, Invitation, invite_links
from handlers.links_made import answer_link as make_answer_link
from handlers.links_made import calendar_link_of as make_calendar_link
from handlers.links_made import login_link as make_login_link


@click.command("login-link", cls=Command)
@click.argument("number")
@pass_tool
def login_link(tool: Tool, number: str) -> None:
    """Print a link that signs a member of staff in to the console; it works once, within 15 minutes."""
    real = tool.clock.real()
    with tool.database() as database:
        click.echo(database.write(lambda conn: make_login_link(conn, reachable(conn, tool.settings), number, real)))


@click.command("invite-link", cls=Command)
@click.argument("numbers", nargs=-1, required=True, metavar="NUMBER...")
@pass_tool
def invite_link(tool: Tool, numbers: tuple[str, ...]) -> None:
    """Print an invitation per person and enabled channel, as NUMBER, channel and link with tabs between.

    Each works once and for 14 days; the link to the web page stays that person's page on the device that opened it.
    """
    real = tool.clock.real()
    with tool.database() as database:
        made = database.write(
            lambda conn: invite_links(conn, reachable(conn, tool.settings), list(dict.fromkeys(numbers)), real)
        )
        for invitation in asyncio.run(_with_codes(tool, made, lambda: database)):
            click.echo(f"{invitation.number}\t{invitation.channel}\t{invitation.url}")
    for name, about in KNOWN.items():
        if about.joins and about.is_on(tool.settings):  # no link: whoever opens it is known
            for number in dict.fromkeys(numbers):
                click.echo(f"{number}\t{name}\t{about.joins.format(number=number)}")


async def _with_codes(tool: Tool, made: list[Invitation], database: Callable[[], Database]) -> list[Invitation]:
    """Let platforms make a code of each invitation that is meant for it; YanxinError when one makes none."""
    kit = kit_of(tool.settings, tool.clock, database)
    coding = {one.channel: KNOWN[one.channel].make(kit) for one in made if one.token}
    try:
        return [await _with_code(one, coding[one.channel]) if one.token else one for one in made]
    finally:
        for channel in coding.values():
            await channel.close()


async def _with_code(one: Invitation, channel: Channel) -> Invitation:
    try:
        return replace(one, url=await channel.invitation(one.token, INVITED_FOR)) if isinstance(channel, Coded) else one
    except LookupError as error:
        raise YanxinError(
            f"{KNOWN[one.channel].title} made no code to scan ({error}); "
            f"see [channels.{one.channel}] with `yanxin check`, then ask again"
        ) from None


@click.command("answer-link", cls=Command)
@click.argument("number")
@pass_tool
def answer_link(tool: Tool, number: str) -> None:
    """Print a link to the answer page of somebody's oldest open question."""
    now, real = tool.clock.now(), tool.clock.real()
    with tool.database() as database:
        click.echo(
            database.write(lambda conn: make_answer_link(conn, reachable(conn, tool.settings), number, now, real))
        )


@click.command("calendar-link", cls=Command)
@click.argument("number")
@pass_tool
def calendar_link(tool: Tool, number: str) -> None:
    """Print a feed of somebody's sessions for a calendar program; it is for that person alone.

    It works until she takes her calendar links back, with /calendar off or on her page.
    """
    real = tool.clock.real()
    with tool.database() as database:
        click.echo(database.write(lambda conn: make_calendar_link(conn, reachable(conn, tool.settings), number, real)))


def reachable(conn: Connection, settings: Settings) -> Settings:
    """Return the settings with the port on which the service has listened last: `run --port` may have moved it."""
    port = state.read(conn, state.PORT)
    return settings if port is None else settings.with_port(int(port))
