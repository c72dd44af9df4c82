"""The door of the page on which a student writes her report: whose link it is, and which report it opens."""

from dataclasses import dataclass

from sqlalchemy import Connection

from bot.engine.study_begun import newest_study
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import Person
from bot.people.store import by_id
from bot.reports.model import WRITABLE, Form, Report
from bot.reports.store import of_person
from handlers.web.site import Site


@dataclass(frozen=True)
class Door:
    """A link as it is found. `status` is an HTTP status: 200 when it opens a report."""

    status: int
    person: Person | None = None
    report: Report | None = None


def look(conn: Connection, site: Site, token: str) -> Door:
    """Find out what lies behind a link: 404 unknown, 410 too old or taken back.

    The link to a member's own page opens her study report, every other one her report about a stay.
    """
    link = links.find(conn, token, LinkPurpose.REPORT)
    form = Form.STAY if link else Form.STUDY
    link = link or links.find(conn, token, LinkPurpose.MINE)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None or person.left_at is not None:
        return Door(404)
    if not links.is_live(link, site.real):
        return Door(410, person)
    report = newest_study(conn, person.id) if form is Form.STUDY else _newest(conn, person.id)
    return Door(404, person) if report is None else Door(200, person, report)


def _newest(conn: Connection, person_id: int) -> Report | None:
    mine = of_person(conn, person_id)
    writable = [one for one in mine if one.stage in WRITABLE]
    return next(iter(writable or mine), None)
