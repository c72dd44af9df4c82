"""`yanxin alarm-test NUMBER`: would an alarm reach this person? The answer comes from the person."""

import click
from sqlalchemy import Connection

from bot.cli.context import Command, Tool, pass_tool
from bot.engine.alarm_tests import Started, start_test
from bot.engine.duty_rotas import is_present
from bot.errors import UsageError, YanxinError
from bot.people.store import by_number


@click.command("alarm-test", cls=Command)
@click.argument("number")
@pass_tool
def alarm_test(tool: Tool, number: str) -> None:
    """Send a test alarm to a member of staff, to the chat and to every alarm URL, with a button or link to confirm."""
    now = tool.clock.now()

    def work(conn: Connection) -> Started | None:
        person = by_number(conn, number)
        if person is None or not is_present(person):
            raise UsageError(f"{number}: nobody on the roster with a role of staff has this number")
        return start_test(conn, person, None, now)

    with tool.database() as database:
        started = database.write(work)
    if started is None:
        raise YanxinError(
            f"nothing reaches {number}: no account is linked (`yanxin invite-link {number}`), and the service has "
            "loaded no alarm URL (alarm_urls under [duty])"
        )
    ways = [f"chat ({started.chat})"] if started.chat else []
    ways += ["alarm URLs"] if started.rings else []
    click.echo(f"Test alarm {started.id} goes to {number} by {' and '.join(ways)}; a press there confirms it.")
    if not started.rings:
        click.echo("The service has loaded no alarm URL of this person: nothing but the chat would ring.")
