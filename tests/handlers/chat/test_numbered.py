"""A number, a letter or a label where there are no buttons: it is the button of the newest message that has it."""

from datetime import timedelta

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.inbox.model import Incoming, Said
from bot.outbox.model import Rendered
from bot.prompts.model import Choice, Prompt, State
from tests.support.school import utc
from tests.support.talk import Talk

OCCASION = "2026-09-08"


class _Phone:
    """A student whose only channel has no buttons."""

    def __init__(self, talk: Talk) -> None:
        talk.works.add("wecom")
        talk.services.understand["wecom"] = talk.services.understand["telegram"]  # type: ignore[index]
        self.talk = talk
        self.id = talk.student("S1", channels=())
        talk.do(lambda conn: addresses_store.put(conn, self.id, "wecom", "bot", "mei", AddressState.WORKING, talk.now))
        talk.replan(self.id)
        talk.until(utc("2026-09-08 23:00"))

    def says(self, text: str) -> list[Rendered]:
        return self.talk.hears("mei", Incoming(Said.TEXT, "", text=text), "wecom")

    @property
    def prompt(self) -> Prompt:
        return self.talk.prompt(self.id, OCCASION)


def test_a_number_answers_and_a_later_number_changes_the_answer(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("１")
    assert (mei.prompt.state, mei.prompt.choice) == (State.ANSWERED, Choice.FINE)
    mei.says("2")  # and not the second button of the thanks
    assert mei.prompt.choice is Choice.HARD


def test_a_letter_is_the_newest_message_that_offers_letters(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("1")
    assert [button.label for row in talk.last[-1].buttons for button in row][1] == "撤销"
    mei.says("b")
    assert mei.prompt.choice is None


def test_a_label_is_as_good_as_its_letter(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("1")
    label = [button.label for row in talk.last[-1].buttons for button in row][1]
    mei.says(label)
    assert mei.prompt.choice is None


def test_three_is_urgent_even_after_something_else_was_said(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("1")
    mei.says("3")
    assert talk.cases(mei.id) == [("urgent", "open")]


def test_a_cry_is_a_cry_whatever_the_buttons_say(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("SOS")
    assert talk.cases(mei.id) == [("urgent", "open")]


def test_a_sign_that_nobody_offered_is_just_a_text(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("7")
    assert mei.prompt.choice is None
    mei.says("1 大家都好")
    assert mei.prompt.choice is None


def test_a_sign_is_forgotten_after_a_while(talk: Talk) -> None:
    mei = _Phone(talk)
    mei.says("1")
    talk.until(talk.now + timedelta(days=1))
    mei.says("B")  # too late to undo, and it says so
    assert mei.prompt.choice is Choice.FINE


def test_where_there_are_buttons_a_letter_is_a_letter(talk: Talk) -> None:
    student = talk.student("S2")
    talk.until(utc("2026-09-08 23:00"))
    talk.says(student, "1")
    assert talk.prompt(student, OCCASION).choice is Choice.FINE, "a number answers a question that waits, as ever"
    talk.says(student, "B")
    assert talk.prompt(student, OCCASION).choice is Choice.FINE
