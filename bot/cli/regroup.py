"""`yanxin regroup`: proposes temporary branches for those who leave soon, or accepts what was proposed."""

import json
from datetime import timedelta
from typing import Any

import click
from sqlalchemy import Connection

from bot.branches import regroupings
from bot.branches.regroupings import Regrouping
from bot.cli.context import Command, Tool, pass_tool
from bot.engine import regrouping
from bot.errors import YanxinError
from bot.people.store import by_ids


@click.command("regroup", cls=Command)
@click.option(
    "--days", type=click.IntRange(1, 365), default=60, show_default=True, help="Who leaves within so many days."
)
@click.option("--show", is_flag=True, help="Print the proposal that is open, and make none.")
@click.option("--accept", "number", type=int, metavar="ID", help="Make the branches of this proposal.")
@pass_tool
def regroup(tool: Tool, days: int, number: int | None, *, show: bool) -> None:
    """Propose temporary branches before departure by region, clock and dates; nothing happens until it is accepted.

    The office changes a proposal in the console (/console/regroup). Prints JSON, with numbers of members.
    """
    settings, now = tool.settings.branches, tool.clock.now()

    def work(conn: Connection) -> dict[str, Any]:
        if number is not None:
            one = regroupings.open_one(conn, locked=True)
            if one is None or one.id != number:
                raise YanxinError(f"proposal {number} is not open; `yanxin regroup --show` prints the one that is")
            try:
                return {"branches": regrouping.accept(conn, one, None, now, settings.channels)}
            except ValueError as error:
                mend = "change it in the console (/console/regroup)"
                raise YanxinError(
                    f"{str(error)!r} cannot be the name of a branch: it is empty, long or taken; {mend}"
                ) from None
        found = regroupings.open_one(conn)
        if not show:
            found = regrouping.make(conn, None, now, settings.off_in, timedelta(days=days))
        return {"proposal": None} if found is None else _plain(conn, found)

    with tool.database() as database:
        found = database.write(work)
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))


def _plain(conn: Connection, one: Regrouping) -> dict[str, Any]:
    known = by_ids(conn, [person_id for group in one.groups for person_id in group.members])
    groups = [
        {
            "branch": group.key,
            "kind": group.kind,
            "region": group.region,
            "members": [known[person_id].number for person_id in group.members if person_id in known],
        }
        for group in one.groups
    ]
    return {"proposal": one.id, "groups": groups}
