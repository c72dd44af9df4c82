"""`yanxin duty`: who is on duty now and next, when nobody will be; `duty override` and `duty cancel` for stand-ins."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Group, Tool, pass_tool
from bot.documents import store as documents
from bot.engine.duty_rotas import KIND, load_duty
from bot.engine.duty_shown import duty_shown
from bot.errors import UsageError
from bot.people.model import Person
from bot.people.store import by_number
from bot.rendering.renderer import LANGUAGES, Renderer
from bot.storage.database import Database
from bot.views.table_text import as_json
from handlers.duty_overridden import override as put_override
from handlers.duty_overridden import take_back
from handlers.settings_loaded import load_settings, read_duty

MOST_DAYS = 366


@click.group("duty", cls=Group, invoke_without_command=True)
@click.option("--at", metavar="INSTANT", help="Another instant than now, with its zone: 2026-11-21T02:00+01:00.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=14, show_default=True, help="How far to look ahead.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Without it that of the service.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def duty(context: click.Context, at: str | None, days: int, language: str | None, form: str) -> None:
    """Print who is on duty now and next on each rota, and when nobody will be."""
    if context.invoked_subcommand is not None:
        return
    tool = context.ensure_object(Tool)
    now = tool.clock.now() if at is None else _instant(at)
    wanted = read_duty(tool.settings)
    with _database(tool) as database:
        shown = database.read(lambda conn: duty_shown(conn, now, days))
        is_new = database.read(load_duty) != wanted
    if form == "json":
        click.echo(as_json([shown]), nl=False)
        return
    spoken = language or tool.settings.service.language
    click.echo(Renderer().chat("duty/shown", spoken, shown).text)
    if is_new:
        click.echo("The settings say something else by now; the service loads them when it starts again.", err=True)


@duty.command("override", cls=Command)
@click.argument("rota")
@click.option("--from", "start", required=True, metavar="TIME", help="As the rota's zone shows it: 2026-11-28 09:00.")
@click.option("--to", "end", required=True, metavar="TIME", help="Likewise; from then on the turn goes on.")
@click.option("--who", required=True, metavar="NUMBER", help="The stand-in's staff number.")
@click.option("--by", metavar="NUMBER", help="Who arranges it, for the journal; without it the operator.")
@pass_tool
def override(tool: Tool, rota: str, start: str, end: str, who: str, by: str | None) -> None:
    """Put somebody else on a ROTA for a while, whatever turn, hours and holidays say."""
    now = tool.clock.now()

    def work(conn: Connection) -> int:
        return put_override(conn, rota, start, end, who, _author(conn, by), now)

    with _database(tool) as database:
        made = database.write(work)
    click.echo(f"Override {made}: {who} is on {rota} from {start} to {end}. `yanxin duty cancel {made}` takes it back.")


@duty.command("cancel", cls=Command)
@click.argument("number", type=int, metavar="OVERRIDE")
@click.option("--by", metavar="NUMBER", help="Who does it, for the journal; without it the operator.")
@pass_tool
def cancel(tool: Tool, number: int, by: str | None) -> None:
    """Take an override back, by the number that `duty override` printed."""
    now = tool.clock.now()
    with tool.database() as database:
        if not database.write(lambda conn: take_back(conn, number, _author(conn, by), now)):
            raise UsageError(f"there is no override {number}, or it was taken back already; `yanxin duty` lists them")
    click.echo(f"Override {number} is taken back.")


@contextmanager
def _database(tool: Tool) -> Iterator[Database]:
    """Open the database; one in which no service has run yet gets the rotas of the settings."""
    with tool.database() as database:
        if database.read(lambda conn: documents.latest(conn, KIND)) is None:
            database.write(lambda conn: load_settings(conn, tool.settings, tool.clock.now()))
        yield database


def _author(conn: Connection, number: str | None) -> Person | None:
    if number is None:
        return None
    person = by_number(conn, number)
    if person is None:
        raise UsageError(f"--by {number}: nobody on the roster has this number")
    return person


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(f"--at {text!r} is no instant with its zone; write it like 2026-11-21T02:00+01:00")
    return found
