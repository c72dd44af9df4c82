"""Delivery to an address whose platform counts: by form, elsewhere, or waiting until she is heard."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.addresses.store import addresses, by_id
from bot.allowances import store
from bot.allowances.model import Allowance, Form, Opening, Window
from bot.engine.pushing import heard, look_again, pushes_of
from bot.journal.store import journal
from bot.outbox.model import Rendered, Result, ResultKind
from bot.outbox.store import attempts, outbox
from tests.fakes.channel import ScriptedChannel
from tests.fakes.ground import NOW, open_ground
from tests.scheduler.test_deliver import Office

WORDS = Window(48 * 3600.0, 5)


class CountedChannel(ScriptedChannel):
    """A channel that also takes forms."""

    def __init__(self, *forms: Form) -> None:
        super().__init__("wechat", "1", can_edit=False)
        self.forms = forms
        self.by_form: list[tuple[str, str]] = []

    async def send_form(self, external_id: str, form: Form, message: Rendered, *, key: str) -> Result:
        assert external_id.startswith(self.name)
        self.by_form.append((form.id, message.text))
        return self._next(key)


class Case:
    """A student on a channel that counts."""

    def __init__(self, office: Office, *forms: Form) -> None:
        self.office = office
        self.channel = CountedChannel(*forms)
        self.person, self.address = office.student(channel="wechat")

    def message(self, **values: object) -> int:
        return self.office.message(self.person, self.address, channel="wechat", **values)

    def is_heard(self, how: Opening = Opening.WROTE, window: Window = WORDS) -> None:
        now = self.office.clock.now()

        def hear(conn: object) -> None:
            address = by_id(conn, self.address)  # type: ignore[arg-type]
            assert address is not None
            heard(conn, address, now, opening=(how, window, now))  # type: ignore[arg-type]

        self.office.database.write(hear)

    def state(self, message: int) -> tuple[str, str | None, str]:
        row = self.office.row(outbox, message)
        return row.state, row.reason, row.channel

    @property
    def left(self) -> Allowance:
        return self.office.database.read(lambda conn: store.of_addresses(conn, [self.address]))[self.address]

    @property
    def shut(self) -> str | None:
        found: str | None = self.office.row(addresses, self.address).shut
        return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = open_ground(tmp_path)
    yield Office(database)
    database.close()


def test_what_has_no_room_waits_until_she_writes_and_the_address_is_not_given_up(office: Office) -> None:
    her = Case(office)
    her.is_heard()
    messages = [her.message() for _ in range(6)]
    office.send(her.channel)
    assert len(her.channel.sent) == 5
    assert her.state(messages[5]) == ("waiting", "count_used", "wechat")
    assert (office.row(addresses, her.address).state, her.shut) == ("working", "count_used")
    assert [(line.action, line.detail["reason"]) for line in office.rows(journal)] == [("address.shut", "count_used")]
    office.send(her.channel, after=3600)
    assert len(her.channel.sent) == 5
    her.is_heard()
    office.send(her.channel)
    assert (len(her.channel.sent), her.state(messages[5])[0], her.shut, her.left.left) == (6, "accepted", None, 4)


def test_outside_the_window_it_goes_by_a_form(office: Office) -> None:
    her = Case(office, Form("t1"))
    message = her.message()
    office.send(her.channel)
    assert (her.channel.by_form, her.channel.sent) == ([("t1", f"text {message}")], [])
    assert her.state(message)[0] == "accepted"
    assert office.asked == []


def test_without_a_form_it_goes_to_her_next_address_and_the_journal_says_so(office: Office) -> None:
    her = Case(office)
    office.address(her.person, "telegram", position=1)
    message, second = her.message(), her.message()
    office.send(her.channel)
    telegram = ScriptedChannel()
    office.send(telegram)
    assert telegram.texts == [f"text {message}", f"text {second}"]
    assert her.state(message) == ("accepted", None, "telegram")
    assert office.row(addresses, her.address).state == "working"
    lines = [(line.action, line.detail) for line in office.rows(journal)]
    assert lines[0] == ("message.rerouted", {"channel": "wechat", "to": "telegram", "reason": "window_closed"})


def test_the_platform_closes_what_we_thought_open(office: Office) -> None:
    her = Case(office, Form("t1"))
    her.is_heard()
    message = her.message()
    her.channel.then(Result(ResultKind.NOT_NOW, reason="window_closed"))
    office.send(her.channel)
    assert her.channel.by_form == [("t1", f"text {message}")]
    assert (her.left.left, her.state(message)[0]) == (0, "accepted")
    assert [row.result for row in office.rows(attempts)] == ["not_now", "accepted"]


def test_a_form_that_is_refused_too_leaves_it_waiting(office: Office) -> None:
    her = Case(office, Form("o1", once=True), Form("t1"))
    office.database.write(lambda conn: store.keep(conn, her.address, Allowance(stock={"o1": 1})))
    message = her.message()
    her.channel.then(Result(ResultKind.NOT_NOW, reason="refused"), Result(ResultKind.NOT_NOW, reason="not_allowed"))
    office.send(her.channel)
    assert [form for form, _ in her.channel.by_form] == ["o1", "t1"]
    assert her.state(message) == ("waiting", "not_allowed", "wechat")
    assert her.left.stock == {}


def test_a_place_that_was_not_used_is_given_back_and_long_texts_use_several(office: Office) -> None:
    her = Case(office)
    her.is_heard()
    her.message(kind="reminder")
    her.channel.then(Result(ResultKind.RETRY_AT, reason="busy"), Result(ResultKind.ACCEPTED, "m", used=3))
    office.send(her.channel)
    assert her.left.left == 5
    office.send(her.channel, after=30)
    assert her.left.left == 2


def test_an_alarm_that_cannot_go_is_lost_at_once_and_comes_when_he_writes(office: Office) -> None:
    him = Case(office)
    message = him.message(kind="alarm", priority=0)
    office.send(him.channel)
    assert him.state(message) == ("failed", "window_closed", "wechat")
    him.is_heard()
    office.send(him.channel)
    assert him.state(message)[0] == "accepted"


def test_what_has_no_end_is_looked_at_again_and_what_has_one_expires(office: Office) -> None:
    her = Case(office)
    ends, waits = her.message(expires_at=NOW + timedelta(days=2)), her.message()
    office.send(her.channel)
    assert office.row(outbox, ends).next_try_at == NOW + timedelta(days=2)
    office.send(her.channel, after=2 * 86400.0)
    assert (her.state(ends)[0], her.state(waits)[0]) == ("expired", "waiting")


def test_a_quota_of_ours_shuts_no_address(office: Office) -> None:
    her = Case(office)
    her.is_heard()
    message = her.message()
    her.channel.then(Result(ResultKind.NOT_NOW, reason="day_quota", wait=3600))
    office.send(her.channel)
    assert (her.state(message), her.shut) == (("waiting", "day_quota", "wechat"), None)
    office.send(her.channel, after=3600)
    assert her.state(message)[0] == "accepted"


def test_whoever_asks_hears_the_same(office: Office) -> None:
    her = Case(office)
    telegram = office.address(her.person, "telegram", position=1)

    def look(conn: object) -> list[tuple[str | None, str | None]]:
        both = [by_id(conn, one) for one in (her.address, telegram)]  # type: ignore[arg-type]
        found = pushes_of(conn, [one for one in both if one is not None], NOW)  # type: ignore[arg-type]
        return [(found[one].means, found[one].why) for one in (her.address, telegram)]

    assert office.database.read(look) == [(None, "window_closed"), ("message", None)]
    her.is_heard()
    assert office.database.read(look) == [("message", None), ("message", None)]


def test_a_start_with_other_forms_tries_again_what_waits(office: Office) -> None:
    her = Case(office)
    message = her.message()
    office.send(her.channel)
    assert (her.state(message)[0], her.shut) == ("waiting", "window_closed")
    office.database.write(lambda conn: look_again(conn, office.clock.now()))
    assert her.shut is None
    other = CountedChannel(Form("t1"))
    office.send(other)
    assert other.by_form == [("t1", f"text {message}")]
