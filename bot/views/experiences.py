"""Accepted reports that their writers let others read: all of it for the handbook, the nameless text for a page.

What was said of a host is in neither. Of whoever has left the service, or did not say yes, nothing is found.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, Row, extract, select

from bot.people.store import people
from bot.reports.consents import May, report_consents
from bot.reports.model import Report, Stage
from bot.reports.store import from_row, reports
from bot.reports.versions import version_of
from bot.trips.store import trips

MOST_ON_PAGE = 200


@dataclass(frozen=True)
class Told:
    """One report that may be read; `name` is empty where she wants it to be."""

    report: Report
    name: str
    country: str
    host: str
    city: str
    type: str
    year: int


def told(conn: Connection, country: str = "", year: int = 0, types: Collection[str] = ()) -> list[Told]:
    """Return what may be read, by country, host and year; empty arguments mean all."""
    returned = extract("year", trips.c.returns)
    query = (
        select(
            *reports.c,
            report_consents.c.may,
            people.c.name.label("of_name"),
            trips.c.country,
            trips.c.host,
            trips.c.city,
            trips.c.type.label("of_type"),
            trips.c.returns,
        )
        .join(report_consents, report_consents.c.report_id == reports.c.id)
        .join(people, people.c.id == reports.c.person_id)
        .join(trips, trips.c.id == reports.c.trip_id)
        .where(reports.c.stage == Stage.ACCEPTED.value, report_consents.c.may != May.NO.value)
        .where(people.c.left_at.is_(None))
        .order_by(trips.c.country, trips.c.host, trips.c.returns, reports.c.id)
    )
    if country:
        query = query.where(trips.c.country == country)
    if year:
        query = query.where(returned == year)
    if types:
        query = query.where(trips.c.type.in_(sorted(types)))
    return [
        Told(
            from_row(cast("Row[Any]", row)),
            row.of_name if row.may == May.NAMED.value else "",
            row.country,
            row.host,
            row.city,
            row.of_type,
            row.returns.year,
        )
        for row in conn.execute(query)
    ]


@dataclass(frozen=True)
class Experience:
    """What somebody tells whoever goes next: no name, no day, no photo."""

    country: str
    host: str
    city: str
    year: int
    parts: list[tuple[str, str]]


def experiences(
    conn: Connection, prefilled: Collection[str], country: str = "", host: str = ""
) -> tuple[list[Experience], list[tuple[str, str]]]:
    """Return what may be read, the newest years first, and all hosts (country, name) that have something.

    The `prefilled` sections are left out: dates and moves would say who it was.
    """
    found = told(conn)
    wanted = [one for one in found if (not country or one.country == country) and (not host or one.host == host)]
    wanted.sort(key=lambda one: -one.year)
    shown = []
    for one in wanted[:MOST_ON_PAGE]:
        version = version_of(conn, one.report, one.report.version)
        parts = [] if version is None else version.parts
        texts = [(part.title, part.body) for part in parts if part.section not in prefilled]
        shown.append(Experience(one.country, one.host, one.city, one.year, texts))
    return shown, sorted({(one.country, one.host) for one in found})
