"""The map counts students by country and by city, at the place of the city, in the scope of whoever looks."""

import pytest

from tests.handlers.web.conftest import Town

PAGE = "/console/map"


@pytest.fixture
def her(town: Town) -> int:
    counsellor = town.ground.staff("C1", "counsellor", name="李老师")
    town.ground.staff("C2", "counsellor", name="赵老师")
    town.ground.staff("X1", "supervisor", name="周教授")
    town.ground.staff("B1", "secretary", name="书记")
    for number, city, state in (("S1", "纽约", "late"), ("S2", "New York", "open"), ("S3", "Nowhere", "open")):
        person = town.ground.student(number, counsellor=counsellor)
        town.ground.trip(person, "US", city)
        town.ground.prompt(person, state)
    position = town.ground.student("S4", counsellor=counsellor)
    town.ground.trip(position, "FR", "巴黎", "Europe/Paris")
    return counsellor


def test_countries_lead_to_their_cities_and_cities_to_the_list(town: Town, her: int) -> None:
    assert her
    visitor = town.signed_in("C1")
    page = visitor.get(PAGE)
    assert page.status == 200
    assert "美国 3" in page.words
    assert "法国 1" in page.words
    assert 'href="/console/map?country=US"' in page.text
    inside = visitor.get(f"{PAGE}?country=US")
    assert "纽约 2" in inside.words, "one city, however the roster spells it"
    assert "Nowhere 1" in inside.words
    assert "不认得" in inside.words
    assert inside.text.count("<circle") == 1
    link = inside.text.split('<th scope="row"><a href="')[1].split('"')[0].replace("&amp;", "&")
    found = visitor.get(link)
    assert "S1" in found.words
    assert "S2" in found.words
    assert "S3" not in found.words


def test_nobody_outside_of_the_scope_is_counted(town: Town, her: int) -> None:
    assert her
    page = town.signed_in("C2").get(PAGE)
    assert page.status == 200
    assert "<circle" not in page.text
    assert "美国" not in page.words


@pytest.mark.parametrize("staff", ["X1", "B1"])
def test_supervisor_and_secretary_have_no_map(town: Town, her: int, staff: str) -> None:
    assert her
    assert town.signed_in(staff).get(PAGE).status == 404


def test_what_makes_no_sense_shows_the_world(town: Town, her: int) -> None:
    assert her
    for query in ("country=usa", "country=%3Cx%3E", "country=", "country=%C3%9C%C3%9C"):
        assert "美国 3" in town.signed_in("C1").get(f"{PAGE}?{query}").words
    assert town.signed_in("C1").get(f"{PAGE}?country=ZZ").status == 200
