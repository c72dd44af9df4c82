"""`yanxin doctor`: how is each channel, what is wrong with it, and how is that mended?"""

import asyncio
import secrets
from collections.abc import Sequence
from functools import partial

import click

from bot.addresses.model import PULL_ONLY, WAKE_ONLY
from bot.app import make_channels, make_robots
from bot.app.platform_rows import sent_since
from bot.channels.base import Channel
from bot.channels.checkup import Around, Checked, Finding, State, good, wrong
from bot.cli.context import Command, Tool, pass_tool
from bot.cli.links import reachable
from bot.errors import UsageError, YanxinError
from bot.outbox.model import Rendered, Result, ResultKind
from bot.platforms.store import midnight_of
from bot.rehearsal.loopback import refuse_outside
from bot.rehearsal.standing import look as standing_rehearsal
from bot.rendering.renderer import Renderer
from bot.settings import Settings
from bot.storage.database import Database
from handlers.reached_for_test import Ways, place_for_test, told, ways_for_test

WHOLE_CHANNEL = "channel"


@click.command("doctor", cls=Command)
@click.option("--to", metavar="NUMBER", help="Also send this person one test message on each of her channels.")
@pass_tool
def doctor(tool: Tool, to: str | None) -> None:
    """Look at every channel (credentials, callback, clock, quota, proxy, groups): what is wrong, how to mend it.

    Every call is harmless; only --to sends anything. Ends with 1 when something is wrong. Secrets are never printed.
    """
    settings = tool.settings
    if standing_rehearsal(settings) is not None:
        refuse_outside(settings)
    with tool.database() as database:
        settings = database.read(lambda conn: reachable(conn, settings))
        channels = make_channels(settings, tool.clock, lambda: database)
        if not channels:
            raise UsageError("No channel is enabled, so nobody can be asked; enable one under [channels].")
        ways = None if to is None else database.read(lambda conn: ways_for_test(conn, to))
        is_well = asyncio.run(_look(channels, settings, tool, database, ways))
    if not is_well:
        raise YanxinError("Something is wrong, see above.")


async def _look(
    channels: Sequence[Channel], settings: Settings, tool: Tool, database: Database, ways: Ways | None
) -> bool:
    is_well = True
    for channel in channels:
        around = await _around(channel, settings, tool, database)
        found = await _checkup(channel, around)
        if ways is not None:
            found += await _send(channel, ways, tool, database)
        await channel.close()
        for one in found:
            _print(channel.name, one)
        is_well = is_well and all(one.state is not State.WRONG for one in found)
    for robot in make_robots(settings, tool.clock):
        group = await robot.look()
        _print(robot.channel, group)
        is_well = is_well and group.state is not State.WRONG
    return is_well


async def _around(channel: Channel, settings: Settings, tool: Tool, database: Database) -> Around:
    real = tool.clock.real()
    count = partial(sent_since, channel=channel.name, account=channel.account, since=midnight_of(real))
    return Around(settings.service.url, real, await database.aread(count))


async def _checkup(channel: Channel, around: Around) -> list[Finding]:
    if not isinstance(channel, Checked):
        return []
    try:
        return list(await channel.checkup(around))
    except Exception as error:  # noqa: BLE001 - one channel's surprise must not hide the others; its text may be secret
        kind = type(error).__name__
    return [
        wrong(WHOLE_CHANNEL, f"cannot be looked at ({kind})", "the log of `yanxin run` may say more; please tell us")
    ]


async def _send(channel: Channel, ways: Ways, tool: Tool, database: Database) -> list[Finding]:
    """Send the test message on a channel, where the person has it; the journal keeps that and how it went."""
    if channel.name in PULL_ONLY | WAKE_ONLY:
        return []
    address = next((one for one in ways.addresses if one.channel == channel.name), None)
    if address is None:
        return [Finding("test message", State.OPEN, f"{ways.number} has no account here that could be written to")]
    push = await database.awrite(lambda conn: place_for_test(conn, address, tool.clock.now()))
    if push.means is None and push.left:
        why = f"only one more may go there until {ways.number} writes to us, and it is kept for what matters"
        return [Finding("test message", State.OPEN, f"not sent; {why}")]
    if push.means is None:
        return [_sent(Result(ResultKind.NOT_NOW, reason=push.why), ways.number)]
    words: Rendered = Renderer().chat("doctor", ways.language, {})
    result = await channel.send(address.external_id, words, key=f"doctor:{secrets.token_hex(8)}")
    await database.awrite(lambda conn: told(conn, address, push, result, tool.clock.now()))
    return [_sent(result, ways.number, push.left)]


def _sent(result: Result, number: str, left: int | None = None) -> Finding:
    if result.kind is ResultKind.ACCEPTED:
        room = "" if left is None else f"; {left - 1} more may go there until {number} writes to us again"
        return good("test message", f"taken; ask {number} whether it is there{room}")
    mend = {
        ResultKind.PERSON_GONE: f"this account cannot be written to any more; hand over `yanxin invite-link {number}`",
        ResultKind.ADDRESS_WRONG: f"there is no such account; hand over `yanxin invite-link {number}`",
        ResultKind.THROTTLED: "the platform asks us to wait; try again in a minute",
        ResultKind.NOT_NOW: f"the platform takes nothing for {number} now; that ends when {number} writes to us there",
        ResultKind.OUR_FAULT: "mend what is wrong above first",
    }.get(result.kind, "try again; when it stays so, see what is wrong above")
    return wrong("test message", f"not taken ({result.reason or result.kind.value})", mend)


def _print(name: str, one: Finding) -> None:
    click.echo(f"{name}: {one.what}: {one.state.value}: {one.said}", err=one.state is State.WRONG)
    if one.mend:
        click.echo(f"    {one.mend}", err=one.state is State.WRONG)
