"""The page of the digest: for its reader only, with deeds that are done once, and the link that ends it."""

from datetime import timedelta

from sqlalchemy import select

from bot.digests import store
from bot.digests.model import Every
from bot.digests.store import digest_readers
from bot.engine.digest_words import off_link
from bot.outbox.store import outbox
from tests.fakes.ground import NOW, Ground
from tests.fakes.web import Shown
from tests.handlers.web.conftest import Town


def csrf(page: Shown) -> str:
    return next(form.fields["csrf"] for form in page.forms if "csrf" in form.fields)


def late(ground: Ground, her: int, number: str = "S1") -> tuple[int, int]:
    student = ground.student(number, counsellor=her)
    ground.trip(student)
    return student, ground.prompt(student, "late", next_at=NOW)


def test_it_shows_who_needs_somebody_and_a_call_takes_her_on_once(town: Town) -> None:
    her, office = town.ground.staff("C1", "counsellor", language="en"), town.ground.staff("O1", "office", language="en")
    student, prompt = late(town.ground, her)
    visitor = town.signed_in("C1", **{"accept-language": "en"})
    page = visitor.get("/console/digest")
    assert "Name S1" in page.words
    assert "reminded, no answer yet" in page.words
    form = {"csrf": csrf(page), "student": str(student), "prompt": str(prompt), "word": "call"}
    assert visitor.post("/console/digest/act", form).status == 303
    other = town.signed_in("O1", **{"accept-language": "en"})
    seen = other.get("/console/digest")
    assert "Name C1 is on it" in seen.words
    again = other.post("/console/digest/act", form | {"csrf": csrf(seen)})
    assert again.headers["location"].startswith("/console/cases/")
    assert office != her


