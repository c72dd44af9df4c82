"""Messages and the health of channels in the console: counts, the list within a scope, and what is tried again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.inbox.store import inbox
from bot.journal.store import journal
from bot.prompts.store import prompts
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PATH = "/console/messages"


@pytest.fixture
def her(town: Town) -> int:
    """Counsellor C1 with student S1, counsellor C2 with S2, and an office; each student has messages."""
    first = town.ground.staff("C1", "counsellor", language="en")
    second = town.ground.staff("C2", "counsellor", language="en")
    town.ground.staff("O1", "office", language="en")
    town.ground.staff("V1", "supervisor", language="en")
    student = town.ground.student("S1", counsellor=first, name="Mei One")
    other = town.ground.student("S2", counsellor=second, name="Lan Two")
    town.ground.message(student, None, state="failed", reason="person_gone", created_at=NOW - timedelta(hours=2))
    town.ground.message(student, None, kind="reply", created_at=NOW - timedelta(hours=2))
    town.ground.message(other, None, kind="reminder", state="waiting", accepted_at=None)
    return student


def words(visitor: Visitor, query: str = "") -> str:
    shown = visitor.get(f"{PATH}{query}")
    assert shown.status == 200
    return shown.words


def broken(town: Town, sender: str, **values: Any) -> int:
    defaults = {"channel": "web", "account": "web", "external_id": f"x{sender}", "urgent": False, "received_at": NOW}
    return town.ground.put(
        inbox,
        sender=sender,
        state="failed",
        tries=3,
        error="KeyError",
        **defaults | {"raw": {"text": "secret"}} | values,
    )


def row(town: Town, column: Any, *where: Any) -> Any:
    return town.app.database.read(lambda conn: conn.execute(select(column).where(*where)).scalars().all())


@pytest.mark.usefixtures("her")
def test_it_counts_by_channel_and_lists_by_person_without_words(town: Town) -> None:
    seen = words(town.signed_in("O1"))
    assert "Web page 1 waits · the oldest could have gone Wed 18 Nov, 02:00 a day a week delivered 1 1" in seen
    assert "not delivered 1 1" in seen
    assert "2 messages · replies to what somebody wrote are counted above and not listed" in seen
    assert "Mei One S1 Question · Web page we are blocked, or the account is closed" in seen
    assert "Lan Two S2 Reminder · Web page" in seen


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("?state=failed", "Mei One", "Lan Two"),
        ("?kind=reminder", "Lan Two", "Mei One"),
        ("?channel=telegram&state=nonsense&page=99999999", "Nothing here", "Mei One"),
    ],
)
def test_it_is_narrowed(town: Town, her: int, query: str, there: str, gone: str) -> None:
    if "telegram" in query:
        town.ground.message(her, None, key="t", channel="telegram", kind="reply")
    seen = words(town.signed_in("O1"), query)
    assert there in seen
    assert gone not in seen


@pytest.mark.usefixtures("her")
def test_a_counsellor_sees_own_students_only_and_a_supervisor_nothing(town: Town) -> None:
    seen = words(town.signed_in("C1"))
    assert "Mei One" in seen
    assert "Lan Two" not in seen
    assert "1 waits" not in seen
    assert town.signed_in("V1").get(PATH).status == 404
    assert town.visitor().get(PATH).status == 401


def test_what_belongs_to_a_hard_week_is_seen_by_whom_she_chose(town: Town, her: int) -> None:
    case = town.ground.case(her, "hard", share_with="counsellor")
    town.ground.message(her, None, key="hard", kind="notice", case_id=case)
    assert "Notice" in words(town.signed_in("C1"), "?kind=notice").split("Each message")[1].split("1 message")[1]
    assert "0 messages" in words(town.signed_in("O1"), "?kind=notice")


@pytest.mark.usefixtures("her")
def test_students_who_leave_their_counsellor_out_are_not_listed_there(town: Town) -> None:
    town.app.database.write(
        lambda conn: conn.exec_driver_sql("UPDATE people SET skips_counsellor = 1 WHERE number = 'S1'").rowcount
    )
    assert "Mei One" not in words(town.signed_in("C1"))
    assert "Mei One" in words(town.signed_in("O1"))


def test_what_was_put_aside_is_tried_again(town: Town, her: int) -> None:
    prompt = town.ground.prompt(her, "open", next_at=NOW - timedelta(minutes=1), error="KeyError")
    message = broken(town, f"web-{her}")
    stranger = broken(town, "nobody")
    teacher = town.signed_in("C1")
    seen = words(teacher)
    assert "Check-in Wed 18 Nov, 02:00 · KeyError" in seen
    assert "a message that came in by Web page Wed 18 Nov, 20:00 · KeyError" in seen
    assert "secret" not in seen
    assert "somebody unknown" not in seen
    assert teacher.press("Try again").status == 303
    assert "It is being tried again" in teacher.follow().words
    assert row(town, prompts.c.error, prompts.c.id == prompt) == [None]
    assert teacher.press("Try again").status == 303
    assert row(town, inbox.c.state, inbox.c.id == message) == ["new"]
    assert row(town, journal.c.action, journal.c.actor_id.is_not(None), journal.c.action.like("%tried%")) == [
        "prompt.tried_again",
        "inbox.tried_again",
    ]
    office = town.signed_in("O1")
    assert "somebody unknown" in words(office)
    assert office.press("Try again").status == 303
    assert row(town, inbox.c.state, inbox.c.id == stranger) == ["new"]


def test_what_does_not_lie_aside_or_is_of_others_does_not_exist(town: Town, her: int) -> None:
    broken(town, "nobody")
    fine = town.ground.prompt(her, "open")
    teacher = town.signed_in("C1")
    teacher.get("/console/responses")
    assert teacher.shown is not None
    csrf = teacher.shown.forms[0].fields["csrf"]
    for path in ("message/1", f"prompt/{fine}", "case/1", f"prompt/{2**70}", "prompt/77"):
        assert teacher.post(f"{PATH}/aside/{path}", {"csrf": csrf}).status == 404
    assert teacher.post(f"{PATH}/aside/message/1", {"csrf": "forged"}).status == 403


@pytest.mark.usefixtures("her")
def test_it_is_there_in_chinese(town: Town) -> None:
    def work(conn: Connection) -> None:
        conn.exec_driver_sql("UPDATE people SET language = 'zh' WHERE number = 'O1'")

    town.app.database.write(work)
    seen = words(town.signed_in("O1"))
    for said in ("消息", "网页", "1 条在等", "没有送达", "一周内"):
        assert said in seen
