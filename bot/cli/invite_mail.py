"""`yanxin invite-mail`: asks students by mail whether they would like to begin."""

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Tool, pass_tool
from handlers.mail_invited import Invited, invite_by_mail, students_to_invite

_SAYS = {
    "sent": "an invitation is on its way",
    "today": "was invited today already; nothing more goes out before tomorrow",
    "already": "has agreed there already",
    "no_mail": "has no mail address on the roster",
    "no_student": "is no student; staff are reached at their address without an invitation",
    "not_usable": "has an address that cannot be used: it bounced, was taken back, or somebody else has it",
}


@click.command("invite-mail", cls=Command)
@click.argument("numbers", nargs=-1, metavar="NUMBER...")
@click.option("--all", "everybody", is_flag=True, help="Every student with a mail address who has not agreed there.")
@pass_tool
def invite_mail(tool: Tool, numbers: tuple[str, ...], *, everybody: bool) -> None:
    """Send students a mail that asks whether they would like to begin; nothing else goes there before they agree.

    The service sends it; asked twice on one day, it is sent once.
    """
    if bool(numbers) is everybody:
        raise click.UsageError("name students by number, or all of them with --all")

    def work(conn: Connection) -> list[Invited]:
        chosen = students_to_invite(conn) if everybody else list(dict.fromkeys(numbers))
        return invite_by_mail(conn, tool.settings, chosen, tool.clock.now())

    with tool.database() as database:
        done = database.write(work)
    for one in done:
        if not everybody or one.outcome != "already":
            click.echo(f"{one.number}\t{_SAYS[one.outcome]}")
