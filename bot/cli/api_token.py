"""`yanxin api-token`: gives programs of the university a token for the interface under /api/v1, and takes it back."""

import click

from bot.api_tokens import store as tokens
from bot.api_tokens.model import Right
from bot.cli.context import Command, Group, Tool, pass_tool
from bot.people.store import by_ids
from handlers.api_tokens_made import LONGEST_LABEL, MOST_DAYS, make_token, revoke_token


@click.group("api-token", cls=Group)
def api_token() -> None:
    """Make, list and take back tokens for programs."""


@api_token.command("make", cls=Command)
@click.argument("number")
@click.option(
    "--may", multiple=True, required=True, type=click.Choice([right.value for right in Right]), help="Repeatable."
)
@click.option("--label", required=True, metavar="TEXT", help="Which program it is for.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=90, show_default=True, help="How long it works.")
@pass_tool
def make(tool: Tool, number: str, may: tuple[str, ...], label: str, days: int) -> None:
    """Print a token that sees what the member of staff NUMBER sees, and does what --may says.

    It is printed this once; only its hash is stored.
    """
    rights = {Right(word) for word in may}
    now, real = tool.clock.now(), tool.clock.real()
    with tool.database() as database:
        click.echo(
            database.write(
                lambda conn: make_token(conn, number, rights, label[:LONGEST_LABEL], days, now=now, real=real)
            )
        )


@api_token.command("list", cls=Command)
@pass_tool
def show(tool: Tool) -> None:
    """Print every token, as ID, number, what it may do, label, end and state with tabs between; never the token."""
    real = tool.clock.real()
    with tool.database() as database:
        found = database.read(tokens.every)
        people = database.read(lambda conn: by_ids(conn, {token.person_id for token in found}))
    for token in found:
        state = "revoked" if token.revoked_at else "expired" if token.expires_at <= real else "works"
        rights = ",".join(sorted(token.rights))
        number = people[token.person_id].number
        click.echo(f"{token.id}\t{number}\t{rights}\t{token.label}\t{token.expires_at:%Y-%m-%d}\t{state}")


@api_token.command("revoke", cls=Command)
@click.argument("token_id", type=int, metavar="ID")
@pass_tool
def revoke(tool: Tool, token_id: int) -> None:
    """Take the token ID back at once."""
    now, real = tool.clock.now(), tool.clock.real()
    with tool.database() as database:
        database.write(lambda conn: revoke_token(conn, token_id, now=now, real=real))
    click.echo(f"Token {token_id} no longer works.")
