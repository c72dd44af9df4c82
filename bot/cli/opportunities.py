"""`yanxin opportunities`: what students may apply for, and how many keep each in mind."""

from datetime import UTC

import click

from bot.cli.context import Command, Tool, pass_tool
from bot.views.opportunities import Offered, for_office
from bot.views.table_text import as_csv, as_json

COLUMNS = (
    "opportunity", "state", "title", "title_en", "host", "tag", "country", "type", "funding", "due_at", "unit", "level",
    "link", "followers",
)  # fmt: skip


@click.command("opportunities", cls=Command)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@pass_tool
def opportunities(tool: Tool, form: str) -> None:
    """Print every opportunity, open ones first; instants are in UTC.

    How many keep it in mind is a number and never a name; one to four are "<5".
    """
    with tool.database() as database:
        found = database.read(lambda conn: for_office(conn, tool.clock.now()))
    rows = [_row(one) for one in found]
    click.echo(as_csv(COLUMNS, rows) if form == "csv" else as_json(rows), nl=False)


def _row(one: Offered) -> dict[str, str]:
    held = one.opportunity
    return {
        "opportunity": held.key,
        "state": "withdrawn" if held.withdrawn_at is not None else "open" if one.is_open else "closed",
        **{name: getattr(held, name) for name in COLUMNS[2:9]},
        "due_at": held.due_at.astimezone(UTC).isoformat(timespec="seconds"),
        "unit": one.unit,
        "level": ";".join(held.levels),
        "link": held.link,
        "followers": "<5" if one.followers is None else str(one.followers),
    }
