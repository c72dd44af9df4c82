"""Enrolment, a question and its answer through the whole service, against a Telegram that nobody here wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.service import ShiftedClock, running_service
from tests.fakes.telegram_peer import Peer, PeerPhone, running_peer

pytestmark = pytest.mark.node
TUESDAY_FIVE_IN_NEW_YORK = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
PEOPLE = """number,name,unit,role,language,counsellor
C1,Wang Li,University,counsellor,en,
S1,Lin Mei,University,student,en,C1
"""
TRIPS = """trip,number,host,city,country,departs,returns,type
T1,S1,Columbia University,New York,US,2026-09-01,2027-06-30,exchange
"""


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer() as running:
        yield running


def presses_on_until(phone: PeerPhone, words: str) -> None:
    """Go on with the first button of whatever is shown, as every dialogue promises, until these words arrive."""
    pressed: set[int] = set()

    def go() -> bool:
        messages = phone.sent()
        if any(words in message["text"] for message in messages):
            return True
        for message in messages:
            rows = (message.get("reply_markup") or {}).get("inline_keyboard")
            if rows and message["message_id"] not in pressed:
                pressed.add(message["message_id"])
                phone.presses(rows[0][0]["text"])
        return False

    phone.peer.wait_for(go, f"{words!r} on {phone.chat_id}")


def test_a_student_links_her_account_is_asked_and_answers(peer: Peer, tmp_path: Path) -> None:
    telegram = {"enabled": True, "token": peer.token, "bot_username": "TestNameBot", "api_url": peer.url}
    clock = ShiftedClock(TUESDAY_FIVE_IN_NEW_YORK)
    with running_service(tmp_path, clock, channels={"telegram": telegram}) as service:
        service.imports(people=PEOPLE, trips=TRIPS)
        mei = peer.phone(5_000_000_001)
        mei.says(f"/start {service.invites('S1')['telegram']}")
        mei.hears("This invitation is for")
        presses_on_until(mei, "All set")

        clock.advance(timedelta(hours=1, minutes=31))
        question = mei.hears("How has your week been?")
        mei.presses("Fine")
        mei.hears("thank you for telling us")
        peer.wait_for(
            lambda: any(
                one["message_id"] == question["message_id"] and "Answered" in one["text"] for one in mei.sent()
            ),
            "the question to say that it was answered",
        )
        (row,) = service.responses()
    assert (row["number"], row["state"], row["answer"], row["channel"]) == ("S1", "answered", "fine", "telegram")
    assert row["opened_local"].startswith("2026-11-24T18:30")
