"""What a report says as a document: its facts, its parts and which photos stand in it. Never what was said of a host.

The command, the page of a report and the handbook take it from here, after they have asked who may read it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.local_time import to_wall
from bot.people.store import by_id
from bot.places.countries import country_name
from bot.rendering.report_docx import Photo
from bot.reports.files import files_of
from bot.reports.model import File, Report, Version
from bot.reports.versions import version_of
from bot.trips.store import of_person


@dataclass(frozen=True)
class Written:
    """A version that was handed in; `facts` are what `bot.rendering.report_docx` fills in, `photos` are files.

    `titles` are those of its parts, by section.
    """

    facts: dict[str, Any]
    photos: tuple[File, ...]
    titles: Mapping[str, str]

    def pictures(self, get: Callable[[str], bytes | None]) -> list[Photo]:
        """Return the photos with the bytes that `get` finds by their digest; one whose bytes are gone is left out."""
        found = [(one, get(one.digest)) for one in self.photos]
        return [
            Photo(one.name, data, self.titles.get(one.section or "", "")) for one, data in found if data is not None
        ]


def written(conn: Connection, report: Report, language: str | None = None) -> Written | None:
    """Return the newest version that was handed in, in the words of her language or another; None without one."""
    version: Version | None = version_of(conn, report, report.version)
    person = by_id(conn, report.person_id)
    trip = next((one for one in of_person(conn, report.person_id) if one.id == report.trip_id), None)
    if version is None or person is None or trip is None:
        return None
    kept = files_of(conn, report, removed=True)
    photos = tuple(file for file in kept if file.id in version.files and file.kind == "jpeg")
    facts = {
        "name": person.name,
        "number": person.number,
        "host": trip.host,
        "city": trip.city,
        "country": country_name(trip.country, language or person.language),
        "departs": trip.departs.isoformat(),
        "returns": trip.returns.isoformat(),
        "version": version.number,
        "handed_in": f"{to_wall(version.at, person.zone):%Y-%m-%d}",
        "parts": [(part.title, part.body) for part in version.parts],
    }
    return Written(facts, photos, {part.section: part.title for part in version.parts})
