"""What was agreed: written by whoever looks after her, read by her too, and by nobody else."""

import pytest
from sqlalchemy import Connection, select

from bot.agreements.store import agreements
from bot.journal.store import journal
from bot.people.store import by_number
from handlers.links_made import receipt_link
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PAGE = "/console/people/S1"
WORDS = "We call every Sunday until the exam."


@pytest.fixture
def counsellor(town: Town) -> Visitor:
    her = town.ground.staff("C1", "counsellor", language="en", name="Lin")
    town.ground.staff("C2", "counsellor", language="en")
    town.ground.staff("V1", "supervisor", language="en")
    town.ground.staff("W1", "secretary", language="en")
    town.ground.staff("R1", "reader", language="en")
    town.ground.staff("O1", "office", language="en")
    person = town.ground.student("S1", counsellor=her, language="en")
    town.ground.trip(person)
    town.ground.student("S2", counsellor=her, language="en", skips_counsellor=True)
    return town.signed_in("C1")


def agree(visitor: Visitor, text: str, page: str = PAGE) -> int:
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    return visitor.post(f"{page}/agreed", {"csrf": token, "text": text}).status


def hers(town: Town) -> str:
    def link(conn: Connection) -> str:
        student = by_number(conn, "S1")
        assert student is not None
        return receipt_link(conn, town.app.settings, student.id, town.clock.real())

    return town.visitor().get(town.app.database.write(link).removeprefix(town.app.settings.service.url)).words


def actions(town: Town) -> list[str]:
    query = select(journal.c.action).where(journal.c.action.startswith("agreement.")).order_by(journal.c.id)
    return list(town.app.database.read(lambda conn: conn.execute(query).scalars()))


def test_both_read_what_was_agreed(town: Town, counsellor: Visitor) -> None:
    assert agree(counsellor, WORDS) == 303
    assert f"{WORDS} Lin" in counsellor.follow().words
    assert WORDS in town.signed_in("O1").get(PAGE).words
    assert WORDS in hers(town)
    sealed = town.app.database.read(lambda conn: conn.exec_driver_sql("SELECT text FROM agreements").scalar())
    assert WORDS not in str(sealed)
    assert "Lin wrote down what was agreed" in counsellor.get(PAGE).words


def test_done_is_said_once_and_ones_own_is_taken_back(town: Town, counsellor: Visitor) -> None:
    agree(counsellor, WORDS)
    office = town.signed_in("O1")
    office.get(PAGE)
    assert office.press("Done").status == 303
    assert "done Wed" in office.follow().words
    assert "done Wed" in hers(town)
    assert "Take back" not in office.get(PAGE).words
    token = office.get("/console/me").forms[0].fields["csrf"]
    office.post(f"{PAGE}/agreed/1", {"csrf": token, "deed": "take_back"})
    office.post(f"{PAGE}/agreed/1", {"csrf": token, "deed": "done"})
    counsellor.get(PAGE)
    assert counsellor.press("Take back").status == 303
    assert WORDS not in counsellor.follow().words
    assert actions(town) == ["agreement.written", "agreement.done", "agreement.taken_back"]


def test_nobody_else_reads_or_writes(town: Town, counsellor: Visitor) -> None:
    agree(counsellor, WORDS)
    for number in ("C2", "V1", "W1"):
        visitor = town.signed_in(number)
        assert visitor.get(PAGE).status == 404
        assert agree(visitor, "mine") == 404
        token = visitor.get("/console/me").forms[0].fields["csrf"]
        for deed in ("done", "take_back"):
            assert visitor.post(f"{PAGE}/agreed/1", {"csrf": token, "deed": deed}).status == 404
    assert agree(town.signed_in("R1"), "mine") == 403
    assert agree(counsellor, "mine", "/console/people/S2") == 404  # she wishes that he hears nothing
    assert "Write down what you agreed" not in counsellor.get("/console/people/S2").words
    office = town.signed_in("O1")
    assert agree(office, WORDS, "/console/people/S2") == 303
    assert WORDS not in counsellor.get("/console/people/S2").words
    assert "wrote down" not in counsellor.get("/console/people/S2").words
    rows = town.app.database.read(lambda conn: conn.execute(select(agreements.c.done_at)).scalars().all())
    assert rows == [None, None]


def test_a_text_that_is_too_long_is_not_lost(town: Town, counsellor: Visitor) -> None:
    long = "x" * 501
    assert agree(counsellor, long) == 400
    assert counsellor.shown is not None
    assert long in counsellor.shown.text
    assert "at most 500 characters" in counsellor.shown.words
    assert agree(counsellor, "  ") == 303
    assert actions(town) == []


def test_who_was_told_and_who_looked_is_on_the_page(town: Town, counsellor: Visitor) -> None:
    counsellor.get(PAGE)
    counsellor.press("Show the notes")
    seen = town.signed_in("O1").get(PAGE).words
    assert "Who was told what, and who looked" in seen
    assert "Lin read the notes" in seen
