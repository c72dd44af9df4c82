"""Conversations against the real handlers: who says or presses what, and which messages come back, fully rendered.

`Talk` is a `School` whose people can write. `says`, `presses`, `sends_position` … return the replies as a person reads
them; `press` finds a button by its label in the last replies. Nothing is faked but the platform.
"""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import Address, AddressState
from bot.engine.compose import compose
from bot.inbox.model import InboxState, Incoming, Said
from bot.inbox.store import inbox
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.outbox import store as outbox_store
from bot.outbox.model import Rendered
from bot.people import store as people_store
from bot.people.model import Person
from bot.places.zone_finder import ZoneFinder
from bot.rendering.renderer import Renderer
from bot.schema import metadata
from bot.sealed import Keyring
from bot.settings import Contacts, Settings
from bot.storage import tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from handlers.process import process
from handlers.receive import receive
from handlers.services import Services, StrangerReply
from scheduler import cry_unanswered
from tests.support.school import School, utc

ARRIVED = utc("2026-09-02 00:00")
CONTACTS = Contacts(support="400-000-1111", duty_phone="010-5555-0000", embassy="", insurer="")


class _Clock:
    """Follows the time of the school."""

    def __init__(self, school: "Talk") -> None:
        self.school = school

    def now(self) -> Any:
        return self.school.now

    def real(self) -> Any:
        return self.school.now


def open_tables(folder: Path) -> Database:
    """Return a new SQLite database with every table."""
    database = Database(parse_url(f"sqlite:///{folder / 'talk.db'}"), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    return database


class Talk(School):
    """A school whose people can write to us on Telegram."""

    def __init__(self, database: Database, renderer: Renderer, zone_finder: ZoneFinder) -> None:
        super().__init__(database)
        self.strangers: list[StrangerReply] = []
        self.last: list[Rendered] = []
        self.services = Services(
            settings=Settings(contacts=CONTACTS),
            clock=_Clock(self),
            programmes=self.programmes,
            renderer=renderer,
            zone_finder=zone_finder,
            understand={
                name: lambda raw: Incoming(**raw | {"said": Said(raw["said"])}) for name in (*self.works, "wechat")
            },
            answer_stranger=self.strangers.append,
        )
        self._count = 0

    def says(self, person_id: int, text: str) -> list[Rendered]:
        return self.hears(self.address(person_id).external_id, Incoming(Said.TEXT, "", text=text))

    def presses(self, person_id: int, data: str) -> list[Rendered]:
        return self.hears(self.address(person_id).external_id, Incoming(Said.PRESS, "", data=data))

    def press(self, person_id: int, label: str) -> list[Rendered]:
        """Press the button of the last replies whose label contains this."""
        buttons = [button for message in self.last for row in message.buttons for button in row]
        found = next(button for button in buttons if label in button.label)
        assert found.data is not None
        return self.presses(person_id, found.data)

    def sends_position(self, person_id: int, latitude: float, longitude: float) -> list[Rendered]:
        incoming = Incoming(Said.POSITION, "", latitude=latitude, longitude=longitude)
        return self.hears(self.address(person_id).external_id, incoming)

    def hears(self, sender: str, incoming: Incoming, channel: str = "telegram") -> list[Rendered]:
        """Take one message of anybody in and process it; replies to strangers are in `strangers`."""
        self._count += 1
        raw = asdict(incoming) | {"sender": sender, "said": incoming.said.value}
        text = incoming.data if incoming.said is Said.PRESS else incoming.text
        inbox_id = self.do(
            lambda conn: receive(conn, channel, "bot", str(self._count), sender, raw, text=text, now=self.now)
        )
        assert self.do(lambda conn: process(conn, inbox_id, self.services))
        state = self.db.read(lambda conn: conn.execute(select(inbox.c.state).where(inbox.c.id == inbox_id)).scalar())
        assert state in {InboxState.DONE.value, InboxState.IGNORED.value}
        self.last = self.replies_to(inbox_id)
        self.work_off()
        return self.last

    def replies_to(self, inbox_id: int) -> list[Rendered]:
        outbox = outbox_store.outbox
        query = select(outbox).where(outbox.c.inbox_id == inbox_id).order_by(outbox.c.id)
        return self.db.read(lambda conn: [self._render(conn, row) for row in conn.execute(query).all()])

    def messages(self, person_id: int, template: str) -> list[Rendered]:
        """Return every message to a person from one template, as it reads now."""
        outbox = outbox_store.outbox
        query = select(outbox).where(outbox.c.person_id == person_id, outbox.c.template == template)
        return self.db.read(
            lambda conn: [self._render(conn, row) for row in conn.execute(query.order_by(outbox.c.id)).all()]
        )

    def body(self, conn: Connection, row: Any) -> dict[str, Any]:
        return self._render(conn, row).to_json()

    def templates(self, person_id: int) -> list[str]:
        return [template for template, _, _ in self.sent(person_id)]

    def address(self, person_id: int) -> Address:
        found = self.db.read(lambda conn: addresses_store.all_of(conn, [person_id]))[person_id]
        return found[0]

    def states(self, person_id: int) -> list[AddressState]:
        found = self.db.read(lambda conn: addresses_store.all_of(conn, [person_id]))
        return [address.state for address in found.get(person_id, [])]

    def someone(self, person_id: int) -> Person:
        found = self.db.read(lambda conn: people_store.by_id(conn, person_id))
        assert found is not None
        return found

    def invite(self, person_id: int, channel: str = "telegram", days: int = 14) -> str:
        token: str = self.do(
            lambda conn: links.make(
                conn,
                LinkPurpose.ENROL,
                person_id,
                real_now=self.now,
                expires_at=self.now + timedelta(days=days),
                channel=channel,
            )
        )
        return token

    def follows(self, sender: str, token: str) -> list[Rendered]:
        return self.hears(sender, Incoming(Said.START, "", text=f"/start {token}", data=token))

    def minutes_pass(self, minutes: float) -> None:
        self.until(self.now + timedelta(minutes=minutes))
        self.do(lambda conn: cry_unanswered.sweep(conn, self.now))
        self.work_off()

    def set_accepted(self) -> None:
        """Note when each message was accepted, as delivery does."""
        outbox, attempts = outbox_store.outbox, outbox_store.attempts
        finished = select(attempts.c.finished_at).where(attempts.c.outbox_id == outbox.c.id).scalar_subquery()
        self.do(lambda conn: conn.execute(outbox.update().values(accepted_at=finished)))

    def set(self, person_id: int, **values: Any) -> None:
        self.do(lambda conn: people_store.update_person(conn, person_id, **values))

    def _render(self, conn: Connection, row: Any) -> Rendered:
        message = outbox_store.from_row(row)
        return compose(conn, message, self.services.renderer, self.services.settings, self.now)


def labels(messages: list[Rendered]) -> list[str]:
    """Return the labels of every button, in order."""
    return [button.label for message in messages for row in message.buttons for button in row]


def text_of(messages: list[Rendered]) -> str:
    """Return everything that was said."""
    return "\n".join(message.text for message in messages)
