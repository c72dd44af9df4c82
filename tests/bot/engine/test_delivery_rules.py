"""The pure decisions of delivery: each result, each reason not to send, and how long to wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.addresses.model import AddressState
from bot.cases.model import Case, CaseState, Reason
from bot.engine.delivery_rules import (
    EDIT_WAIT,
    MOST_DEATHS,
    MOST_UNKNOWN,
    Verdict,
    after_result,
    backoff,
    before_edit,
    before_try,
    ends_at,
)
from bot.local_time import Quiet
from bot.outbox.model import PROCESS_ENDED, SERVER_ERROR, Kind, Message, OutboxState, Priority, Result, ResultKind, Sent
from bot.prompts.model import Prompt, State

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MESSAGE = Message(
    id=1,
    key="k",
    kind=Kind.QUESTION,
    person_id=1,
    about_id=None,
    prompt_id=1,
    case_id=None,
    template="checkin/question",
    data={},
    priority=Priority.PROMPT,
    address_id=1,
    channel="telegram",
    account="1",
    state=OutboxState.SENDING,
    tries=1,
    created_at=NOW,
    next_try_at=NOW,
    expires_at=NOW + timedelta(days=2),
    edits_attempt_id=None,
    inbox_id=None,
)
PROMPT = Prompt(1, 1, "checkin", "checkin", "2026-11-17", 1, 1, "Asia/Shanghai", State.OPEN, NOW, NOW, NOW, 0)
CASE = Case(1, 1, Reason.MISSED, CaseState.OPEN, 1, None, NOW, NOW, 0, None, None, None, None)


def wanted(
    message: Message, prompt: Prompt | None = PROMPT, address: AddressState | None = AddressState.WORKING
) -> Verdict | None:
    return before_try(message, NOW, prompt=prompt, case=CASE, address=address, quiet=Quiet())


def test_a_question_that_is_late_through_an_outage_waits_for_her_morning() -> None:
    night = replace(PROMPT, zone="America/New_York")  # four in the morning there
    late = replace(MESSAGE, created_at=NOW - timedelta(hours=8))
    morning = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert wanted(late, night) == Verdict(OutboxState.WAITING, next_try_at=morning, reason="quiet_hours")
    assert wanted(late) is None  # in Shanghai it is five in the afternoon
    assert wanted(MESSAGE, night) is None  # queued a moment ago: the rules have decided that it may go
    assert wanted(replace(late, kind=Kind.ALARM), night) is None
    soon = replace(late, expires_at=NOW + timedelta(hours=1))
    assert wanted(soon, night) == Verdict(OutboxState.WAITING, next_try_at=soon.expires_at, reason="quiet_hours")


def test_an_open_question_is_wanted() -> None:
    assert wanted(MESSAGE) is None


@pytest.mark.parametrize("state", [State.ANSWERED, State.ALIVE, State.EXCUSED, State.WITHDRAWN, State.MISSED])
@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.REMINDER])
def test_nothing_is_asked_any_more_after_an_answer_or_the_end(state: State, kind: Kind) -> None:
    verdict = wanted(replace(MESSAGE, kind=kind), replace(PROMPT, state=state))
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (OutboxState.WITHDRAWN, f"prompt_{state.value}")


@pytest.mark.parametrize("state", [State.NOT_ASKED, State.UNREACHED])
def test_a_question_that_never_got_out_is_still_asked_but_no_reminder_is_sent(state: State) -> None:
    prompt = replace(PROMPT, state=state)
    assert wanted(MESSAGE, prompt) is None
    reminder = wanted(replace(MESSAGE, kind=Kind.REMINDER), prompt)
    assert reminder is not None
    assert reminder.state is OutboxState.WITHDRAWN


@pytest.mark.parametrize("kind", [Kind.REPLY, Kind.NOTICE, Kind.CLEAR])
def test_a_reply_about_an_answered_question_still_goes(kind: Kind) -> None:
    assert wanted(replace(MESSAGE, kind=kind), replace(PROMPT, state=State.ANSWERED)) is None


@pytest.mark.parametrize("state", [CaseState.ACKNOWLEDGED, CaseState.RESOLVED])
def test_an_alarm_is_withdrawn_once_somebody_has_the_case(state: CaseState) -> None:
    alarm = replace(MESSAGE, kind=Kind.ALARM, case_id=1)
    assert wanted(alarm) is None
    verdict = before_try(alarm, NOW, prompt=None, case=replace(CASE, state=state), address=AddressState.WORKING)
    assert verdict is not None
    assert verdict.state is OutboxState.WITHDRAWN


def test_an_expired_message_is_not_sent() -> None:
    verdict = wanted(replace(MESSAGE, expires_at=NOW))
    assert verdict is not None
    assert verdict.state is OutboxState.EXPIRED


@pytest.mark.parametrize("state", [AddressState.GONE, AddressState.WRONG, AddressState.REVOKED, None])
def test_an_address_that_failed_meanwhile_sends_the_message_elsewhere(state: AddressState | None) -> None:
    verdict = wanted(MESSAGE, address=state)
    assert verdict is not None
    assert verdict.elsewhere


def test_only_replies_go_to_an_address_whose_enrolment_is_not_finished() -> None:
    assert wanted(replace(MESSAGE, kind=Kind.REPLY), address=AddressState.PENDING) is None
    assert wanted(MESSAGE, address=AddressState.PENDING) is not None


def test_accepted_is_the_end() -> None:
    assert after_result(MESSAGE, Result(ResultKind.ACCEPTED), NOW) == Verdict(OutboxState.ACCEPTED)


@pytest.mark.parametrize(
    ("kind", "state"),
    [(ResultKind.PERSON_GONE, AddressState.GONE), (ResultKind.ADDRESS_WRONG, AddressState.WRONG)],
)
def test_an_address_that_fails_for_good_is_told(kind: ResultKind, state: AddressState) -> None:
    verdict = after_result(MESSAGE, Result(kind, reason="why"), NOW)
    assert (verdict.state, verdict.address, verdict.reason) == (OutboxState.FAILED, state, "why")


@pytest.mark.parametrize("kind", [ResultKind.RETRY_AT, ResultKind.OUR_FAULT])
def test_a_passing_fault_waits_and_tries_again(kind: ResultKind) -> None:
    verdict = after_result(MESSAGE, Result(kind), NOW)
    assert (verdict.state, verdict.next_try_at) == (OutboxState.WAITING, NOW + timedelta(seconds=5))
    asked = after_result(MESSAGE, Result(kind, wait=60), NOW)
    assert asked.next_try_at == NOW + timedelta(seconds=60)


def test_a_moved_chat_is_tried_at_once() -> None:
    verdict = after_result(MESSAGE, Result(ResultKind.RETRY_AT, new_address="-100"), NOW)
    assert (verdict.state, verdict.next_try_at) == (OutboxState.WAITING, NOW)


def test_a_throttled_account_pauses_as_long_as_the_platform_says() -> None:
    verdict = after_result(MESSAGE, Result(ResultKind.THROTTLED, wait=42), NOW)
    assert verdict.pause_seconds == 42
    assert verdict.next_try_at == NOW + timedelta(seconds=42)


@pytest.mark.parametrize("kind", Kind)
def test_an_unknown_outcome_is_repeated_for_safety_only_and_not_for_ever(kind: Kind) -> None:
    again = kind in {Kind.QUESTION, Kind.ALARM, Kind.CLEAR}
    message = replace(MESSAGE, kind=kind)
    states = [
        after_result(message, Result(ResultKind.OUTCOME_UNKNOWN), NOW, unknown_before=before).state
        for before in range(MOST_UNKNOWN)
    ]
    expected = [OutboxState.WAITING] * (MOST_UNKNOWN - 1) if again else [OutboxState.UNKNOWN] * (MOST_UNKNOWN - 1)
    assert states == [*expected, OutboxState.UNKNOWN]


@pytest.mark.parametrize("kind", [Kind.QUESTION, Kind.ALARM, Kind.REMINDER])
def test_hours_of_server_errors_cost_a_reminder_but_no_question(kind: Kind) -> None:
    message = replace(MESSAGE, kind=kind, tries=40)
    verdict = after_result(message, Result(ResultKind.OUTCOME_UNKNOWN, reason=SERVER_ERROR), NOW, unknown_before=39)
    assert verdict.state is (OutboxState.UNKNOWN if kind is Kind.REMINDER else OutboxState.WAITING)


def test_a_third_copy_waits_until_a_disturbance_is_over() -> None:
    waits = [
        after_result(MESSAGE, Result(ResultKind.OUTCOME_UNKNOWN, reason="timed_out"), NOW, unknown_before=before)
        for before in (0, 1)
    ]
    assert [verdict.next_try_at for verdict in waits] == [NOW + timedelta(seconds=5), NOW + timedelta(minutes=10)]


@pytest.mark.parametrize(("priority", "again"), [(Priority.ALARM, True), (Priority.REPLY, False)])
def test_the_numbers_to_dial_go_again_and_a_thank_you_does_not(priority: Priority, *, again: bool) -> None:
    reply = replace(MESSAGE, kind=Kind.REPLY, priority=priority)
    state = after_result(reply, Result(ResultKind.OUTCOME_UNKNOWN), NOW).state
    assert state is (OutboxState.WAITING if again else OutboxState.UNKNOWN)


@pytest.mark.parametrize("kind", [ResultKind.RETRY_AT, ResultKind.OUR_FAULT, ResultKind.THROTTLED])
def test_nothing_waits_beyond_its_end(kind: ResultKind) -> None:
    soon = replace(MESSAGE, expires_at=NOW + timedelta(seconds=3))
    assert after_result(soon, Result(kind, wait=5), NOW).state is OutboxState.EXPIRED


def test_a_reply_and_an_edit_end_by_themselves_and_an_alarm_does_not() -> None:
    ends = {kind: ends_at(replace(MESSAGE, kind=kind, expires_at=None)) for kind in Kind}
    assert ends[Kind.REPLY] == ends[Kind.EDIT] == NOW + timedelta(hours=24)
    assert ends[Kind.ALARM] is None


@given(st.integers(0, 200), st.floats(0, 1))
def test_waits_grow_and_stay_between_their_ends(tries: int, jitter: float) -> None:
    wait = backoff(tries, jitter)
    assert timedelta(seconds=3.75) <= wait <= timedelta(minutes=10)
    assert backoff(tries + 1, jitter) >= wait


@given(
    st.sampled_from(list(ResultKind)),
    st.sampled_from(list(Kind)),
    st.integers(1, 30),
    st.integers(0, 5),
    st.none() | st.integers(-60, 3600),
    st.none() | st.floats(0, 1000),
)
@example(ResultKind.NOT_NOW, Kind.QUESTION, 1, 0, 0, None)
@example(ResultKind.NOT_NOW, Kind.QUESTION, 1, 0, 60, None)
def test_every_result_leads_somewhere(
    kind: ResultKind, of: Kind, tries: int, unknown: int, ends: int | None, wait: float | None
) -> None:
    message = replace(MESSAGE, kind=of, tries=tries, expires_at=None if ends is None else NOW + timedelta(seconds=ends))
    verdict = after_result(message, Result(kind, wait=wait), NOW, unknown_before=unknown)
    assert (verdict.state is OutboxState.WAITING) == (verdict.next_try_at is not None)
    assert verdict.state is not OutboxState.SENDING
    if verdict.next_try_at is not None:
        assert verdict.next_try_at >= NOW
        end = ends_at(message)
        # What an address does not carry now is looked at when it ends; whatever is tried again goes out before.
        assert end is None or verdict.next_try_at < end or (verdict.not_now and NOW < end == verdict.next_try_at)


def test_an_edit_waits_for_what_it_edits() -> None:
    verdict = before_edit(Sent(None, None), NOW, can_edit=True, is_latest=True)
    assert verdict == Verdict(OutboxState.WAITING, next_try_at=NOW + EDIT_WAIT)


@pytest.mark.parametrize(
    ("original", "can_edit", "is_latest", "reason"),
    [
        (None, True, True, "nothing_to_edit"),
        (Sent("outcome_unknown", None), True, True, "nothing_to_edit"),
        (Sent("accepted", None), True, True, "nothing_to_edit"),
        (Sent("accepted", "m1"), False, True, "cannot_edit"),
        (Sent("accepted", "m1"), True, False, "later_edit"),
    ],
)
def test_an_edit_that_makes_no_sense_is_given_up(
    original: Sent | None, can_edit: bool, is_latest: bool, reason: str
) -> None:
    verdict = before_edit(original, NOW, can_edit=can_edit, is_latest=is_latest)
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (OutboxState.WITHDRAWN, reason)


def test_an_edit_of_what_was_accepted_goes() -> None:
    assert before_edit(Sent("accepted", "m1"), NOW, can_edit=True, is_latest=True) is None


@given(st.integers(1, 30), st.integers(1, MOST_DEATHS - 2), st.floats(0, 1))
def test_a_message_that_our_deaths_cut_short_goes_again_within_half_a_minute(
    tries: int, deaths: int, jitter: float
) -> None:
    message = replace(MESSAGE, kind=Kind.ALARM, tries=tries, expires_at=None)
    died = Result(ResultKind.OUTCOME_UNKNOWN, reason=PROCESS_ENDED)
    verdict = after_result(message, died, NOW, unknown_before=deaths, jitter=jitter)
    assert verdict.next_try_at is not None
    assert verdict.next_try_at - NOW <= timedelta(seconds=30)
