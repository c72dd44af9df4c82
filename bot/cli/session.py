"""`yanxin sessions` and `yanxin session create|move|cancel`: online meetings of branches, for scripts."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Group, Tool, pass_tool
from bot.engine import sessions as engine
from bot.engine.session_audience import OPEN
from bot.engine.session_leading import choose, could_lead
from bot.engine.session_series import cancel_following, change_following, create_all
from bot.errors import UsageError
from bot.local_time import Quiet, to_wall
from bot.programmes.versions import Programmes
from bot.sessions import store
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Session
from bot.sessions.reading import instant_in, minutes_between, zone_in
from bot.sessions.rules import Plan
from bot.sessions.series import repeat_in
from bot.views.session_list import Listed, listed_sessions

FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_STARTS = "On the wall of --zone, say 2026-10-24 20:00; or an instant with its offset."
_FOLLOWING = click.option("--following", is_flag=True, help="Also those of its series that come after it.")
_ZONE = "The zone in which the times are written; Asia/Shanghai where it is left out."


@click.command("sessions", cls=Command)
@click.option("--all", "also_past", is_flag=True, help="Also those that are over or were cancelled.")
@FORM
@pass_tool
def sessions(tool: Tool, *, also_past: bool, form: str) -> None:
    """List the sessions under way and ahead with how many come. Titles are branch matters: mind where you show this."""
    now = tool.clock.now()
    with tool.database() as database:
        found = database.read(lambda conn: listed_sessions(conn, now, also_past=also_past))
    if form == "text" and not found:
        click.echo("There is no session under way or ahead.")
    else:
        _print(found, form)


@click.group("session", cls=Group)
def session() -> None:
    """Make, move and cancel online meetings of a branch; its members hear of each change once."""


@session.command("create")
@click.option("--branch", metavar="KEY", help="Whose members are invited.")
@click.option(
    "--open-to",
    metavar="WHOM",
    help="A session outside any branch: all, unit:PATH or country:CODE, instead of --branch.",
)
@click.option("--title", required=True, metavar="TEXT", help="What it is about; not in messages, unless --open.")
@click.option("--starts-at", required=True, metavar="TIME", help=_STARTS)
@click.option("--zone", metavar="ZONE", help=_ZONE)
@click.option("--minutes", type=int, metavar="N", help="How long it lasts.")
@click.option("--ends-at", metavar="TIME", help="Its end, instead of --minutes.")
@click.option("--link", metavar="URL", help="Where to join.")
@click.option("--material", metavar="TEXT", help="What to read before.")
@click.option("--rsvp-by", metavar="TIME", help="Until when replies are asked for; a day before where it is left out.")
@click.option("--open", "is_open", is_flag=True, help="Name the title in messages; by default they are neutral.")
@click.option("--question", "questions", multiple=True, metavar="TEXT", help="One that makes it up; up to three.")
@click.option("--leader", "leaders", multiple=True, metavar="NUMBER", help="Who runs what is --open-to others.")
@click.option("--every", metavar="week|month", help="Make a series, at the same hour on the wall of --zone.")
@click.option("--times", metavar="N", help="How many sessions the series has, with the first one.")
@FORM
@pass_tool
def create(tool: Tool, /, *, branch: str | None, open_to: str | None, form: str, **given: Any) -> None:
    """Make a session and invite every member of the branch, or everybody whom it is open to."""
    if (branch is None) == (open_to is None):
        raise UsageError("Who is invited? Give --branch or --open-to, one of them")
    key = branch if branch is not None else f"{OPEN}{open_to}"
    plan, repeat = _plan(given), repeat_in(given["every"], given["times"])
    now = tool.clock.now()
    if given["leaders"] and open_to is None:
        raise UsageError("--leader is for what is --open-to others: a branch is led by its secretary")

    def work(conn: Connection, quiet: Quiet) -> list[Session]:
        unknown = sorted(set(given["leaders"]) - {number for _, number, _ in could_lead(conn)})
        if unknown:
            raise UsageError(f"No member of staff has the number {', '.join(unknown)}")
        made = create_all(conn, key, plan, repeat, None, now, quiet)
        for place, one in enumerate(made):
            choose(conn, one, given["leaders"], None, now, tells=place == 0)
        return made

    _do(tool, work, form)


@session.command("move")
@click.argument("session_id", type=int, metavar="ID")
@click.option("--starts-at", metavar="TIME", help=_STARTS)
@click.option("--zone", metavar="ZONE", help="The zone in which the times are written; as before where left out.")
@click.option("--minutes", type=int, metavar="N", help="How long it lasts.")
@click.option("--ends-at", metavar="TIME", help="Its end, instead of --minutes.")
@click.option("--link", metavar="URL", help="Where to join.")
@click.option("--rsvp-by", metavar="TIME", help="Until when replies are asked for.")
@_FOLLOWING
@FORM
@pass_tool
def move(tool: Tool, /, session_id: int, *, following: bool, form: str, **given: Any) -> None:
    """Change the hour, the length or the link; everybody invited hears the old and the new local time."""
    now = tool.clock.now()

    def work(conn: Connection, quiet: Quiet) -> list[Session]:
        changes = _changes(conn, session_id, given)
        if following:
            return change_following(conn, session_id, changes, None, now, quiet)
        return [engine.change(conn, session_id, changes, None, now, quiet)]

    _do(tool, work, form)


@session.command("cancel")
@click.argument("session_id", type=int, metavar="ID")
@_FOLLOWING
@FORM
@pass_tool
def cancel(tool: Tool, session_id: int, *, following: bool, form: str) -> None:
    """Call a session off; everybody who knows of it hears that, and nobody is reminded any more."""
    now = tool.clock.now()

    def work(conn: Connection, quiet: Quiet) -> list[Session]:
        if following:
            return cancel_following(conn, session_id, None, now, quiet)
        return [engine.cancel(conn, session_id, None, now, quiet)]

    _do(tool, work, form)


def _do(tool: Tool, work: Callable[[Connection, Quiet], list[Session]], form: str) -> None:
    now = tool.clock.now()

    def whole(conn: Connection) -> list[Listed]:
        return listed_sessions(conn, now, only=[one.id for one in work(conn, Programmes().current(conn).quiet)])

    with tool.database(seeding=True) as database:
        found = database.write(whole)
    _print(found, form)


def _plan(given: dict[str, Any]) -> Plan:
    zone = zone_in(given["zone"])
    starts_at = instant_in(given["starts_at"], zone)
    minutes = _minutes(given, starts_at, zone)
    if minutes is None:
        raise UsageError("How long does it last? Give --minutes or --ends-at")
    rsvp_by = instant_in(given["rsvp_by"], zone) if given["rsvp_by"] else None
    texts = (given["link"], given["material"])
    return Plan(given["title"], starts_at, zone, minutes, *texts, rsvp_by, not given["is_open"], given["questions"])


def _changes(conn: Connection, session_id: int, given: dict[str, Any]) -> dict[str, Any]:
    before = store.by_id(conn, session_id) if 0 < session_id < 2**63 else None
    if before is None:
        raise SessionRefused(Fault.UNKNOWN, session_id)
    zone = zone_in(given["zone"] or before.zone)
    starts_at = instant_in(given["starts_at"], zone) if given["starts_at"] else before.starts_at
    found: dict[str, Any] = {"zone": zone, "starts_at": starts_at}
    minutes = _minutes(given, starts_at, zone)
    if minutes is not None:
        found["minutes"] = minutes
    if given["link"] is not None:
        found["link"] = given["link"]
    if given["rsvp_by"]:
        found["rsvp_by"] = instant_in(given["rsvp_by"], zone)
    return found


def _minutes(given: dict[str, Any], starts_at: datetime, zone: str) -> int | None:
    if given["ends_at"] and given["minutes"] is not None:
        raise UsageError("Give --minutes or --ends-at, not both")
    if given["ends_at"]:
        return minutes_between(starts_at, instant_in(given["ends_at"], zone))
    minutes: int | None = given["minutes"]
    return minutes


def _print(found: list[Listed], form: str) -> None:
    if form == "json":
        click.echo(json.dumps([_plain(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        wall = to_wall(one.session.starts_at, one.session.zone)
        counts = one.counts
        click.echo(f"{one.session.id}  {one.session.state.value}  {wall:%Y-%m-%d %H:%M} {one.session.zone}, ", nl=False)
        click.echo(f"{_long(one.session)}  {one.branch}: {one.session.title}")
        click.echo(f"   {counts['yes']} come, {counts['maybe']} not sure, {counts['no']} do not, ", nl=False)
        click.echo(f"{counts['none']} have not replied")


def _long(session: Session) -> str:
    return "a round of 48 hours" if session.is_round else f"{session.minutes} minutes"


def _plain(one: Listed) -> dict[str, Any]:
    session = one.session
    return {
        "session": session.id,
        "branch": None if session.audience else one.branch,
        "audience": session.audience,
        "title": session.title,
        "state": session.state.value,
        "starts_at": session.starts_at.astimezone(UTC).isoformat(),
        "starts_at_local": to_wall(session.starts_at, session.zone).isoformat(),
        "zone": session.zone,
        "minutes": session.minutes,
        "link": session.link,
        "rsvp_by": session.rsvp_by.astimezone(UTC).isoformat(),
        "discreet": session.is_discreet,
        "questions": list(session.questions),
        "sequence": session.sequence,
        "series": session.series,
        "place": session.place,
        "every": session.every,
        "round": session.is_round,
        "leaders": list(one.leaders),
        "replies": one.counts,
    }