def test_it_says_whom_nothing_reaches_now_and_why(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor")
    student = town.ground.student("S1", name="王雨桐", counsellor=her, reachable=False)
    town.ground.trip(student)
    town.ground.address(student, channel="telegram", state="gone", reason="blocked", last_ok_at=NOW)
    town.ground.address(student, channel="mail", state="wrong", reason="bounced", position=1)
    page = town.signed_in("C1").get("/console/digest").words
    assert "现在联系不上" in page
    assert "Telegram: 已屏蔽" in page
    assert "（从没验证过）" in page[page.index("Telegram") :]


def test_two_more_days_are_given_once_and_everybody_sees_by_whom(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor", language="en")
    student, prompt = late(town.ground, her)
    visitor = town.signed_in("C1", **{"accept-language": "en"})
    form = {"csrf": csrf(visitor.get("/console/digest")), "student": str(student), "prompt": str(prompt)}
    assert visitor.post("/console/digest/act", form | {"word": "extend"}).headers["location"].endswith("said=extend")
    assert visitor.post("/console/digest/act", form | {"word": "extend"}).headers["location"].endswith("said=extended")
    assert "Name C1 gave time until Fri 20 Nov" in visitor.get("/console/digest").words


def test_a_student_out_of_scope_does_not_exist(town: Town) -> None:
    town.ground.staff("C1", "counsellor")
    student, prompt = late(town.ground, town.ground.staff("C2", "counsellor"))
    visitor = town.signed_in("C1")
    form = {
        "csrf": csrf(visitor.get("/console/digest")),
        "student": str(student),
        "prompt": str(prompt),
        "word": "call",
    }
    assert visitor.post("/console/digest/act", form).status == 404
    assert visitor.post("/console/digest/act", form | {"csrf": "forged"}).status == 403


def test_a_link_in_a_mail_opens_a_page_whose_button_ends_it(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor", language="en")
    link = town.app.database.write(lambda conn: off_link(conn, "", her, town.clock.real()))
    visitor = town.visitor(**{"accept-language": "en"})
    assert "No more digests, Name C1?" in visitor.get(link).words
    assert town.app.database.read(lambda conn: store.every_of(conn, her)) is Every.WEEKLY
    assert visitor.post(link, {"List-Unsubscribe": "One-Click"}).status == 303
    assert town.app.database.read(lambda conn: store.every_of(conn, her)) is Every.OFF
    assert "No digest comes any more" in visitor.get(link).words
    assert visitor.get("/digest/off/nothing").status == 404


def test_a_supervisor_and_a_secretary_read_nothing_of_how_anybody_is(town: Town) -> None:
    supervisor = town.ground.staff("P1", "supervisor", language="en")
    town.ground.staff("B1", "secretary", language="en")
    student, _ = late(town.ground, town.ground.staff("C2", "counsellor"))
    town.ground.case(student, "urgent")
    assert supervisor
    for number in ("P1", "B1"):
        page = town.signed_in(number, **{"accept-language": "en"}).get("/console/digest")
        assert page.status == 200
        assert "These need somebody" not in page.words
        assert "Name S1" not in page.words


def test_she_is_reminded_from_the_page_once_and_passed_on(town: Town) -> None:
    her, office = (town.ground.staff(*one, language="en") for one in (("C1", "counsellor"), ("O1", "office")))
    town.ground.address(office)
    student, prompt = late(town.ground, her)
    visitor = town.signed_in("C1", **{"accept-language": "en"})
    form = {"csrf": csrf(visitor.get("/console/digest")), "student": str(student), "prompt": str(prompt)}
    assert visitor.post("/console/digest/act", form | {"word": "remind"}).headers["location"].endswith("said=remind")
    assert visitor.post("/console/digest/act", form | {"word": "remind"}).headers["location"].endswith("said=reminded")
    page = visitor.get("/console/digest")
    assert "Name C1 has reminded" in page.words
    assert "Remind now" not in page.words
    query = select(outbox.c.template).where(outbox.c.person_id == student)
    assert town.app.database.read(lambda conn: conn.execute(query).scalars().all()) == ["checkin/reminder"]
    to_case = visitor.post("/console/digest/act", form | {"word": "pass"}).headers["location"]
    assert "Hand over To Name O1" in visitor.get(to_case).words
    again = visitor.post("/console/digest/act", form | {"word": "remind"})
    assert again.headers["location"] == to_case


def test_what_is_over_says_so_and_changes_nothing(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor", language="en")
    student = town.ground.student("S1", counsellor=her)
    town.ground.trip(student)
    prompt = town.ground.answered(student, "fine")
    visitor = town.signed_in("C1", **{"accept-language": "en"})
    form = {"csrf": csrf(visitor.get("/console/digest")), "student": str(student), "prompt": str(prompt)}
    for word in ("call", "spoken", "extend", "remind", "pass"):
        answer = visitor.post("/console/digest/act", form | {"word": word})
        assert answer.headers["location"] == "/console/digest?said=over"
    assert "It is over already. Nothing was changed." in visitor.get("/console/digest?said=over").words
    assert visitor.post("/console/digest/act", form | {"word": "delete"}).status == 400
    assert visitor.post("/console/digest/act", form | {"word": "call", "student": "x"}).status == 400


def test_the_form_keeps_how_often_it_comes_and_says_when(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor", language="en")
    town.ground.trip(town.ground.student("S1", counsellor=her))
    visitor = town.signed_in("C1", **{"accept-language": "en"})
    visitor.get("/console/digest")
    visitor.press("Every day")
    page = visitor.get("/console/digest")
    assert town.app.database.read(lambda conn: store.every_of(conn, her)) is Every.DAILY
    assert "The next one comes on Thu 19 Nov" in page.words  # today's hour is over
    visitor.press("Not at all")
    assert "No digest comes. Alarms still reach you." in visitor.get("/console/digest").words
    assert visitor.post("/console/digest/every", {"csrf": csrf(page), "every": "hourly"}).status == 400


def test_a_page_that_is_looked_at_is_a_look(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor")
    town.ground.put(digest_readers, person_id=her, every="weekly", looked_at=NOW - timedelta(days=40))
    town.signed_in("C1").get("/console/")
    seen = town.app.database.read(lambda conn: store.readers_of(conn, [her]))[her].looked_at
    assert seen == NOW
