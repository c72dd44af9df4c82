"""`yanxin rollcall start|status|close`: are they safe? One question to everybody in an area, by the operator."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from bot.cli.context import Group, Tool, pass_tool
from bot.engine import rollcalls as engine
from bot.engine.rollcall_areas import circle_in, city_in, country_in
from bot.engine.rollcalls import Draft
from bot.errors import UsageError
from bot.ledger import live_of
from bot.rollcalls import store
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, Reach
from bot.views.rollcall_board import Board, board, boards
from bot.views.scope import Scope

FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_REACH = {
    Reach.NOW: "reachable now",
    Reach.MAIL: "by mail only",
    Reach.LOOKS: "only when they look at their page",
    Reach.NONE: "not at all",
}


@click.group("rollcall", cls=Group)
def rollcall() -> None:
    """Ask everybody in an area whether they are safe, as an incident or a drill."""


@rollcall.command("start")
@click.option("--what", required=True, metavar="TEXT", help="What happened, as the people asked will read it.")
@click.option("--country", "countries", multiple=True, metavar="NAME", help="Everybody abroad there; may be repeated.")
@click.option("--city", "cities", multiple=True, metavar="NAME[,COUNTRY]", help="Everybody abroad there; the same.")
@click.option("--circle", metavar="LAT,LON,KM", help="Everybody whose city or last position lies in it.")
@click.option("--unit", "units", multiple=True, metavar="PATH", help="Everybody of it who is abroad.")
@click.option("--branch", "branches", multiple=True, metavar="KEY", help="Everybody of it who is abroad.")
@click.option("--numbers", type=click.Path(path_type=Path), metavar="FILE", help="A file with one number per line.")
@click.option("--drill", is_flag=True, help="A practice: every message says so, and no case follows.")
@click.option("--yes", is_flag=True, help="Start it; without this it is only counted.")
@FORM
@pass_tool
def start(tool: Tool, /, what: str, *, drill: bool, yes: bool, form: str, **given: Any) -> None:
    """Count who is in an area and how they can be reached; with --yes, ask them.

    A place and a group together narrow each other.
    """
    area, now, real = area_of(given), tool.clock.now(), tool.clock.real()
    within, live = Scope.everything().students(now.date()), live_of(tool.settings)

    def work(conn: Connection) -> Draft:
        made = engine.draft(conn, None, what, area, within, now, real, is_drill=drill, found=meant)
        if yes:
            engine.start(conn, made.rollcall.id, None, made.token, now, real)
        else:
            store.drop(conn, made.rollcall.id)
        return made

    with tool.database() as database:  # counted beside whoever writes
        meant = database.read(lambda conn: engine.counted(conn, what, area, within, now, live))
        made = database.write(work)
    if form == "json":
        counted = {reach.value: made.count.of(reach) for reach in Reach}
        found = {"rollcall": made.rollcall.id if yes else None, "drill": drill, "people": made.count.total}
        click.echo(json.dumps(found | {"reach": counted, "started": yes}, ensure_ascii=False))
        return
    reach = ", ".join(f"{made.count.of(one)} {words}" for one, words in _REACH.items())
    click.echo(f"{'Drill' if drill else 'Incident'}: {what}")
    people = "1 person" if made.count.total == 1 else f"{made.count.total} people"
    click.echo(f"{people}: {reach}.")
    if yes:
        kind = "Drill" if drill else "Roll-call"
        click.echo(f"{kind} {made.rollcall.id} has started; see how it goes: yanxin rollcall status {made.rollcall.id}")
    else:
        click.echo("Nothing was sent. Add --yes to ask them.")


@rollcall.command("status")
@click.argument("rollcall_id", type=int, required=False, metavar="[ID]")
@FORM
@pass_tool
def status(tool: Tool, rollcall_id: int | None, form: str) -> None:
    """Print the counts of a roll-call; without ID, of the latest ones."""
    _print(tool, lambda conn: _boards(conn, rollcall_id, tool.clock.now()), form)


@rollcall.command("close")
@click.argument("rollcall_id", type=int, metavar="ID")
@FORM
@pass_tool
def close(tool: Tool, rollcall_id: int, form: str) -> None:
    """Close a roll-call: nobody is asked any more, and whoever was not heard stays on a worklist."""
    now = tool.clock.now()

    def work(conn: Connection) -> list[Board]:
        engine.close(conn, rollcall_id, None, now)
        return _boards(conn, rollcall_id, now)

    _print(tool, work, form, writing=True)


def _print(tool: Tool, work: Callable[[Connection], list[Board]], form: str, *, writing: bool = False) -> None:
    with tool.database() as database:
        found = database.write(work) if writing else database.read(work)
    if form == "json":
        click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("There has been no roll-call yet.")
    for one in found:
        kind = "drill" if one.rollcall.is_drill else "incident"
        click.echo(f"{one.rollcall.id}  {kind}, {one.rollcall.state.value}: {one.rollcall.what}")
        click.echo("   " + ", ".join(f"{state} {number}" for state, number in one.counts.items() if number))


def _plain(one: Board) -> dict[str, Any]:
    opened, closed = one.rollcall.opened_at, one.rollcall.closed_at
    return {
        "rollcall": one.rollcall.id,
        "drill": one.rollcall.is_drill,
        "state": one.rollcall.state.value,
        "what": one.rollcall.what,
        "opened_at": None if opened is None else opened.isoformat(),
        "closed_at": None if closed is None else closed.isoformat(),
        "total": one.total,
        "counts": one.counts,
        "cities": [{"country": city.country, "city": city.city, "counts": city.counts} for city in one.cities],
    }


def _boards(conn: Connection, rollcall_id: int | None, now: datetime) -> list[Board]:
    if rollcall_id is None:
        return boards(conn, Scope.everything(), now)
    found = board(conn, Scope.everything(), rollcall_id, now)
    if found is None:
        raise RollcallRefused(Fault.UNKNOWN, rollcall_id)
    return [found]


def area_of(given: dict[str, Any]) -> Area:
    """Return the area that the options of a command name."""
    return Area(
        countries=tuple(country_in(text) for text in given["countries"]),
        cities=tuple(city_in(text) for text in given["cities"]),
        circle=circle_in(given["circle"]) if given["circle"] else None,
        units=given["units"],
        branches=given["branches"],
        numbers=_numbers(given["numbers"]),
    )


def _numbers(file: Path | None) -> tuple[str, ...]:
    if file is None:
        return ()
    try:
        lines = file.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({type(error).__name__}); give a text file of numbers") from None
    if not lines:
        raise UsageError(f"{file}: holds no number; write one per line")
    return tuple(dict.fromkeys(lines))
