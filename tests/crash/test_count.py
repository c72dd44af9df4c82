"""The counter of the crash test finds what is lost or doubled: each case takes something from facts that are fine."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from tests.crash.count import Asked, CaseRow, Facts, Sent, count
from tests.crash.phones import Act, Arrival, CrashTelegram, Crowd
from tests.crash.process import errors_in
from tests.fakes.telegram_phone import Message

MEI, LI, HAN = 1, 2, 3
BUTTONS = ("answer:7:fine", "answer:7:hard", "answer:7:urgent")
QUESTION = Arrival(MEI, "How has your week been?", BUTTONS)
THANKS = Arrival(MEI, "Thank you", ())
ALARMS = [Arrival(helper, "Urgent: Mei", ("case:5:ack",)) for helper in (LI, HAN)]


def fine() -> Facts:
    """She was asked, answered that it is urgent, was thanked, and both helpers were told; a kill fell in between."""
    return Facts(
        arrivals=[QUESTION, THANKS, *ALARMS],
        acts=[Act(100, MEI, answer="urgent", urgent=True)],
        asked=[Asked(MEI, "checkin", 7, "open")],
        sent=[
            Sent(1, MEI, "question", "accepted", ((QUESTION.text, BUTTONS),)),
            Sent(2, MEI, "reply", "accepted", ((THANKS.text, ()),)),
            *(Sent(3, one.chat_id, "alarm", "accepted", ((one.text, one.data),), case_id=5) for one in ALARMS),
        ],
        inbox={100: "done"},
        answers=Counter({(MEI, "urgent"): 1}),
        cases=[CaseRow(5, MEI, "urgent")],
        helpers={MEI: [LI, HAN]},
        in_flight=[1],
    )


def change(**values: object) -> Callable[[Facts], None]:
    return lambda facts: vars(facts).update(values)


def loses(arrival: Arrival) -> Callable[[Facts], None]:
    return lambda facts: facts.arrivals.remove(arrival)


def test_nothing_is_lost() -> None:
    tally = count(fine())
    assert tally.broken() == []
    assert (tally.questions, tally.answers, tally.alarms, tally.doubled) == (1, 1, 1, 0)


@pytest.mark.parametrize(
    ("what", "harm", "said"),
    [
        ("questions", change(asked=[Asked(MEI, "checkin", None, "missing")]), "never opened"),
        ("questions", change(asked=[Asked(MEI, "checkin", 7, "scheduled")]), "never opened"),
        ("questions", loses(QUESTION), "never arrived"),
        ("answers", change(answers=Counter()), "1 times, of which 0"),
        ("answers", change(answers=Counter({(MEI, "urgent"): 2})), "1 times, of which 2"),
        ("answers", change(answers=Counter({(MEI, "fine"): 1})), "answered urgent 1 times, of which 0"),
        ("answers", change(inbox={}), "is missing in the inbox"),
        ("answers", change(inbox={100: "failed"}), "is failed in the inbox"),
        ("answers", change(inbox={100: "new"}), "is new in the inbox"),
        ("answers", change(unconfirmed={100}), "never fetched"),
        ("alarms", change(cases=[]), "there is no case"),
        ("alarms", loses(ALARMS[1]), "helper 3 heard 0"),
        ("alarms", change(asked=[Asked(MEI, "checkin", 7, "missed")]), "did not answer"),
        ("alarms", change(cases=[CaseRow(5, MEI, "urgent"), CaseRow(6, HAN, "missed")]), "ever told of case 6"),
        ("alarms", change(sent=[Sent(3, LI, "alarm", "unknown", ())]), "alarm 3 to 2 is unknown"),
    ],
)
def test_it_finds_what_was_lost(what: str, harm: Callable[[Facts], None], said: str) -> None:
    facts = deepcopy(fine())
    harm(facts)
    tally = count(facts)
    assert any(said in line for line in getattr(tally, f"{what}_lost"))
    assert tally.broken()


def test_a_question_that_came_too_late_is_not_lost_when_staff_were_told_so() -> None:
    facts = fine()
    loses(QUESTION)(facts)
    facts.sent = facts.sent[1:]
    facts.asked = [Asked(MEI, "checkin", 7, "alive", is_told=True)]
    assert "never arrived" in count(facts).questions_lost[0]  # given up, but nobody has heard of it
    facts.cases.append(CaseRow(6, MEI, "not_asked"))
    facts.sent.append(Sent(8, LI, "alarm", "withdrawn", (), case_id=6))
    assert (count(facts).broken(), count(facts).told) == ([], 1)


@pytest.mark.parametrize("state", ["answered", "withdrawn", "excused"])
def test_a_question_that_need_not_arrive_is_not_lost(state: str) -> None:
    facts = fine()
    loses(QUESTION)(facts)
    facts.sent = facts.sent[1:]
    facts.asked = [Asked(MEI, "checkin", 7, state)]
    assert count(facts).broken() == []


def test_whoever_has_no_address_cannot_be_asked() -> None:
    facts = fine()
    loses(QUESTION)(facts)
    facts.sent = facts.sent[1:]
    facts.asked = [Asked(MEI, "checkin", 7, "open", reachable=False)]
    assert count(facts).broken() == []


def test_a_message_that_arrived_twice_needs_a_try_that_was_cut_short() -> None:
    facts = fine()
    facts.arrivals.append(QUESTION)
    assert "tries cut short" in count(facts).other[0]
    facts.sent[0] = Sent(1, MEI, "question", "accepted", ((QUESTION.text, BUTTONS),), tries=2, unknown=1)
    tally = count(facts)
    assert (tally.doubled, tally.broken()) == (1, [])
    facts.in_flight = [0]
    assert "only 0 were in flight" in count(facts).broken()[0]


def test_two_messages_that_say_the_same_are_not_one_that_came_twice() -> None:
    facts = fine()
    facts.arrivals.append(THANKS)
    facts.sent.append(Sent(9, MEI, "reply", "accepted", ((THANKS.text, ()),)))
    assert (count(facts).doubled, count(facts).broken()) == (0, [])


def test_accepted_means_arrived() -> None:
    facts = fine()
    loses(THANKS)(facts)
    assert "counts as accepted 1 times" in count(facts).other[0]


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_nothing_is_left_over(state: str) -> None:
    facts = fine()
    facts.sent.append(Sent(9, MEI, "reply", state, ()))
    assert count(facts).other == [f"message 9 (reply) is still {state}"]


def test_an_alarm_that_a_younger_one_says_is_not_lost_but_one_must_be_heard() -> None:
    facts = fine()
    facts.acts.append(Act(101, MEI, urgent=True))
    facts.inbox[101] = "done"
    assert len(count(facts).alarms_lost) == 2
    facts.sent += [Sent(9, one, "alarm", "withdrawn", (), tries=0, case_id=5, is_superseded=True) for one in (LI, HAN)]
    assert count(facts).broken() == []
    facts.arrivals = [one for one in facts.arrivals if one.chat_id != HAN]
    assert "helper 3 heard 0" in count(facts).alarms_lost[0]


def test_a_cry_of_whom_everybody_has_just_been_told_need_not_ring_again_but_one_must_be_heard() -> None:
    facts = fine()
    facts.acts.append(Act(101, MEI, urgent=True))
    facts.inbox[101] = "done"
    assert len(count(facts).alarms_lost) == 2
    facts.cases = [CaseRow(5, MEI, "urgent", just_told=1)]
    assert count(facts).broken() == []
    facts.arrivals = [one for one in facts.arrivals if one.chat_id != HAN]
    assert "helper 3 heard 0" in count(facts).alarms_lost[0]


def test_an_error_in_the_log_breaks_the_promise_too() -> None:
    facts = fine()
    facts.errors = ["delivery.failed"]
    assert count(facts).broken() == ["delivery.failed"]


def test_that_something_is_late_is_no_error_and_everything_else_is(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    late = '{"event": "watchdog.problem", "level": "error", "code": "messages_overdue"}'
    wrong = [
        '{"event": "watchdog.problem", "level": "error", "code": "bell_silent"}',
        '{"event": "x", "level": "error"}',
    ]
    log.write_text("\n".join([late, *wrong, '{"event": "y", "level": "warning"}', '{"event": "cut', ""]))
    assert errors_in(log) == wrong


def test_a_crowd_that_is_calm_is_not_waited_for() -> None:
    with CrashTelegram() as telegram:
        phone = telegram.phone("1")
        with Crowd(telegram, [phone], {}, seed=1) as crowd:
            crowd.only_reacts()
            crowd.calms_down()
            telegram.fresh.put((phone, Message(1, "too late", 0.0)))
            assert crowd.has_reacted()
