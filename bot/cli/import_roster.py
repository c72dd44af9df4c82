"""The command `import`: a roster goes in, or an empty one comes out. Registered by `bot.cli.main`."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Tool, pass_tool
from bot.programmes.versions import Programmes
from bot.roster.columns import SHEETS, TRIPS
from bot.roster.model import Change, ChangeKind, Difference, FieldChange, Value
from bot.roster.read import read_roster
from bot.roster.template import write_template
from handlers.programme_loaded import seed
from handlers.roster_handed_in import HandedIn, Wish, hand_in

_SIGNS = {ChangeKind.ADD: "+", ChangeKind.CHANGE: "~", ChangeKind.REVIVE: "^", ChangeKind.ABSENT: "-"}
_DONE = {
    ChangeKind.ADD: "added",
    ChangeKind.CHANGE: "changed",
    ChangeKind.REVIVE: "back again",
    ChangeKind.ABSENT: "gone",
}
_UNSHOWN = {"party"}
"""Fields whose values are nobody's business on a screen."""


@click.command("import", cls=Command)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print what would change and change nothing.")
@click.option(
    "--prune",
    multiple=True,
    metavar="SHEET",
    type=click.Choice(list(SHEETS)),
    help="Let go what this sheet no longer lists, say people or trips. Repeatable.",
)
@click.option(
    "--template",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write an empty .xlsx with explanations and examples, and import nothing.",
)
@pass_tool
def import_command(
    tool: Tool, file: Path | None, prune: tuple[str, ...], template: Path | None, *, dry_run: bool
) -> None:
    """Import the roster FILE: an .xlsx workbook, or a folder of .csv.

    Its sheets are people, trips, branches, branch_members; for statistics intake, targets, hosts, papers and
    online_visits; deadlines at home, expiries of passports, visas and insurances, and opportunities
    abroad. Headers are in English or Chinese. Every mistake is reported at once, and then nothing is written.
    """
    if template is not None:
        if file is not None or prune or dry_run:
            raise click.UsageError("--template goes alone: it imports nothing")
        write_template(template, tool.settings.service.language)
        click.echo(f"Wrote {template}")
        return
    if file is None:
        raise click.UsageError("name the roster to import: an .xlsx workbook or a folder of .csv")
    sheets = read_roster(file)

    mail = tool.settings.channels.mail
    now = tool.clock.now()
    wish = Wish(now, Programmes(), mail.account if mail.enabled else "", frozenset(prune), dry_run=dry_run)

    def work(conn: Connection) -> HandedIn:
        if not dry_run:  # in the same transaction: a roster that is refused leaves nothing behind
            seed(conn, tool.settings, now)
        return hand_in(conn, sheets, wish)

    with tool.database() as database:
        done = database.read(work) if dry_run else database.write(work)
    for line in report(done.found, dry_run=dry_run):
        click.echo(line)
    for mailbox, people in done.shared:
        click.echo(
            f"Warning: {' and '.join(people)} have one mail address, {mailbox}: only the first is written to there. "
            "Give the others one of their own.",
            err=True,
        )


def report(found: Difference, *, dry_run: bool) -> list[str]:
    """Return a difference as people read it: counts by sheet, then a line for each row."""
    if not found:
        return ["Nothing changes.", *_kept(found)]
    lines = ["This would change:" if dry_run else "Imported:"]
    for sheet in SHEETS:
        counts = [(len(found.of(sheet, kind)), word) for kind, word in _DONE.items()]
        told = [f"{count} {word}" for count, word in counts if count]
        same = found.same.get(sheet, 0)
        if told or same:
            lines.append(f"  {sheet}: {', '.join([*told, *([f'{same} as before'] if same else [])])}")
    lines += [_line(change) for change in found.changes]
    return [*lines, *_kept(found)]


def _kept(found: Difference) -> list[str]:
    return [
        f"Not in the file but kept: {count} of {sheet} (--prune {sheet} lets them go)"
        for sheet, count in found.kept.items()
        if count and (found.same.get(sheet) or found.of(sheet))
    ]


def _line(change: Change) -> str:
    values = change.values
    name = values.get("name") or ""
    if change.sheet == TRIPS:  # with the zone, which may have come from the city
        name = f"{values['host']}, {values['city']} ({values['zone']})"
    start = " ".join([_SIGNS[change.kind], change.sheet, *change.key, *([str(name)] if name else [])])
    if change.kind in {ChangeKind.ADD, ChangeKind.ABSENT} or not change.fields:
        return start
    return f"{start}: {', '.join(_field(field) for field in change.fields)}"


def _field(field: FieldChange) -> str:
    if field.name in _UNSHOWN:
        return f"{field.name} (changed)"
    return f"{field.name} {_shown(field.old)} → {_shown(field.new)}"


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        value = ";".join(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return " ".join(value.split()) if value else "(empty)"
