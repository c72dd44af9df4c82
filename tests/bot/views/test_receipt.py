"""The receipt of her privacy: who was told what about her, whether it came, and when it is deleted."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.cases.events import case_events
from bot.cases.model import Reason
from bot.cases.store import case_alarms
from bot.outbox.store import attempts, outbox
from bot.prompts.store import notes
from bot.settings import Retention
from bot.views.receipt import Arrival, Receipt, receipt_of
from tests.fakes.ground import NOW, Ground

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEEP = Retention()


@pytest.fixture
def her(ground: Ground) -> int:
    return ground.student("S1", name="林小雨", phone="+1 617 555 0100", unit="University/Letters")


def told(ground: Ground, case: int, person: int, role: str, **message: Any) -> None:
    """Record that somebody was told, with the message that says it."""
    ground.put(case_alarms, case_id=case, person_id=person, role=role, first_at=NOW, last_at=NOW)
    if message:
        values = {"kind": "alarm", "template": "staff/case_missed", "case_id": case, "channel": "telegram"}
        ground.message(person, None, key=f"{case}:{person}:{len(str(message))}", **values | message)


def receipts(ground: Ground, person: int) -> list[Receipt]:
    return ground.database.read(lambda conn: receipt_of(conn, person, KEEP, NOW))


def test_without_an_alarm_there_is_nothing(ground: Ground, her: int) -> None:
    other = ground.student("S2")
    ground.case(other, "missed")
    assert receipts(ground, her) == []
    assert receipts(ground, 404) == []


def test_a_friend_by_name_learns_the_name_and_nothing_else(ground: Ground, her: int) -> None:
    ground.trip(her)
    case = ground.case(her, "missed")
    told(ground, case, ground.student("S2", name="梅一"), "buddy", accepted_at=NOW - HOUR)
    told(ground, case, ground.staff("C1", "counsellor", name="李老师"), "counsellor", accepted_at=NOW - HOUR)
    (receipt,) = receipts(ground, her)
    assert (receipt.reason, receipt.opened_at, receipt.over_at) == (Reason.MISSED, NOW, None)
    friend, counsellor = receipt.told
    assert (friend.who, friend.role, friend.facts) == ("梅一", "buddy", ("name",))
    assert (counsellor.who, counsellor.role) == ("李老师", "counsellor")
    assert counsellor.facts == ("name", "reason", "number", "unit", "place", "phone")  # no mail is known of her
    assert (friend.arrival, friend.arrived_at) == (Arrival.ARRIVED, NOW - HOUR)


def test_whoever_took_it_without_an_alarm_or_was_handed_it_is_named_too(ground: Ground, her: int) -> None:
    case = ground.case(her, "missed")
    told(ground, case, ground.staff("C1", "counsellor", name="李老师"), "counsellor", accepted_at=NOW - HOUR)
    office, colleague = ground.staff("O1", "office", name="王老师"), ground.staff("C2", "counsellor", name="赵老师")
    back = ground.staff("C3", "counsellor", name="周老师")
    told(ground, case, back, "duty", state="withdrawn")
    for number, (actor, deed, to) in enumerate(
        [(None, "opened", None), (her, "said", None), (office, "taken", None), (office, "passed", colleague)]
    ):
        ground.put(case_events, case_id=case, at=NOW + number * HOUR, actor_id=actor, deed=deed, to_id=to)
    ground.put(case_events, case_id=case, at=NOW + 9 * HOUR, actor_id=back, deed="noted")
    (receipt,) = receipts(ground, her)
    assert [(one.who, one.role, one.arrival, one.at) for one in receipt.told] == [
        ("李老师", "counsellor", Arrival.ARRIVED, NOW),
        ("王老师", "helper", Arrival.SEEN, NOW + 2 * HOUR),
        ("赵老师", "helper", Arrival.SEEN, NOW + 3 * HOUR),
        ("周老师", "helper", Arrival.SEEN, NOW + 9 * HOUR),
    ]


@pytest.mark.parametrize(
    ("state", "channel", "arrival"),
    [
        ("accepted", "telegram", Arrival.ARRIVED),
        ("accepted", "web", Arrival.LIES_THERE),
        ("waiting", "telegram", Arrival.WAITING),
        ("sending", "telegram", Arrival.WAITING),
        ("unknown", "telegram", Arrival.UNKNOWN),
        ("failed", None, Arrival.FAILED),
    ],
)
def test_what_became_of_the_message(
    ground: Ground, her: int, state: str, channel: str | None, arrival: Arrival
) -> None:
    case = ground.case(her, "urgent")
    told(ground, case, ground.staff("C1", "counsellor"), "duty", state=state, channel=channel)
    assert receipts(ground, her)[0].told[0].arrival is arrival


def test_the_best_of_several_messages_counts(ground: Ground, her: int) -> None:
    case, staff = ground.case(her, "urgent"), ground.staff("C1", "counsellor")
    told(ground, case, staff, "duty", state="failed")
    for number, state in enumerate(("accepted", "waiting", "withdrawn")):
        ground.message(staff, None, key=f"again{number}", kind="alarm", case_id=case, channel="telegram", state=state)
    assert receipts(ground, her)[0].told[0].arrival is Arrival.ARRIVED


def test_whoever_was_never_told_is_not_listed(ground: Ground, her: int) -> None:
    case = ground.case(her, "missed", state="resolved", resolved_at=NOW)
    told(ground, case, ground.staff("C1", "counsellor"), "counsellor", state="withdrawn")
    told(ground, case, ground.staff("C2", "counsellor"), "duty", state="expired")
    assert receipts(ground, her)[0].told == ()


def test_one_that_was_taken_back_after_a_try_of_which_nobody_knows_may_have_told(ground: Ground, her: int) -> None:
    case = ground.case(her, "missed", state="resolved", resolved_at=NOW)
    told(ground, case, ground.staff("C1", "counsellor"), "counsellor", state="withdrawn")
    message = ground.database.read(lambda conn: conn.execute(select(outbox.c.id)).scalar_one())
    values = {"body": {}, "epoch": 1, "started_at": NOW, "result": "outcome_unknown"}
    ground.put(attempts, outbox_id=message, **values)
    assert [one.arrival for one in receipts(ground, her)[0].told] == [Arrival.UNKNOWN]


def test_a_message_that_is_kept_no_longer_was_told_all_the_same(ground: Ground, her: int) -> None:
    case = ground.case(her, "missed")
    told(ground, case, ground.staff("C1", "counsellor"), "counsellor")
    assert receipts(ground, her)[0].told[0].arrival is Arrival.FORGOTTEN


def test_when_it_is_deleted(ground: Ground, her: int) -> None:
    over = ground.case(her, "urgent", state="resolved", resolved_at=NOW - DAY)
    ground.put(notes, person_id=her, case_id=over, kind="position", body={"x": 1}, at=NOW)
    ground.put(notes, person_id=her, case_id=over, kind="note", body={"text": "x"}, at=NOW)
    ground.case(her, "urgent")
    running, ended = receipts(ground, her)
    assert (running.deleted_at, running.positions_until, running.words) == (None, None, 0)
    assert (ended.words, ended.positions) == (1, 1)
    assert ended.positions_until == NOW - DAY + 72 * HOUR
    assert ended.deleted_at == NOW - DAY + 365 * DAY


def test_a_hard_week_lists_whom_she_chose(ground: Ground, her: int) -> None:
    case = ground.case(her, "hard", share_with="counsellor")
    told(ground, case, ground.staff("C1", "counsellor"), "chosen", accepted_at=NOW)
    assert [(one.role, one.arrival) for one in receipts(ground, her)[0].told] == [("chosen", Arrival.ARRIVED)]
