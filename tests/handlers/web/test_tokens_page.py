"""The page of tokens: the office makes one, sees it once, and takes it back; nobody else finds the page."""

import re

import pytest
from sqlalchemy import select

from bot.api_tokens.store import api_tokens
from bot.journal.store import journal
from bot.people.store import roles
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town

PATH = "/console/tokens"
FIELDS = {"label": "招生系统", "may": "statistics", "days": "30"}


@pytest.fixture
def office(town: Town) -> Visitor:
    town.ground.staff("O1", "office", name="Office One", language="en")
    return town.signed_in("O1")


def made(office: Visitor, **fields: str) -> Shown:
    csrf = office.get(PATH).forms[-1].fields["csrf"]
    return office.post(PATH, FIELDS | fields | {"csrf": csrf})


def secret_in(page: Shown) -> str:
    found = re.search(r'value="(yanxin_[^"]+)"', page.text)
    assert found is not None
    return found[1]


def actions(town: Town) -> list[tuple[str, int | None]]:
    query = select(journal.c.action, journal.c.actor_id).where(journal.c.action.startswith("api_token"))
    return [(row.action, row.actor_id) for row in town.app.database.read(lambda conn: conn.execute(query).all())]


def test_a_token_is_made_shown_once_works_and_is_taken_back(town: Town, office: Visitor) -> None:
    page = made(office)
    assert page.status == 200
    assert page.headers["cache-control"] == "no-store"
    secret = secret_in(page)
    program = town.visitor(authorization=f"Bearer {secret}")
    assert program.get("/api/v1/statistics").status == 200
    assert program.get("/api/v1/responses").status == 403
    again = office.get(PATH)
    assert secret not in again.text
    assert "招生系统 · read statistics Office One O1 · works until Fri 18 Dec" in again.words
    assert office.press("Take back").status == 303
    assert program.get("/api/v1/statistics").status == 401
    assert "taken back Wed 18 Nov" in office.get(PATH).words
    assert [action for action, _ in actions(town)] == ["api_token.made", "api_token.revoked"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": " "}, "Please say which program it is for"),
        ({"label": "x" * 81}, "in at most 80 characters"),
        ({"may": "everything"}, "Please choose at least one thing"),
        ({"days": "0"}, "a number of days from 1 to 366"),
        ({"days": "367"}, "a number of days from 1 to 366"),
        ({"days": "soon"}, "a number of days from 1 to 366"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    town: Town, office: Visitor, fields: dict[str, str], said: str
) -> None:
    page = made(office, **fields)
    assert page.status == 422
    assert said in page.words
    given = FIELDS | fields
    form = page.forms[-1].fields
    assert (form["days"], form["label"]) == (given["days"], given["label"].strip())
    assert not actions(town)


def test_nobody_but_the_office_finds_the_page(town: Town, office: Visitor) -> None:
    made(office)
    staff = {"C1": "counsellor", "K1": "coordinator", "V1": "supervisor", "B1": "secretary", "R1": "reader"}
    for number, role in staff.items():
        town.ground.staff(number, role, language="en")
        visitor = town.signed_in(number)
        assert visitor.get(PATH).status == 404
        csrf = visitor.get("/console/me").forms[0].fields["csrf"]
        assert visitor.post(PATH, FIELDS | {"csrf": csrf}).status in {403, 404}
        assert visitor.post(f"{PATH}/1/revoke", {"csrf": csrf}).status in {403, 404}
    partly = town.ground.staff("O2", "office", ("country", "JP"), language="en")
    town.ground.put(roles, person_id=partly, kind="reader")
    assert town.signed_in("O2").get(PATH).status == 404
    assert len(actions(town)) == 1


def test_a_forged_form_makes_and_ends_nothing(town: Town, office: Visitor) -> None:
    made(office)
    for path in (PATH, f"{PATH}/1/revoke"):
        assert office.post(path, FIELDS | {"csrf": "forged"}).status == 403
    assert len(actions(town)) == 1


def test_whoever_takes_back_the_token_of_another_is_written_down(town: Town, office: Visitor) -> None:
    made(office)
    other = town.ground.staff("O2", "office", language="en")
    second = town.signed_in("O2")
    assert second.get(PATH).status == 200
    assert second.press("Take back").status == 303
    assert actions(town)[-1] == ("api_token.revoked", other)
    for odd in ("1", "77", str(2**70)):
        csrf = second.get(PATH).forms[0].fields["csrf"]
        assert second.post(f"{PATH}/{odd}/revoke", {"csrf": csrf}).status == 303
    assert len(actions(town)) == 2


def test_the_page_speaks_chinese_and_is_in_pages(town: Town, office: Visitor) -> None:
    town.app.database.write(
        lambda conn: conn.execute(
            api_tokens.insert(),
            [
                {
                    "token_hash": f"{place}",
                    "person_id": 1,
                    "label": f"P{place:02}",
                    "rights": "roster",
                    "created_at": town.clock.real(),
                    "expires_at": town.clock.real(),
                }
                for place in range(51)
            ],
        )
    )
    assert "1 / 2" in office.get(PATH).words
    assert "P00" in office.get(f"{PATH}?page=2").words
    town.ground.staff("O3", "office", language="zh")
    words = town.signed_in("O3").get(PATH).words
    assert "程序令牌" in words
    assert "已到期" in words
