"""The links that a visitor of the demo gets: into the console, and to pages of two students."""

from datetime import datetime

from sqlalchemy import Connection

from bot.demo.departures import UNDER_WAY
from bot.demo.habits import GUEST, OFFICE
from bot.errors import YanxinError
from bot.people.store import by_number
from bot.settings import Settings
from handlers.links_made import invite_links, login_link, todo_link


def lines(conn: Connection, settings: Settings, real_now: datetime) -> list[str]:
    """Make the links and return what to print; nothing when this database holds no demo."""
    try:
        console = login_link(conn, settings, OFFICE, real_now)
        chat = next(made.url for made in invite_links(conn, settings, [GUEST], real_now) if made.channel == "web")
        person = by_number(conn, UNDER_WAY)
        todo = "" if person is None else todo_link(conn, settings, person.id, real_now)
    except (YanxinError, StopIteration):
        return ["This database holds no demo; `yanxin login-link NUMBER` prints a link into the console."]
    return [
        f"Console, signed in as the programme office (once, within 15 minutes): {console}",
        f"One student's private chat page (the first device to confirm it owns it): {chat}",
        f"What another student still has to do before she leaves: {todo}",
    ]
