"""Nothing of a branch travels through Telegram, DingTalk or mail, wherever it was to go at first."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound
from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import WITHOUT_BRANCHES, AddressState
from bot.engine.compose import compose, compose_all
from bot.engine.delivery import Account, Parcel, Room, Tools, claim
from bot.outbox import attempts
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Message, Priority, Rendered
from bot.rendering.renderer import Renderer
from bot.settings import Settings
from tests.support.school import School
from tests.support.talk import Talk, open_tables

RENDERER = Renderer()
SETTINGS = Settings()
NEUTRAL = "There is something new for you. It is not shown here; please open your own page: "


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    database = open_tables(tmp_path)
    yield Talk(database, RENDERER, None)  # type: ignore[arg-type]  # nobody asks where a place is
    database.close()


def message_to(conn: Connection, person: int, channel: str, template: str, now: object) -> Message:
    address = addresses.put(conn, person, channel, "ours", f"her {channel}", AddressState.WORKING, now)  # type: ignore[arg-type]
    row = outbox.row(
        f"k:{channel}",
        Kind.NOTICE,
        person,
        template,
        priority=Priority.BULK,
        now=now,  # type: ignore[arg-type]
        address_id=address.id,
        channel=channel,
        account="ours",
        data={"title": "支部学习"},
    )
    outbox.put(conn, [row])
    found = next(one for one in outbox.ready(conn, channel, "ours", now, 5))  # type: ignore[arg-type]
    assert found.template == template
    return found


@pytest.mark.parametrize("template", ["branch/anything", "session/invited"])
def test_where_it_may_not_travel_there_is_a_neutral_line_with_a_link(talk: Talk, template: str) -> None:
    student = talk.student("S1")
    talk.set(student, language="en")

    def write(conn: Connection, channel: str) -> list[str]:
        message = message_to(conn, student, channel, template, talk.now)
        one = compose(conn, message, RENDERER, SETTINGS, talk.now)
        (same,) = compose_all(conn, [message], RENDERER, SETTINGS, talk.now)
        return [one.text, same.text]

    for channel in sorted(WITHOUT_BRANCHES):
        assert talk.db.write(partial(write, channel=channel)) == [NEUTRAL + SETTINGS.service.url] * 2
    with pytest.raises(TemplateNotFound):  # elsewhere it is written as it stands
        talk.db.write(lambda conn: write(conn, "wecom"))


def test_what_was_written_for_wecom_and_goes_to_telegram_later_is_written_anew(any_school: School) -> None:
    school = any_school
    student = school.student("S1", channels=())

    def claimed(conn: Connection) -> list[Parcel]:
        message = message_to(conn, student, "telegram", "session/invited", school.now)
        other = addresses.put(conn, student, "wecom", "app", "S1", AddressState.GONE, school.now)
        attempts.begin(conn, message.id, other.id, Rendered("支部学习，周四"), 1, school.now)
        outbox.update(conn, message.id, tries=1)
        tools = Tools(lambda conn, one: compose(conn, one, RENDERER, SETTINGS, school.now), lambda *_: None)
        account = Account("telegram", "ours", can_edit=False, can_push=True)
        return claim(conn, account, tools, 1, school.now, Room(5, 5))[1]

    (parcel,) = school.do(claimed)
    assert "支部" not in parcel.body.text
    assert SETTINGS.service.url in parcel.body.text
    assert parcel.message.template == "session/invited"
