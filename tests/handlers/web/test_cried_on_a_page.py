"""A cry on a private page to which nobody has agreed yet: that somebody takes it is said there too, without a name."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.addresses.model import AddressState
from bot.addresses.store import addresses, put, set_state
from bot.cases.store import cases
from bot.engine import deeds
from bot.outbox.store import outbox
from bot.people.store import update_person
from handlers.links_made import invite_links
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def counsellor(town: Town) -> int:
    return town.ground.staff("C1", "counsellor", name="宋知远")


@pytest.fixture
def her(town: Town, counsellor: int) -> int:
    town.ground.staff("O1", "office", name="何敏")
    person = town.ground.student("S1", name="王雨桐", counsellor=counsellor, reachable=False)
    town.ground.trip(person)
    return person


@pytest.fixture
def path(town: Town, her: int) -> str:
    assert her
    real = town.clock.real()
    [made] = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], real))
    return made.url.removeprefix(town.app.settings.service.url)


def opened(town: Town, path: str, own: str = "是我") -> Visitor:
    """Open the page and go no further: whether it is she nobody has said yet."""
    visitor = town.visitor()
    visitor.get(path)
    visitor.press(own)
    visitor.follow()
    return visitor


def said(visitor: Visitor, path: str, text: str) -> str:
    """Write a text on the page and return how it reads then."""
    form = next(form for form in visitor.get(path).forms if "text" in form.fields)
    visitor.post(path, form.fields | {"text": text})
    return visitor.get(path).words


def take(town: Town, staff_id: int) -> None:
    def taken(conn: Any) -> None:
        case_id = conn.execute(select(cases.c.id)).scalar_one()
        assert deeds.acknowledge(conn, case_id, staff_id, town.clock.now()).done

    town.app.database.write(taken)
    step(town)


def step(town: Town) -> None:
    asyncio.run(town.app.step())


def told(town: Town, her: int) -> list[tuple[str, str]]:
    """Return where she was told that somebody takes it, and what became of that."""
    query = select(outbox.c.channel, outbox.c.state).where(
        outbox.c.person_id == her, outbox.c.template == "student/case_taken"
    )
    return town.app.database.read(lambda conn: [(row.channel, row.state) for row in conn.execute(query)])


@pytest.mark.parametrize(
    ("language", "read"),
    [("zh", "老师已经看到了，会来联系你"), ("en", "A teacher has seen it and will get in touch with you.")],
    ids=["zh", "en"],
)
def test_who_cries_before_agreeing_reads_there_that_it_was_seen(
    town: Town, path: str, her: int, counsellor: int, language: str, read: str
) -> None:
    town.app.database.write(lambda conn: update_person(conn, her, language=language))
    visitor = opened(town, path, {"zh": "是我", "en": "That is me"}[language])
    said(visitor, path, "SOS")
    take(town, counsellor)
    page = visitor.get(path).words
    assert read in page
    assert "宋知远" not in page, "whoever opened the link, it need not be she"
    assert "都看得到" not in page, "what is written before she agrees is passed on to nobody"
    assert told(town, her) == [("web", "accepted")]


def test_who_is_reached_elsewhere_reads_it_in_both_places(town: Town, path: str, her: int, counsellor: int) -> None:
    visitor = opened(town, path)
    now = town.clock.now()
    town.app.database.write(lambda conn: put(conn, her, "telegram", "bot", "7", AddressState.WORKING, now))
    said(visitor, path, "SOS")
    take(town, counsellor)
    assert sorted(channel for channel, _ in told(town, her)) == ["telegram", "web"]
    assert "老师已经看到了" in visitor.get(path).words


def test_a_page_on_which_nobody_cried_is_told_nothing(town: Town, path: str, her: int, counsellor: int) -> None:
    visitor = opened(town, path)
    other = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], town.clock.real()))
    elsewhere = opened(town, second := other[0].url.removeprefix(town.app.settings.service.url))
    said(visitor, path, "SOS")
    take(town, counsellor)
    assert "已经看到了" not in elsewhere.get(second).words
    assert told(town, her) == [("web", "accepted")]


def test_a_page_that_was_hers_before_reads_the_name(town: Town, path: str, counsellor: int) -> None:
    visitor = opened(town, path)
    visitor.press("同意")
    visitor.follow()

    def pending_again(conn: Any) -> None:
        [address_id] = conn.execute(select(addresses.c.id)).scalars()
        set_state(conn, address_id, AddressState.PENDING)

    town.app.database.write(pending_again)
    said(visitor, path, "SOS")
    take(town, counsellor)
    assert "宋知远已经看到了，会来联系你" in visitor.get(path).words


def test_whom_silence_makes_a_cry_reads_so_there_too(town: Town, path: str, her: int, counsellor: int) -> None:
    visitor = opened(town, path)
    assert "要紧急求助吗" in said(visitor, path, "求助")
    town.clock.advance(timedelta(minutes=4))
    step(town)
    assert "三分钟" in visitor.get(path).words
    take(town, counsellor)
    assert "老师已经看到了" in visitor.get(path).words
    assert told(town, her) == [("web", "accepted")]
