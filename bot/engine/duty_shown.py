"""What is shown of duty: each rota now and next, the stand-ins to come, the gaps ahead. The command and the page ask.

It is plain JSON: `yanxin duty --format json` prints it as it is.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.duty import store as duty_store
from bot.duty.rules import Standing, standing
from bot.engine.duty_gaps import Gap, gaps_ahead
from bot.engine.duty_rotas import Rotas, load_rotas
from bot.people import store as people_store


def duty_shown(conn: Connection, now: datetime, days: int, only: Collection[int] | None = None) -> dict[str, Any]:
    """Return rotas, stand-ins and gaps from `now` for so many days; `only`: gaps of these students."""
    rotas = load_rotas(conn)
    return {
        "at": now.isoformat(),
        "days_ahead": days,
        "rotas": [_rota(rotas, standing(rota, now)) for rota in rotas.rotas],
        "overrides": _overrides(conn, rotas, now),
        "gaps": [gap_shown(gap) for gap in gaps_ahead(conn, now, now + timedelta(days=days), only)],
    }


def gap_shown(gap: Gap) -> dict[str, Any]:
    """Return a gap as plain JSON."""
    return {
        "start": gap.start.isoformat(),
        "end": gap.end.isoformat(),
        "city": gap.city,
        "country": gap.country,
        "zone": gap.zone,
        "students": gap.students,
    }


def _rota(rotas: Rotas, now: Standing) -> dict[str, Any]:
    return {
        "name": now.rota.name,
        "zone": now.rota.zone,
        "scope": [f"{kind}:{value}" for kind, value in now.rota.scope],
        "members": list(now.rota.members),
        "on": _person(rotas, now.on),
        "until": now.until.isoformat() if now.until else None,
        "next": _person(rotas, now.then),
        "next_at": now.then_at.isoformat() if now.then_at else None,
    }


def _person(rotas: Rotas, number: str | None) -> dict[str, Any] | None:
    """Return somebody on a rota; `present` is False for a number that is no member of staff, so that nobody is on."""
    if number is None:
        return None
    person = rotas.staff.get(number)
    return {"number": number, "name": person.name if person else "", "present": person is not None}


def _overrides(conn: Connection, rotas: Rotas, now: datetime) -> list[dict[str, Any]]:
    authors = {one.override.id: one.author_id for one in duty_store.overrides(conn)}
    names = people_store.by_ids(conn, (one for one in authors.values() if one is not None))
    found = []
    for rota in rotas.rotas:
        for override in rota.overrides:
            if override.end.instant(rota.zone) > now:
                author = names.get(authors.get(override.id) or 0)
                found.append(
                    {
                        "id": override.id,
                        "rota": rota.name,
                        "zone": rota.zone,
                        "from": override.start.instant(rota.zone).isoformat(),
                        "to": override.end.instant(rota.zone).isoformat(),
                        "who": _person(rotas, override.who),
                        "author": author.name if author else "",
                    }
                )
    return sorted(found, key=lambda one: (one["from"], one["rota"]))
