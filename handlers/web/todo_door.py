"""The door of the page of a student's list: whose link it is, and which checklist it opens."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from bot.engine.checklist import Checklist, checklist_of, trip_ahead
from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.local_time import local_date
from bot.people.model import Person, RoleKind
from bot.people.store import by_id
from bot.programmes.model import Programme
from handlers.web.errors import plain
from handlers.web.site import Site


@dataclass(frozen=True)
class Door:
    """A link as it is found. `status` is an HTTP status: 200 when it opens her list, which may have no checklist."""

    status: int
    person: Person | None = None
    facts: PersonFacts | None = None
    checklist: Checklist | None = None


def look(conn: Connection, site: Site, token: str) -> Door:
    """Find out what lies behind a link: 404 unknown, 410 too old or taken back."""
    link = links.find(conn, token, LinkPurpose.OWN_LIST)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None or person.left_at is not None:
        return Door(404)
    if not person.has_role(RoleKind.STUDENT):
        return Door(404)
    if not links.is_live(link, site.real):
        return Door(410, person)
    facts = load_facts(conn, [person.id])[person.id]
    trip = trip_ahead(facts, local_date(site.now, person.zone))
    checklist = None if trip is None else checklist_of(conn, trip, programme_of(conn, site))
    return Door(200, person, facts, checklist)


def programme_of(conn: Connection, site: Site) -> Programme:
    """Return the running programme."""
    return site.services.programmes.current(conn)


def closed(site: Site, request: Request, door: Door) -> Response:
    """Return the plain page for a link that opens nothing."""
    status = 404 if door.status == 200 else door.status  # noqa: PLR2004 - HTTP's own number
    return plain(site, request, status, what="todo", own=door.person.language if door.person else None)
