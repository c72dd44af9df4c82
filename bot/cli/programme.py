"""`yanxin programme`: loads, checks, previews and shows what is asked of whom and when."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection

from bot.cli.context import Group, Tool, pass_tool
from bot.cli.programme_lines import coming_lines, difference_lines
from bot.engine.preview import Coming, Difference, difference, preview
from bot.engine.programme_replan import go_on
from bot.errors import UsageError, YanxinError
from bot.people import store as people_store
from bot.programmes import store
from bot.programmes.model import Programme
from bot.programmes.versions import Programmes, default_text
from bot.storage.writer import Urgency
from handlers.programme_loaded import check, seed_text, start_load

MOST_DAYS = 400
FILE = click.Path(path_type=Path)


@click.group("programme", cls=Group)
def programme() -> None:
    """What is asked of whom and when."""


@programme.command("load")
@click.argument("file", type=FILE)
@pass_tool
def load_command(tool: Tool, file: Path) -> None:
    """Make FILE the running version; questions on their way keep their own."""
    text = read_file(file)
    check(text, str(file))  # mistakes need no database
    with tool.database() as database:
        now = tool.clock.now()
        programmes = Programmes()
        version_id, is_new = database.write(lambda conn: start_load(conn, text, now, programmes, source=str(file)))
        while not (done := database.write(lambda conn: go_on(conn, programmes), Urgency.BULK)).is_over:
            pass
    count = done.count
    if not is_new:
        click.echo(f"{file} is what runs already, as version {version_id}; nothing changed.")
        return
    click.echo(
        f"Version {version_id} runs now. Questions ahead: {count.inserted + count.revived} added, "
        f"{count.cancelled} withdrawn, {count.moved} carried over."
    )


@programme.command("check")
@click.argument("file", type=FILE, required=False)
@pass_tool
def check_command(tool: Tool, file: Path | None) -> None:
    """Name every mistake in FILE; without it, in the file that seeds an empty database."""
    text, source = (read_file(file), str(file)) if file is not None else seed_text(tool.settings)
    found = check(text, source)
    items = ", ".join(item.key for item in found.items)
    click.echo(f"{source} is sound; it asks: {items}.")


@programme.command("preview")
@click.argument("file", type=FILE, required=False)
@click.option("--person", "number", metavar="NUMBER", help="Only what this person would be asked.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=14, show_default=True, help="How far to look.")
@pass_tool
def preview_command(tool: Tool, file: Path | None, number: str | None, days: int) -> None:
    """List what would be asked when; with FILE, what would change against the running version too."""
    proposed = check(read_file(file), str(file)) if file is not None else None
    now = tool.clock.now()
    with tool.database(seeding=proposed is None) as database:
        coming, changed, running = database.read(lambda conn: _look(conn, proposed, number, days, now))
    for line in coming_lines(coming, days):
        click.echo(line)
    if proposed is not None:
        click.echo()
        for line in difference_lines(changed, running):
            click.echo(line)


@programme.command("show")
@click.option("--default", "shipped", is_flag=True, help="The one that is shipped, with its explanations.")
@pass_tool
def show_command(tool: Tool, *, shipped: bool) -> None:
    """Print the text of the running version."""
    if shipped:
        click.echo(default_text(), nl=False)
        return
    with tool.database(seeding=True) as database:
        text = database.read(_running_text)
    click.echo(text, nl=not text.endswith("\n"))


def _look(
    conn: Connection, proposed: Programme | None, number: str | None, days: int, now: datetime
) -> tuple[list[Coming], Difference, int | None]:
    """Return what would be asked, how that differs from the running version, and that version's number."""
    person_id = None
    if number is not None:
        person = people_store.by_number(conn, number)
        if person is None:
            raise YanxinError(f"There is nobody with the number {number!r}.")
        person_id = person.id
    try:
        running = Programmes().current(conn)
    except LookupError:
        running = None
    before = preview(conn, running, now, days, person_id) if running is not None else []
    after = preview(conn, proposed, now, days, person_id) if proposed is not None else before
    return after, difference(before, after), running.version_id if running is not None else None


def _running_text(conn: Connection) -> str:
    latest = store.latest_id(conn)
    return "" if latest is None else store.text_of(conn, latest) or ""


def read_file(file: Path) -> str:
    """Return the text of a programme file; UsageError when it cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")  # editors on Windows put a mark in front
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}); name a TOML file.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text; save it as UTF-8.") from None
