"""The main job in people's words: she is asked, presses a button or writes, and the right people hear of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.page import Page
from bot.people.store import by_number
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.world import World, instant, world_at

MONDAY = "2026-11-23 12:00"
QUESTION = "How has your week been?"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, MONDAY) as made:
        yield made


@pytest.fixture
def counsellor(world: World) -> Phone:
    return world.staff("C1", "counsellor")


@pytest.fixture
def office(world: World) -> Phone:
    return world.staff("O1", "office")


@pytest.fixture
def mei(world: World, counsellor: Phone, office: Phone) -> Phone:
    """Linked and abroad since September; staff are there before her."""
    assert counsellor is not office
    return world.student("S1")


def asked(world: World, phone: Phone) -> Message:
    """Let time pass until Tuesday evening on her wall."""
    world.fast_forward(instant("2026-11-24 23:30"))
    assert world.wall("S1") == "Tue 2026-11-24 18:30"
    return phone.hears(QUESTION)


def presses(world: World, phone: Phone, label: str, message: Message | None = None) -> None:
    phone.presses(label, message)
    world.settle()


def test_fine_is_thanked_with_the_next_date_and_the_question_says_that_it_is_answered(
    world: World, mei: Phone, counsellor: Phone, office: Phone
) -> None:
    question = asked(world, mei)
    assert [label for label in question.labels[:3] if label in {"Fine", "Hard", "Urgent"}] == ["Fine", "Hard", "Urgent"]
    presses(world, mei, "Fine", question)
    mei.hears("thank you for telling us", "We will ask again on Tue 8 Dec, 18:30")
    assert "Answered ✓" in question.text
    assert question.buttons == ()
    world.fast_forward(days=6)  # and nobody is reminded or alarmed
    well_on_friday(counsellor, office)


def test_hard_goes_to_whom_she_chooses_and_to_nobody_else(
    world: World, mei: Phone, counsellor: Phone, office: Phone
) -> None:
    presses(world, mei, "Hard", asked(world, mei))
    choice = mei.hears("Who may know? You decide.")
    assert choice.labels[:3] == ["My counsellor", "The programme office", "Nobody for now"]
    assert counsellor.unheard == office.unheard == []
    presses(world, mei, "My counsellor", choice)
    mei.hears("Your counsellor knows now")
    world.fast_forward(hours=10)  # it was the middle of the night in Beijing
    alarm = counsellor.hears("Student S1 is having a hard time and has chosen you to know.")
    presses(world, counsellor, "I will get in touch", alarm)
    counsellor.hears("Thank you for taking this on.")
    world.fast_forward(hours=6)  # it was night where she is: what is not urgent waits for her morning
    mei.hears("has seen it and will get in touch with you")
    assert world.responses("S1")[-1]["answer"] == "answered"
    world.fast_forward(days=1)
    assert office.unheard == []


def test_hard_for_nobody_is_answered_for_everybody(world: World, mei: Phone, counsellor: Phone, office: Phone) -> None:
    presses(world, mei, "Hard", asked(world, mei))
    presses(world, mei, "Nobody for now", mei.hears("Who may know?"))
    mei.hears("nobody will know")
    world.fast_forward(days=6)
    assert world.cases("S1") == []
    assert world.responses("S1")[-1]["answer"] == "answered"
    well_on_friday(counsellor, office)


def test_urgent_reaches_counsellor_and_office_at_once_until_one_of_them_takes_it(
    world: World, mei: Phone, counsellor: Phone, office: Phone
) -> None:
    presses(world, mei, "Urgent", asked(world, mei))
    mei.hears("We are reaching the teacher on duty.", "911")
    assert mei.hears("Pressed by mistake?").labels == ["False alarm"]
    assert world.cases("S1") == [("urgent", "open")]
    first = counsellor.hears("Urgent: Student S1 has called for help")
    office.hears("Urgent: Student S1 has called for help")
    world.fast_forward(minutes=30)  # nobody has moved: they are told again, and the office as the second step besides
    assert [len(phone.unheard) for phone in (counsellor, office)] == [2, 3]
    while "Nobody has confirmed yet" in (mei.unheard[0].text if mei.unheard else ""):
        mei.hears()
    for phone in (counsellor, office):
        while phone.unheard:
            phone.hears("Urgent: Student S1 has called for help")
    presses(world, counsellor, "I will", first)
    taken = counsellor.hears("Thank you for taking this on.")
    office.hears("is looking after Student S1 now.")
    mei.hears("has seen it and will get in touch with you")
    world.fast_forward(minutes=30)
    presses(world, counsellor, "We have spoken", taken)
    assert world.cases("S1") == [("urgent", "resolved")]
    world.forgets()


def test_an_answer_can_be_taken_back_for_two_minutes(world: World, mei: Phone) -> None:
    question = asked(world, mei)
    presses(world, mei, "Fine", question)
    thanks = mei.hears("thank you")
    world.fast_forward(seconds=100)
    presses(world, mei, "Undo", thanks)
    mei.hears("Taken back, as if you had not answered.")
    assert world.responses("S1")[-1]["answer"] == ""
    presses(world, mei, "Fine", mei.hears(QUESTION))  # it lies there again, with its buttons
    later = mei.hears("thank you")
    world.fast_forward(minutes=3)
    presses(world, mei, "Undo", later)
    mei.hears("two minutes only")
    assert world.responses("S1")[-1]["answer"] == "fine"


def well_on_friday(*phones: Phone) -> None:
    """Staff read on Friday that she is well, and not what she said or whether she has answered at all."""
    for phone in phones:
        assert phone.hears().text == "1 abroad: 1 well. Nothing for you to do."


def _prompt(question: Message) -> str:
    data = question.buttons[0][0].data or ""
    return data.split(":")[1]


def test_an_urgent_answer_cannot_be_taken_back(world: World, mei: Phone) -> None:
    question = asked(world, mei)
    undo = f"undo:{_prompt(question)}"
    presses(world, mei, "Urgent", question)
    mei.hears("We are reaching the teacher on duty.")
    message = mei.last
    mei.hears("Pressed by mistake?")
    world.telegram.gives(
        callback_query={
            "id": "old",
            "from": mei._from(),
            "message": mei._message(message.id) | {"text": message.text, "from": world.telegram.me},
            "chat_instance": "1",
            "data": undo,
        }
    )
    world.settle()
    mei.hears("cannot be taken back here")
    assert world.cases("S1") == [("urgent", "open")]
    world.forgets()


def test_a_note_may_follow_if_she_wants(world: World, mei: Phone) -> None:
    presses(world, mei, "Fine", asked(world, mei))
    presses(world, mei, "Add a few words", mei.hears("thank you"))
    mei.hears("Go ahead, just write it here.", "Your counsellor can read it.")
    mei.says("The lab is lovely.")
    world.settle()
    mei.hears("Noted.")


def test_any_message_after_the_question_is_a_sign_of_life_and_the_question_stays_answerable(
    world: World, mei: Phone, counsellor: Phone, office: Phone
) -> None:
    question = asked(world, mei)
    mei.says("just landed back from a hike, no signal for days")
    world.settle()
    mei.hears()
    assert world.responses("S1")[-1]["state"] == "alive"
    world.fast_forward(days=4)  # nobody is reminded, nobody is alarmed
    well_on_friday(counsellor, office)
    assert world.cases("S1") == []
    presses(world, mei, "Fine", question)
    mei.hears("thank you")
    assert world.responses("S1")[-1]["answer"] == "fine"


def test_answered_once_on_any_channel_the_other_messages_say_so(world: World, mei: Phone) -> None:
    question = asked(world, mei)
    person = world.app.database.read(lambda conn: by_number(conn, "S1"))
    assert person is not None
    page = Page(world.app, person.id)
    world._run(page.enrol())
    world._run(page.press(f"answer:{_prompt(question)}:fine"))
    row = world.responses("S1")[-1]
    assert (row["answer"], row["channel"]) == ("fine", "web")
    assert "Answered ✓" in question.text
    assert question.buttons == ()
    world.forgets()


def test_a_second_press_on_an_answered_question_explains_itself(world: World, mei: Phone) -> None:
    question = asked(world, mei)
    data = question.buttons[0][0].data
    presses(world, mei, "Fine", question)
    mei.hears("thank you")
    world.telegram.gives(
        callback_query={
            "id": "again",
            "from": mei._from(),
            "message": mei._message(question.id) | {"text": question.text, "from": world.telegram.me},
            "chat_instance": "1",
            "data": data,
        }
    )
    world.settle()
    mei.hears()
    assert len(world.responses("S1")) == len({row["occasion"] + row["item"] for row in world.responses("S1")})


def test_a_quiet_time_until_a_date(world: World, mei: Phone) -> None:
    mei.says("/pause")
    world.settle()
    presses(world, mei, "7 days", mei.hears("How long would you like it quiet?"))
    mei.hears("we leave you in peace until")
    world.fast_forward(days=7)
    assert mei.unheard == []
    world.fast_forward(days=9)
    assert any(QUESTION in message.text for message in mei.unheard)
    world.forgets()


def test_an_answer_without_a_question_is_recorded_too(world: World, mei: Phone) -> None:
    mei.says("/checkin")
    world.settle()
    presses(world, mei, "Fine", mei.hears())
    mei.hears("thank you")
    assert [row["answer"] for row in world.responses("S1")][-1] == "fine"
    world.forgets()


def test_sos_in_the_middle_of_anything(world: World, mei: Phone, counsellor: Phone, office: Phone) -> None:
    mei.says("/pause")
    world.settle()
    mei.hears("How long would you like it quiet?")
    mei.says("救命")
    world.settle()
    mei.hears("We are reaching the teacher on duty.")
    counsellor.hears("has called for help")
    office.hears("has called for help")
    world.forgets()


def test_urgent_words_get_the_numbers_and_a_question_and_silence_is_an_sos(
    world: World, mei: Phone, counsellor: Phone
) -> None:
    mei.says("help, somebody is following me")
    world.settle()
    assert "911" in mei.hears().text
    assert counsellor.unheard == []
    world.fast_forward(minutes=4)
    mei.hears("three minutes")
    counsellor.hears("has called for help")
    assert world.cases("S1") == [("urgent", "open")]
    world.forgets()


@pytest.mark.parametrize(
    ("change", "asked_again"),
    [
        ({"returns": "2026-11-20"}, False),
        ({"departs": "2026-12-10"}, False),
        ({"city": "London", "country": "GB"}, True),
    ],
)
def test_a_trip_that_changes_is_planned_anew(
    world: World, mei: Phone, change: dict[str, str], asked_again: bool
) -> None:
    world.changes_trip("S1", **change)
    world.fast_forward(instant("2026-11-24 23:45"))
    questions = [message for message in mei.unheard if QUESTION in message.text]
    assert bool(questions) == asked_again
    if asked_again:
        assert world.responses("S1")[-1]["zone"] == "Europe/London"
    world.forgets()


def test_a_trip_that_is_shortened_and_extended_again_is_asked_again(world: World, mei: Phone) -> None:
    world.changes_trip("S1", returns="2026-11-20")
    world.changes_trip("S1", returns="2027-06-30")
    world.forgets()
    asked(world, mei)
    world.forgets()
