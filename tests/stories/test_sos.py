"""She calls for help: at three in the night of both sides, as somebody we do not know, with the alarm's channel down;
and what is said between her and whoever looks after her.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.cases.events import case_events
from bot.people.store import by_number
from tests.fakes.alarms import FakeAlarms, running_alarms
from tests.fakes.channel import ScriptedChannel
from tests.fakes.telegram_failures import blocked, server_error
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.world import World, world_at

THREE_IN_BOTH = "2026-11-23 19:00"
"""Tuesday 03:00 in Kuala Lumpur and in Beijing."""
ROTA = {"name": "All", "zone": "Asia/Shanghai", "handover": "Mon 09:00", "since": "2026-09-07", "members": ["D1"]}


@pytest.fixture
def bells() -> Iterator[FakeAlarms]:
    with running_alarms() as alarms:
        yield alarms


@pytest.fixture
def world(tmp_path: Path, bells: FakeAlarms) -> Iterator[World]:
    urls = {"D1": [bells.ntfy("duty")], "O1": [bells.json("office")]}
    with world_at(tmp_path, THREE_IN_BOTH, more={"duty": {"rota": [ROTA], "alarm_urls": urls}}) as made:
        yield made


@pytest.fixture
def counsellor(world: World) -> Phone:
    return world.staff("C1", "counsellor")


@pytest.fixture
def duty(world: World) -> Phone:
    return world.staff("D1", "counsellor")


@pytest.fixture
def office(world: World) -> Phone:
    phone = world.staff("O1", "office")
    world._run(world.app.rounds.duty())  # the roster knows them now: they get their alarm URLs
    world.forgets()
    return phone


@pytest.fixture
def mei(world: World, counsellor: Phone, duty: Phone, office: Phone) -> Phone:
    assert len({counsellor.chat_id, duty.chat_id, office.chat_id}) == 3
    return world.student("S1", "Kuala Lumpur", "MY")


def hears(phone: Phone, *pieces: str) -> None:
    """Hear exactly one message for each piece, in whichever order they came."""
    texts = [message.text for message in phone.unheard]
    while phone.unheard:
        phone.hears()
    left = list(texts)
    for piece in pieces:
        found = next((text for text in left if piece in text), None)
        assert found is not None, f"nothing said {piece!r} at {phone.name}'s phone: {texts}"
        left.remove(found)
    assert left == [], f"more than expected at {phone.name}'s phone: {left}"


def presses(world: World, phone: Phone, label: str) -> None:
    phone.presses(label)
    world.settle()


def says(world: World, phone: Phone, text: str) -> None:
    phone.says(text)
    world.settle()


def deeds(world: World) -> list[tuple[str, str | None]]:
    query = select(case_events.c.deed, case_events.c.word).order_by(case_events.c.id)
    return world.app.database.read(lambda conn: [(row.deed, row.word) for row in conn.execute(query)])


def test_at_three_in_the_night_of_both_sides(
    world: World, bells: FakeAlarms, mei: Phone, counsellor: Phone, duty: Phone, office: Phone
) -> None:
    assert world.wall("S1") == world.wall("D1") == "Tue 2026-11-24 03:00"
    says(world, mei, "SOS")
    first = mei.hears("We are reaching the teacher on duty. In danger, first dial 999.", "+86-10-12308")
    assert first.asks_position == "Send where I am, once"
    assert mei.hears("Pressed by mistake?").labels == ["False alarm"]
    for phone in (counsellor, duty):
        phone.hears(
            "Urgent: Student S1 has called for help (Tue 24 Nov, 03:00).",
            "Where: Kuala Lumpur, Malaysia; it is Tue 24 Nov, 03:00 there",
        )
    assert office.unheard == []
    assert [len(bells.rang.get(name, [])) for name in ("duty", "office")] == [1, 0]
    assert "S1" not in bells.rang["duty"][0]
    says(world, mei, "I am in the stairwell of my dorm")
    mei.hears("Got it. Your helpers can read this. In danger, dial first.", "999")

    world.fast_forward(minutes=5)
    mei.hears("Nobody has confirmed yet; we are asking more people now and do not stop.", "In danger, first dial 999.")
    office.hears("Urgent: Student S1 has called for help")
    assert len(bells.rang["office"]) == 1

    presses(world, duty, "I will take care of it")
    hears(duty, "Thank you for taking this on.", "Student S1: I am in the stairwell of my dorm")
    hears(counsellor, "D1 of the staff is looking after Student S1 now.")
    hears(office, "D1 of the staff is looking after Student S1 now.")
    hears(mei, "D1 of the staff has seen it and will get in touch with you.\nWhatever you write here")

    world.fast_forward(minutes=2)
    mei.presses("False alarm", first_with(mei, "False alarm"))
    world.settle()
    hears(mei, "Everybody who was told now knows that it was a false alarm.")
    for phone in (counsellor, duty, office):
        hears(phone, "Student S1 says that it was a false alarm.")
    assert world.cases("S1") == [("urgent", "acknowledged")], "a button alone ends nothing"

    world.fast_forward(minutes=5)
    presses(world, duty, "We have spoken")
    hears(duty, "Noted. Thank you for looking after Student S1.")
    for phone in (counsellor, office):
        hears(phone, "The matter of Student S1 has been looked after. You can let it rest.")
    hears(mei, "This is over now, and what you write here is not passed on any more.")
    assert world.cases("S1") == [("urgent", "resolved")]
    world.fast_forward(hours=6)
    assert [len(bells.rang[name]) for name in ("duty", "office")] == [1, 1]


def first_with(phone: Phone, label: str) -> Message:
    return next(message for message in phone.sent if label in message.labels)


def test_taken_and_forgotten_it_rings_again_and_she_is_told_the_truth(
    world: World, mei: Phone, counsellor: Phone, duty: Phone, office: Phone
) -> None:
    says(world, mei, "救命")
    world.forgets()
    presses(world, counsellor, "I will take care of it")
    world.forgets()
    world.fast_forward(minutes=15)
    hears(mei, "We do not know whether C1 of the staff has reached you, so we are asking more people now")
    for phone in (counsellor, duty, office):
        hears(phone, "C1 of the staff had taken this and nothing has been noted since, so it goes to everybody again.")
    assert world.cases("S1") == [("urgent", "open")]
    says(world, mei, "SOS")  # only just told: nobody is rung twice in a minute
    assert duty.unheard == []
    world.forgets()


@pytest.mark.parametrize(
    ("language", "reaches", "back", "open_line", "sent"),
    [
        (
            "en",
            "Student S1 writes:\n",
            "D1 of the staff writes to you:\n",
            "under your name",
            "Passed on to Student S1.",
        ),
        ("zh", "Student S1写道：\n", "D1 of the staff写给你：\n", "署你的名字", "已转给Student S1。"),
    ],
)
def test_they_write_to_each_other_and_nobodys_account_is_shown(
    world: World,
    counsellor: Phone,
    office: Phone,
    language: str,
    reaches: str,
    back: str,
    open_line: str,
    sent: str,
) -> None:
    assert counsellor is not office
    duty = world.staff("D1", "counsellor", language=language)
    mei = world.student("S1", "Kuala Lumpur", "MY", language=language)
    says(world, mei, "SOS")
    world.forgets()
    duty.presses("case:1:ack")
    world.settle()
    world.forgets()
    says(world, mei, "我在宿舍楼梯间")
    mei.hears("D1 of the staff")
    duty.hears(reaches + "我在宿舍楼梯间")
    duty.presses("relay:1:write")
    world.settle()
    duty.hears(open_line, "Student S1")
    says(world, duty, "别怕，我马上给你打电话")
    duty.hears(sent)
    mei.hears(back + "别怕，我马上给你打电话")
    mei.shares(3.139, 101.6869)
    world.settle()
    mei.hears()
    where = duty.hears("Student S1")
    assert "101" not in where.text
    duty.presses("case:1:spoken")
    world.settle()
    closed = [message.text for message in duty.unheard]
    assert any("goes there no more" in text or "对话已关闭" in text for text in closed)
    world.forgets()
    says(world, duty, "再见")
    says(world, mei, "谢谢")
    assert all("谢谢" not in message.text for message in duty.unheard)
    assert all("再见" not in message.text for message in mei.unheard)
    accounts = {str(phone.chat_id) for phone in (mei, duty)}
    assert not any(number in message.text for phone in (mei, duty) for message in phone.sent for number in accounts)
    world.forgets()


def test_somebody_we_do_not_know_gets_numbers_and_the_office_hears(
    world: World, bells: FakeAlarms, counsellor: Phone, office: Phone
) -> None:
    stranger = world.telegram.phone("Lin")
    says(world, stranger, "SOS")
    stranger.hears("In danger, please dial right now:", "+86-10-12308", "write your name, your student number")
    office.hears("Urgent: somebody we do not know has called for help here (Tue 24 Nov, 03:00).", "Telegram: Lin")
    assert len(bells.rang["office"]) == 1
    says(world, stranger, "救命")
    stranger.hears("In danger, please dial right now:")
    says(world, stranger, "Lin Mei, 2023001, at Gare du Nord")
    stranger.hears("Passed on to the programme office.")
    office.hears("Lin (Telegram, linked to nobody) writes:\nLin Mei, 2023001, at Gare du Nord")
    assert office.unheard == [], "within ten minutes it is the same cry"
    world.fast_forward(minutes=11)
    says(world, stranger, "SOS")
    stranger.hears("In danger, please dial right now:")
    office.hears("Urgent: somebody we do not know")
    assert len(bells.rang["office"]) == 2
    assert counsellor.unheard == []


def test_an_alarm_that_reaches_nobody_goes_on_at_once(
    world: World, mei: Phone, counsellor: Phone, duty: Phone, office: Phone, bells: FakeAlarms
) -> None:
    bells.refuse["duty"] = 404  # and what wakes her is out of order too
    for phone in (counsellor, duty):
        world.telegram.fails("sendMessage", blocked(), phone=phone)
    world.expects_errors = True  # alarm URLs that fail are an error, and are meant to be
    says(world, mei, "SOS")
    office.hears("Urgent: Student S1 has called for help")
    assert ("lost", None) in deeds(world)
    world.forgets()


def test_while_the_channel_is_down_the_next_address_gets_a_copy(
    world: World, mei: Phone, counsellor: Phone, duty: Phone, office: Phone
) -> None:
    wecom = ScriptedChannel("wecom", "corp")
    world.app.add_channel(wecom)

    def link(conn: object) -> None:
        person = by_number(conn, "C1")  # type: ignore[arg-type]
        assert person is not None
        addresses_store.put(conn, person.id, "wecom", "corp", "wang", AddressState.WORKING, world.clock.now())  # type: ignore[arg-type]

    world.app.database.write(link)
    world.telegram.fails("sendMessage", *[server_error()] * 5, phone=counsellor)
    says(world, mei, "SOS")
    world.fast_forward(minutes=2)
    assert [text.partition("\n")[0] for text in wecom.texts] == [
        "Urgent: Student S1 has called for help (Tue 24 Nov, 03:00)."
    ]
    assert ("next_address", "wecom") in deeds(world)
    world.fast_forward(minutes=2)
    assert len(wecom.texts) == 1, "one copy for each address"
    counsellor.hears("Urgent: Student S1 has called for help")
    world.forgets()
    assert office is not duty
