"""The programme in the console: what runs, mistakes with their lines, what a change would do, and the press after."""

import pytest
from sqlalchemy import select

from bot.journal.store import journal
from bot.programmes.store import latest_id
from bot.programmes.versions import default_text
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PATH = "/console/programme"
WEEKLY = default_text().replace('rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"', 'rule = "FREQ=WEEKLY;BYDAY=TU"')


@pytest.fixture
def office(town: Town) -> Visitor:
    her = town.ground.staff("C1", "counsellor", language="en")
    for number, role in {"O1": "office", "R1": "reader", "V1": "supervisor"}.items():
        town.ground.staff(number, role, language="en")
    for number in ("S1", "S2"):
        person = town.ground.student(number, counsellor=her)
        town.ground.trip(person)
    return town.signed_in("O1")


def post(visitor: Visitor, text: str, path: str = PATH, **fields: str) -> int:
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    return visitor.post(path, {"csrf": token, "text": text.replace("\n", "\r\n")} | fields).status


def words(visitor: Visitor) -> str:
    assert visitor.shown is not None
    return visitor.shown.words


def version(town: Town) -> int | None:
    return town.app.database.read(latest_id)


def press(visitor: Visitor) -> int:
    """Press the last button of the preview with its hidden fields, as a browser sends them."""
    assert visitor.shown is not None
    [form] = [one for one in visitor.shown.forms if one.action == f"{PATH}/load"]
    text = visitor.shown.text.split("<textarea", 1)[1].split(">\n", 1)[1].split("</textarea>")[0]
    for code, letter in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(code, letter)
    return visitor.post(f"{PATH}/load", form.fields | {"text": text.replace("\n", "\r\n")}).status


def test_what_runs_is_said_in_plain_words(town: Town, office: Visitor) -> None:
    office.get(PATH)
    seen = words(office)
    assert "What runs now version 1" in seen
    assert "Check-in every week Tuesday for the first 4 weeks, then every 2 weeks Tuesday 18:30" in seen
    assert "reminder: 1 day later 12:30 · second channel: 2 days later 12:30" in seen
    assert "stays of 14 days or more" in seen
    assert "Nothing is sent from 22:30 to 07:00" in seen
    assert town.signed_in("R1").get(PATH).status == 200
    for number in ("C1", "V1"):
        assert town.signed_in(number).get(PATH).status == 404


def test_a_question_is_called_by_its_name_whatever_its_key_is(town: Town, office: Visitor) -> None:
    assert post(office, WEEKLY.replace('key = "checkin"', 'key = "how_are_you"')) == 200
    assert office.shown is not None
    assert '<th scope="row">Check-in</th>' in office.shown.text
    assert '<th scope="row">how_are_you</th>' not in office.shown.text
    assert version(town) == 1


def test_a_change_is_shown_and_loaded_by_the_next_press(town: Town, office: Visitor) -> None:
    assert default_text() != WEEKLY
    assert post(office, WEEKLY) == 200
    seen = words(office)
    assert "2 students are asked 2 times more" in seen
    assert "Counted for all 2 students" in seen
    assert version(town) == 1
    assert press(office) == 303
    assert version(town) == 2
    assert "It runs now" in office.follow().words
    loaded = select(journal.c.actor_id).where(journal.c.action == "programme.loaded").order_by(journal.c.id.desc())
    assert town.app.database.read(lambda conn: conn.execute(loaded).scalars().first()) is not None


def test_steps_that_move_into_the_night_are_said(office: Visitor) -> None:
    late = WEEKLY.replace('at = "18:00" }', 'at = "23:00" }')
    assert post(office, late) == 200
    assert "moves into the night" in words(office) or "move into the night" in words(office)


def test_the_running_text_changes_nothing(office: Visitor) -> None:
    assert post(office, default_text()) == 200
    assert "Nobody would notice a difference" in words(office)


def test_every_mistake_is_named_with_its_line_and_the_text_stays(town: Town, office: Visitor) -> None:
    wrong = default_text().replace('kind = "checkin"', 'kind = "chat"').replace('step = "missed"', 'step = "shout"', 1)
    assert post(office, wrong) == 400
    seen = words(office)
    line = next(number for number, one in enumerate(wrong.split("\n"), 1) if one.startswith('key = "checkin"'))
    assert f"Line {line} item" in seen
    assert "things to mend; nothing was changed" in seen
    assert "shout" in seen
    assert office.shown is not None
    assert "kind = &#34;chat&#34;" in office.shown.text
    assert post(office, '[quiet]\nstart = "22:30\n') == 400
    assert "Line 2" in words(office)
    assert version(town) == 1


def test_only_what_was_looked_at_is_loaded(town: Town, office: Visitor) -> None:
    assert post(office, WEEKLY, f"{PATH}/load", sha256="0" * 64, running="1") == 200
    assert "The text is not the one that was looked at" in words(office)
    assert press(office) == 303
    post(office, default_text())
    shown = office.shown
    post(office, WEEKLY + "\n# again\n")
    assert press(office) == 303
    office.shown = shown  # the older page is still open in another window
    assert press(office) == 200
    assert "Somebody loaded another programme in the meantime" in words(office)
    assert version(town) == 3


def test_nobody_else_loads_one(town: Town, office: Visitor) -> None:
    assert office is not None
    assert post(town.signed_in("C1"), WEEKLY) == 404
    assert post(town.signed_in("R1"), WEEKLY, f"{PATH}/load") == 403
    assert version(town) == 1


def test_a_file_is_read_and_one_that_is_no_text_is_refused(office: Visitor) -> None:
    token = office.get("/console/me").forms[0].fields["csrf"]
    for body, status, said in ((WEEKLY.encode(), 200, "students are asked"), (b"\xff\xfe\x00", 200, "not UTF-8 text")):
        parts = [
            b'--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n' + token.encode(),
            b'--b\r\ncontent-disposition: form-data; name="file"; filename="p.toml"\r\n\r\n' + body,
            b"--b--\r\n",
        ]
        sent = office.send(PATH, b"\r\n".join(parts), content_type="multipart/form-data; boundary=b")
        assert sent.status == status
        assert said in sent.words
