"""The private chat page: one device owns it, and there it is a chat like any other."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.cases.store import cases
from bot.inbox.store import inbox
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.store import people
from bot.prompts.store import by_id, prompts
from handlers.links_made import invite_links
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def her(town: Town) -> int:
    counsellor = town.ground.staff("C1", "counsellor")
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", name="王雨桐", counsellor=counsellor, reachable=False)
    town.ground.trip(person)
    return person


@pytest.fixture
def path(town: Town, her: int) -> str:
    assert her
    real = town.clock.real()
    made = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], real))
    assert [one.channel for one in made] == ["web"]
    return made[0].url.removeprefix(town.app.settings.service.url)


def rows(town: Town, query: Any) -> list[Any]:
    return town.app.database.read(lambda conn: list(conn.execute(query).all()))


def step(town: Town) -> None:
    asyncio.run(town.app.step())


def enrolled(town: Town, path: str) -> Visitor:
    """Go through the enrolment as anybody would: always the first button."""
    visitor = town.visitor()
    visitor.get(path)
    visitor.press("是我")
    visitor.follow()
    visitor.press("同意")
    for _ in range(4):
        page = visitor.follow()
        offered = [form for form in page.forms if form.fields.get("message")]
        if not offered or "打卡" in page.words:
            break
        _, name, value = offered[-1].buttons[0]
        visitor.post(path, offered[-1].fields | {name: value})
    visitor.get(path)
    return visitor


def test_the_door_says_whose_page_it_is_and_tells_no_more(town: Town, path: str) -> None:
    page = town.visitor().get(path)
    assert page.status == 200
    assert "王**" in page.words
    assert "雨桐" not in page.text
    assert rows(town, select(addresses)) == []


def test_enrolment_is_the_same_dialogue_as_in_any_chat(town: Town, path: str, her: int) -> None:
    visitor = town.visitor()
    visitor.get(path)
    assert visitor.press("是我").status == 303
    page = visitor.follow()
    assert "辅导员" in page.words
    [address] = rows(town, select(addresses))
    assert (address.state, address.person_id, address.channel) == (AddressState.PENDING, her, "web")
    assert visitor.press("同意").status == 303
    [address] = rows(town, select(addresses))
    assert address.state == AddressState.WORKING
    [person] = rows(town, select(people.c.consent_at).where(people.c.id == her))
    assert person.consent_at is not None
    assert visitor.follow().status == 200


def test_another_device_finds_a_plain_page_and_nothing_else(town: Town, path: str) -> None:
    enrolled(town, path)
    other = town.visitor()
    before = len(rows(town, select(inbox.c.id)))
    pages = [
        other.get(path),
        other.get(f"{path}/lines"),
        other.post(path, {"text": "hi"}),
        other.post(f"{path}/open"),
        other.post(f"{path}/again"),
        other.post(f"{path}/seen", {"last": "9"}),
    ]
    assert {page.status for page in pages} == {403}
    assert "另一台设备" in pages[0].words
    assert "雨桐" not in pages[0].text
    assert len(rows(town, select(inbox.c.id))) == before


def test_an_invitation_that_nobody_opened_expires(town: Town, path: str) -> None:
    town.clock.advance(timedelta(days=14))
    for page in (town.visitor().get(path), town.visitor().post(f"{path}/open")):
        assert page.status == 410
        assert "辅导员" in page.words
    assert town.visitor().get("/chat/forged").status == 404


def test_a_page_that_was_opened_stays(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    town.clock.advance(timedelta(days=200))
    assert visitor.get(path).status == 200


def test_a_page_can_be_taken_back(town: Town, path: str, her: int) -> None:
    visitor = enrolled(town, path)
    real = town.clock.real()
    town.app.database.write(lambda conn: links.revoke_of(conn, her, LinkPurpose.CHAT, real))
    assert visitor.get(path).status == 410
    assert visitor.post(path, {"text": "hi"}).status == 410


def question(town: Town, path: str, her: int) -> tuple[Visitor, int]:
    """Enrol, and let the time of the first question come."""
    visitor = enrolled(town, path)
    for _ in range(20):
        due = town.app.next_due()
        assert due is not None
        town.clock.set(due)
        step(town)
        opened = rows(town, select(prompts.c.id).where(prompts.c.person_id == her, prompts.c.state == "open"))
        if opened:
            return visitor, opened[0].id
    raise AssertionError("nothing was asked")


def test_a_question_counts_as_asked_when_the_page_has_shown_it(town: Town, path: str, her: int) -> None:
    visitor, prompt = question(town, path, her)

    def asked_at() -> Any:
        found = town.app.database.read(lambda conn: by_id(conn, prompt))
        assert found is not None
        return found.asked_at

    assert asked_at() is None
    page = visitor.get(path)
    assert "hx-post" in page.text
    assert asked_at() is None
    assert visitor.post(f"{path}/seen", {"last": "0"}).status == 204
    assert asked_at() is None
    assert visitor.post(f"{path}/seen", {"last": "999999"}).status == 204
    assert asked_at() == town.clock.now()
    assert f"{path}/seen" not in visitor.get(path).text


def test_the_round_trip(town: Town, path: str, her: int) -> None:
    visitor, prompt = question(town, path, her)
    visitor.get(path)
    assert visitor.press("平安").status == 303
    page = visitor.follow()
    assert "谢谢" in page.words
    found = town.app.database.read(lambda conn: by_id(conn, prompt))
    assert found is not None
    assert (found.state, found.choice, found.answer_channel) == ("answered", "fine", "web")
    assert found.asked_at is not None


def test_the_same_form_twice_is_one_message(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    before = len(rows(town, select(inbox.c.id)))
    fields = {"nonce": "0123456789abcdef", "text": "你好"}
    assert visitor.post(path, fields).status == visitor.post(path, fields).status == 303
    assert len(rows(town, select(inbox.c.id))) == before + 1
    visitor.post(path, fields | {"text": "不一样的话"})
    assert len(rows(town, select(inbox.c.id))) == before + 2
    visitor.post(path, {"text": "没有暗号"})
    visitor.post(path, {"text": "没有暗号"})
    assert len(rows(town, select(inbox.c.id))) == before + 4
    visitor.post(path, {"text": "   "})
    assert len(rows(town, select(inbox.c.id))) == before + 4


def test_the_lines_stand_in_the_order_in_which_they_were_said(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    for words in ("第一句", "第二句"):
        visitor.post(path, {"text": words})
    text = visitor.get(path).text
    first, second = text.index("第一句"), text.index("第二句")
    assert first < text.index('class="ours"', first) < second < text.index('class="ours"', second)


def test_lines_are_only_sent_when_there_is_something_new(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    page = visitor.get(path).text
    mark = page.partition("lines?have=")[2].partition('"')[0]
    assert visitor.get(f"{path}/lines?have={mark}").status == 204
    visitor.post(path, {"text": "新的"})
    changed = visitor.get(f"{path}/lines?have={mark}")
    assert changed.status == 200
    assert "新的" in changed.text
    assert "<html" not in changed.text


def test_an_sos_opens_a_case(town: Town, path: str, her: int) -> None:
    visitor = enrolled(town, path)
    visitor.post(path, {"text": "救命"})
    assert "911" in visitor.get(path).words
    assert [case.person_id for case in rows(town, select(cases))] == [her]


def test_the_sos_button_is_there_before_she_has_agreed_to_anything(town: Town, path: str, her: int) -> None:
    visitor = town.visitor()
    visitor.get(path)
    visitor.press("是我")
    visitor.follow()
    visitor.press("紧急求助")
    step(town)
    assert [row.reason for row in rows(town, select(cases.c.reason).where(cases.c.person_id == her))] == ["urgent"]


def test_the_sos_button_is_there_after_she_has_declined(town: Town, path: str, her: int) -> None:
    visitor = town.visitor()
    visitor.get(path)
    visitor.press("是我")
    visitor.follow()
    visitor.press("先不了")
    assert "重新开始" in visitor.get(path).words
    visitor.press("紧急求助")
    step(town)
    assert [row.reason for row in rows(town, select(cases.c.reason).where(cases.c.person_id == her))] == ["urgent"]
    assert "正在联系值班老师" in visitor.get(path).words


def test_a_page_that_is_closed_says_at_least_whom_to_dial(town: Town, path: str) -> None:
    enrolled(town, path)
    for page in (town.visitor().get(path), town.visitor().get("/chat/nothing")):
        assert "112" in page.words
        assert "+86-10-12308" in page.words


def test_a_position_is_a_line_without_numbers(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    visitor.post(path, {"text": "救命"})
    assert "data-position" in visitor.get(path).text
    visitor.post(path, {"latitude": "40.7128", "longitude": "-74.0060"})
    page = visitor.get(path)
    assert "我的位置" in page.words
    assert "40.7128" not in page.text
    before = len(rows(town, select(inbox.c.id)))
    visitor.post(path, {"latitude": "nan", "longitude": "0"})
    visitor.post(path, {"latitude": "95", "longitude": "0"})
    assert len(rows(town, select(inbox.c.id))) == before


def test_what_she_writes_is_text_and_never_code(town: Town, path: str) -> None:
    visitor = enrolled(town, path)
    visitor.post(path, {"text": "<script>alert(1)</script>"})
    text = visitor.get(path).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


def test_declining_leaves_nothing_and_can_be_thought_over(town: Town, path: str) -> None:
    visitor = town.visitor()
    visitor.get(path)
    visitor.press("是我")
    visitor.follow()
    visitor.press("先不了")
    visitor.follow()
    assert [row.state for row in rows(town, select(addresses.c.state))] == [AddressState.REVOKED]
    visitor.press("重新开始")
    visitor.follow()
    visitor.press("同意")
    assert [row.state for row in rows(town, select(addresses.c.state))] == [AddressState.WORKING]


def test_a_message_that_breaks_is_kept_for_another_try(town: Town, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = enrolled(town, path)

    def broken(*_args: object) -> None:
        raise RuntimeError("a secret of somebody")

    monkeypatch.setattr("handlers.web.chat_page.process", broken)
    assert visitor.post(path, {"text": "这句会出错"}).status == 303
    assert "这句会出错" in visitor.get(path).words
    query = select(inbox.c.state, inbox.c.tries, inbox.c.error).order_by(inbox.c.id.desc()).limit(1)
    assert [tuple(row) for row in rows(town, query)] == [("new", 1, "RuntimeError")]


def test_the_newest_page_of_hers_comes_first(town: Town, path: str, her: int) -> None:
    enrolled(town, path)
    real = town.clock.real()
    again = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], real))[0]
    enrolled(town, again.url.removeprefix(town.app.settings.service.url))
    query = select(addresses.c.id).where(addresses.c.person_id == her).order_by(addresses.c.position)
    ids = [row.id for row in rows(town, query)]
    assert ids == sorted(ids, reverse=True)
    assert rows(town, select(func.count()).select_from(addresses))[0][0] == 2


def test_staff_have_a_page_too(town: Town) -> None:
    town.ground.staff("C9", "counsellor", name="李老师")
    real = town.clock.real()
    [made] = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["C9"], real))
    visitor = enrolled(town, made.url.removeprefix(town.app.settings.service.url))
    assert visitor.shown is not None
    assert visitor.shown.status == 200


def test_the_first_button_of_the_page_is_always_the_one_that_goes_on(town: Town, path: str) -> None:
    visitor = town.visitor()
    visitor.get(path)
    for _ in range(6):  # whose link it is, consent, language, clock: always the first button there is
        page = visitor.get(path)
        if "平安打卡" in page.words:
            break
        form = next(form for form in page.forms if form.buttons)
        _, name, value = form.buttons[0]
        visitor.post(form.action or path, form.fields | ({name: value} if name else {}))
        step(town)
    page = visitor.get(path)
    assert "平安打卡" in page.words  # the standing keyboard: she is linked
    assert "没看懂" not in page.words
