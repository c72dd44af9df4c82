"""The answer page: looking changes nothing, one press records, and it is for this one question alone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.cases.store import cases
from bot.errors import YanxinError
from bot.links.store import links
from bot.people.store import people
from bot.prompts.model import Prompt
from bot.prompts.store import answers, by_id, notes, update
from handlers.links_made import answer_link
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def her(town: Town) -> int:
    counsellor = town.ground.staff("C1", "counsellor")
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", counsellor=counsellor, reachable=False, consent_at=town.clock.now())
    town.ground.trip(person)
    return person


@pytest.fixture
def prompt(town: Town, her: int) -> int:
    version = town.app.database.read(lambda conn: town.app.programmes.current(conn).version_id)
    return town.ground.prompt(her, "open", version_id=version, closes_at=town.clock.now() + timedelta(days=6))


def opened(town: Town) -> Visitor:
    now = town.clock.now()
    url = town.app.database.write(lambda conn: answer_link(conn, town.app.settings, "S1", now, now))
    visitor = town.visitor()
    assert visitor.get(url.removeprefix(town.app.settings.service.url)).status == 200
    return visitor


def row(town: Town, prompt: int) -> Prompt:
    found = town.app.database.read(lambda conn: by_id(conn, prompt))
    assert found is not None
    return found


def count(town: Town, table: Any) -> int:
    return town.app.database.read(lambda conn: conn.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_press_records_and_thanks(town: Town, prompt: int) -> None:
    visitor = opened(town)
    assert visitor.shown is not None
    labels = [label for form in visitor.shown.forms for label, name, _ in form.buttons if name == "press"]
    assert [any(word in label for label in labels) for word in ("平安", "有点难", "紧急")] == [True, True, True]
    page = visitor.press("平安")
    assert page.status == 200
    assert "谢谢" in page.words
    found = row(town, prompt)
    assert (found.state, found.choice, found.answer_channel) == ("answered", "fine", "web")
    assert found.asked_at is not None


def test_a_double_press_is_one_answer_and_shows_the_same_page(town: Town, prompt: int) -> None:
    visitor = opened(town)
    before, path = visitor.shown, visitor.path
    first = visitor.press("有点难")
    visitor.shown, visitor.path = before, path
    second = visitor.press("有点难")
    assert row(town, prompt).choice == "hard"
    assert count(town, answers) == 1
    nonce = re.compile(r'name="nonce" value="\w+"')
    assert nonce.sub("", first.text) == nonce.sub("", second.text)
    assert "辅导员" in second.words


def test_a_hard_week_goes_to_whom_she_chooses_on_the_page(town: Town, prompt: int) -> None:
    visitor = opened(town)
    visitor.press("有点难")
    page = visitor.press("辅导员")
    assert row(town, prompt).share_with == "counsellor"
    assert count(town, cases) == 1
    assert "辅导员已经知道" in page.words or "辅导员" in page.words


def test_urgent_opens_a_case_and_shows_numbers(town: Town, prompt: int) -> None:
    page = opened(town).press("紧急")
    assert count(town, cases) == 1
    assert "911" in page.words
    assert row(town, prompt).choice == "urgent"


def test_an_answer_can_be_taken_back_for_two_minutes(town: Town, prompt: int) -> None:
    visitor = opened(town)
    visitor.press("平安")
    town.clock.advance(timedelta(minutes=1))
    visitor.press("撤销")
    assert row(town, prompt).choice is None


def test_words_become_a_note_on_this_question(town: Town, prompt: int) -> None:
    visitor = opened(town)
    visitor.press("平安")
    page = visitor.press("发送", text="搬家了")
    assert page.status == 200
    query = select(notes.c.prompt_id, notes.c.body)
    [note] = town.app.database.read(lambda conn: conn.execute(query).all())
    assert (note.prompt_id, note.body) == (prompt, {"text": "搬家了"})


@pytest.mark.usefixtures("prompt")
def test_urgent_words_are_a_cry_here_too(town: Town) -> None:
    visitor = opened(town)
    visitor.press("平安")
    page = visitor.press("发送", text="救命")
    assert count(town, cases) == 1
    assert "911" in page.words


@pytest.mark.parametrize("press", ["stop:yes", "answer:{other}:fine", "lang:en", "case:1:ack", "x", "answer:{own}:bad"])
def test_the_page_does_nothing_else(town: Town, her: int, prompt: int, press: str) -> None:
    other = town.ground.prompt(her, "open", opened=timedelta(days=1), occasion="other")
    visitor = opened(town)
    path = visitor.path
    if "{other}" in press:
        other, prompt = prompt, other
    assert visitor.post(path, {"press": press.format(own=prompt, other=other)}).status == 400
    assert count(town, answers) == 0
    assert visitor.post(path, {}).status == 400


@pytest.mark.usefixtures("prompt")
def test_commands_are_only_words_here(town: Town) -> None:
    visitor = opened(town)
    visitor.press("平安")
    page = visitor.press("发送", text="/mydata")
    assert "S1" not in page.words
    assert count(town, notes) == 1


def test_an_answered_question_can_be_changed_until_it_closes(town: Town, prompt: int) -> None:
    visitor = opened(town)
    path = visitor.path
    visitor.press("平安")
    assert "已经答复过" in visitor.get(path).words
    visitor.press("有点难")
    assert row(town, prompt).choice == "hard"
    town.clock.advance(timedelta(days=7))
    for page in (visitor.get(path), visitor.post(path, {"press": f"answer:{prompt}:fine"})):
        assert page.status == 410
        assert "辅导员" in page.words
    assert row(town, prompt).choice == "hard"


@pytest.mark.parametrize("state", ["withdrawn", "excused"])
def test_what_was_called_off_is_gone(town: Town, prompt: int, state: str) -> None:
    visitor = opened(town)
    town.app.database.write(lambda conn: update(conn, prompt, state=state))
    assert visitor.get(visitor.path).status == 410


@pytest.mark.parametrize("why", ["closed", "called off", "link too old"])
def test_a_page_that_is_over_still_takes_a_cry_and_says_whom_to_dial(town: Town, prompt: int, why: str) -> None:
    visitor = opened(town)
    if why == "called off":
        town.app.database.write(lambda conn: update(conn, prompt, state="withdrawn"))
    else:
        town.clock.advance(timedelta(days=7 if why == "closed" else 15))
    if why == "link too old":
        far = town.clock.now() + timedelta(days=6)
        town.app.database.write(lambda conn: update(conn, prompt, closes_at=far))
    page = visitor.get(visitor.path)
    assert page.status == 410
    assert "请拨打当地报警电话" in page.words
    assert "+86-10-12308" in page.words
    heard = visitor.press("紧急求助")
    assert (heard.status, count(town, cases)) == (200, 1)
    assert "911" in heard.words
    assert row(town, prompt).choice is None  # the question itself stays as it was


@pytest.mark.parametrize("why", ["absent", "revoked"])
def test_a_page_that_cannot_take_a_cry_offers_none(town: Town, her: int, prompt: int, why: str) -> None:
    """A button that does nothing is worse than none: whom to dial stays."""
    visitor = opened(town)
    table, condition = (people, people.c.id == her) if why == "absent" else (links, links.c.prompt_id == prompt)
    gone = {f"{why}_at": town.clock.now()}
    town.app.database.write(lambda conn: conn.execute(table.update().where(condition).values(**gone)))
    page = visitor.get(visitor.path)
    assert page.status == 404
    assert "紧急求助" not in page.words
    assert "请拨打当地报警电话" in page.words
    assert visitor.post(visitor.path, {"press": "sos:yes"}).status == 404
    assert count(town, cases) == 0


def test_a_forged_link_is_unknown(town: Town) -> None:
    assert town.visitor().get("/a/forged").status == 404
    assert town.visitor().post("/a/forged", {"press": "answer:1:fine"}).status == 404


@pytest.mark.usefixtures("her")
def test_no_link_without_an_open_question(town: Town) -> None:
    now = town.clock.now()
    with pytest.raises(YanxinError, match="S1"):
        town.app.database.write(lambda conn: answer_link(conn, town.app.settings, "S1", now, now))


def test_the_oldest_running_question_comes_first(town: Town, her: int, prompt: int) -> None:
    town.ground.prompt(her, "late", opened=timedelta(days=8), occasion="older", closes_at=None)
    town.ground.prompt(her, "missed", opened=timedelta(days=15), occasion="oldest", closes_at=None)
    visitor = opened(town)
    assert visitor.shown is not None
    [form, _sos] = [form for form in visitor.shown.forms if form.buttons and form.buttons[0][1] == "press"]
    assert form.buttons[0][2] != f"answer:{prompt}:fine"
