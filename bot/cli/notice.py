"""`yanxin notice`: words to paste into a group that no bot may enter, or to send into one that has a robot."""

import secrets
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import segno

from bot.cli.context import Command, Tool, pass_tool
from bot.cli.rollcall import area_of
from bot.engine.notices import Wish, context_of
from bot.errors import UsageError
from bot.rehearsal.standing import look
from bot.rendering.renderer import LANGUAGES, Renderer
from bot.views.scope import Scope
from handlers.group_told import group_named, refuse_branch, tell_group, words_of


@click.command("notice", cls=Command)
@click.option("--rollcall", "rollcall_id", type=int, metavar="ID", help="A roll-call that is on.")
@click.option("--meeting", "is_meeting", is_flag=True, help="An online meeting; --at says when.")
@click.option("--text", default="", metavar="TEXT", help="Words of your own.")
@click.option("--at", metavar="INSTANT", help="An instant to show in local times, say 2026-11-28T20:00+08:00.")
@click.option("--country", "countries", multiple=True, metavar="NAME", help="Whose local times; may be repeated.")
@click.option("--city", "cities", multiple=True, metavar="NAME[,COUNTRY]", help="The same.")
@click.option("--unit", "units", multiple=True, metavar="PATH", help="The same.")
@click.option("--branch", "branches", multiple=True, metavar="KEY", help="The same; the branch is not named.")
@click.option("--numbers", type=click.Path(path_type=Path), metavar="FILE", help="The same: one number per line.")
@click.option("--link", default="", metavar="URL", help="A link at its end.")
@click.option(
    "--qr", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.png", help="The link as a QR code."
)
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Also send it into this group of the settings.")
@click.option("--language", type=click.Choice([*LANGUAGES, "both"]), default="both", show_default=True)
@pass_tool
def notice(tool: Tool, /, **given: Any) -> None:
    """Print words for a group, in Chinese and English; whoever has not answered is never named.

    Nothing is sent, unless --group names a group with a robot: then the service that runs sends these very words there.
    """
    wish = Wish(given["rollcall_id"], given["is_meeting"], given["text"], _instant(given["at"]), given["link"])
    if given["qr"] and not wish.link:
        raise UsageError("--qr needs --link: a QR code of what?")
    groups = [group_named(tool.settings, name) for name in dict.fromkeys(given["groups"])]
    now, area = tool.clock.now(), area_of(given | {"circle": None})
    for group in groups:
        refuse_branch(group, area)
    within = Scope.everything().students(now.date())
    languages = LANGUAGES if given["language"] == "both" else (given["language"],)
    renderer, key = Renderer(rehearsal=look(tool.settings) is not None), f"notice:{secrets.token_hex(8)}"
    with tool.database() as database:
        context = database.read(lambda conn: context_of(conn, wish, area, within, now))
        text = words_of(renderer, context, languages)
        send = partial(tell_group, author_id=None, key=key, now=now, rollcall_id=wish.rollcall_id)
        database.write(lambda conn: [send(conn, group, text, context) for group in groups])
    click.echo(text)
    for group in groups:
        click.echo(f"On its way into the group {group.name} ({group.channel}); `yanxin run` sends it.", err=True)
    if given["qr"]:
        try:
            segno.make_qr(wish.link, error="m").save(str(given["qr"]), kind="png", scale=8, border=4)
        except OSError as error:
            raise UsageError(f"--qr {given['qr']}: cannot be written ({error.strerror})") from None
        click.echo(f"The QR code is in {given['qr']}.", err=True)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(f"--at {text!r} is no instant with its zone; write it like 2026-11-28T20:00+08:00")
    return found
