"""Whose page it is that a link of her own opens, or her private chat page: for pages that only she sees."""

from sqlalchemy import Connection
from starlette.requests import Request

from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import Person
from bot.people.store import by_id
from handlers.web import chat_door
from handlers.web.chat_door import cookie_of
from handlers.web.site import Site


def owner(conn: Connection, site: Site, request: Request, purpose: LinkPurpose, *, own: bool) -> Person | int:
    """Return who it is, or the status of the page that says why not; `own`: the way is her private chat page."""
    token = request.path_params["token"]
    if own:
        door = chat_door.look(conn, site, token, cookie_of(request))
        if door.person is None or door.status != 200:  # noqa: PLR2004 - HTTP's own number
            return door.status
        return 403 if door.address is None else door.person
    link = links.find(conn, token, purpose)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None or person.left_at is not None:
        return 404
    return person if links.is_live(link, site.real) else 410
