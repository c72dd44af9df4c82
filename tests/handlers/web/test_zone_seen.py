"""The chat page says that its device goes by another zone: one question there, and nothing is kept of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.engine.casework import raise_sos
from bot.moves.store import moves, place_asks
from bot.people.store import people
from handlers.links_made import invite_links
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_chat_page import enrolled


@pytest.fixture
def path(town: Town) -> str:
    counsellor = town.ground.staff("C1", "counsellor")
    town.ground.staff("O1", "office")
    town.ground.trip(town.ground.student("S1", counsellor=counsellor, reachable=False))
    real = town.clock.real()
    made = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], real))
    return made[0].url.removeprefix(town.app.settings.service.url)


def _says(visitor: Visitor, path: str, zone: str) -> str:
    assert visitor.post(f"{path}/zone", {"zone": zone}).status == 204
    return visitor.get(path).words


def test_another_zone_is_asked_about_once_on_this_page(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    page = visitor.get(path)
    assert f'data-zone-url="{path}/zone" data-zone="America/New_York"' in page.text
    assert "/static/where.js" in page.text
    assert "看起来" not in _says(visitor, path, "America/Toronto")
    assert "看起来你在用东京时间的地方" in _says(visitor, path, "Asia/Tokyo")
    town.clock.advance(timedelta(days=13))
    assert _says(visitor, path, "Europe/Paris").count("看起来") == 1
    town.clock.advance(timedelta(days=1))
    assert _says(visitor, path, "Europe/Paris").count("看起来") == 2
    assert town.app.database.read(lambda conn: conn.execute(select(moves)).all()) == []
    visitor.press("搬过去了")
    (said,) = town.app.database.read(lambda conn: conn.execute(select(moves.c.zone)).scalars().all())
    assert said == "Europe/Paris"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "x" * 3000])
def test_what_is_no_zone_is_nothing(town: Town, path: str, zone: str) -> None:
    assert "看起来" not in _says(enrolled(town, path), path, zone)
    assert town.app.database.read(lambda conn: conn.execute(select(place_asks)).all()) == []


def test_another_device_cannot_say_so(town: Town, path: str) -> None:
    enrolled(town, path)
    assert town.visitor().post(f"{path}/zone", {"zone": "Asia/Tokyo"}).status == 403
    assert town.app.database.read(lambda conn: conn.execute(select(place_asks)).all()) == []


def test_not_while_she_needs_help(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    query = select(people.c.id).where(people.c.number == "S1")
    her = town.app.database.read(lambda conn: conn.execute(query).scalar_one())
    town.app.database.write(lambda conn: raise_sos(conn, her, None, town.clock.now()))
    assert "看起来" not in _says(visitor, path, "Asia/Tokyo")
