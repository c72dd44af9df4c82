"""A private chat page without a browser: what somebody of the demo sees on it, presses and writes.

It goes the way of the real page: an inbox row, processed by the chat handlers; the replies lie on the address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.app import App
from bot.channels.web.channel import ACCOUNT, NAME
from bot.channels.web.understand import raw_of
from bot.engine.asked import shown
from bot.links import store as links
from bot.links.model import LinkPurpose, new_token
from bot.listed import listed
from bot.outbox.model import Button, Kind, OutboxState, Rendered
from bot.outbox.store import attempts, outbox
from handlers.receive import receive

LATER = ("todo:", "flight:")
"""What begins the buttons of what is asked before a departure; nobody does that in the first minute."""


@dataclass(frozen=True)
class Question:
    """A question that lies on a page."""

    prompt_id: int
    body: Rendered

    @property
    def asks_how_she_is(self) -> bool:
        """Tell whether it has buttons that answer it; a list or a report has none."""
        buttons = [button for row in self.body.buttons for button in row]
        return any((button.data or "").startswith(f"answer:{self.prompt_id}:") for button in buttons)


class Page:
    """The page of one person."""

    def __init__(self, app: App, person_id: int) -> None:
        """Open a page that is not linked yet."""
        self._app = app
        self.person_id = person_id
        self._external_id = new_token()
        self._said = 0
        self.address_id: int | None = None

    async def enrol(self) -> None:
        """Follow an invitation and go on with the first button until nothing is asked any more but what can wait."""
        app = self._app
        token = app.database.write(self._invite)
        await self._send(start=token)
        for _ in range(8):
            button = self._first_button()
            if button is None or button.startswith(LATER):
                return
            await self.press(button)

    async def agree(self, to: str) -> None:
        """Press the newest button whose data begin like this, if there is any."""

        def newest(conn: Connection) -> str | None:
            query = select(attempts.c.body).where(attempts.c.address_id == self.address_id)
            for body in conn.execute(query.order_by(attempts.c.id.desc())).scalars():
                buttons = [button for row in Rendered.from_json(body).buttons for button in row]
                found = next((one.data for one in buttons if (one.data or "").startswith(to)), None)
                if found is not None:
                    return found
            return None

        button = self._app.database.read(newest)
        if button is not None:
            await self.press(button)

    async def press(self, data: str) -> None:
        """Press a button that carries this data."""
        await self._send(press=data)

    async def write(self, text: str) -> None:
        """Write something."""
        await self._send(text=text)

    def look(self) -> list[Question]:
        """Look at the page: questions that lie there and were not answered count as asked from now on."""
        return self._app.database.write(self._look)

    def _invite(self, conn: Connection) -> str:
        now = self._app.clock.now()
        address = addresses.put(conn, self.person_id, NAME, ACCOUNT, self._external_id, AddressState.PENDING, now)
        self.address_id = address.id
        return links.make(conn, LinkPurpose.ENROL, self.person_id, real_now=now, expires_at=None, channel=NAME)

    async def _send(self, *, text: str = "", press: str = "", start: str = "") -> None:
        self._said += 1
        key = f"demo:{self.person_id}:{self._said}"
        raw = raw_of(self._external_id, text=text, press=press, start=start)
        self._app.database.write(
            lambda conn: receive(
                conn, NAME, ACCOUNT, key, self._external_id, raw, text=text or press, now=self._app.clock.now()
            )
        )
        await self._app.step()

    def _look(self, conn: Connection) -> list[Question]:
        address_id = self.address_id
        if address_id is None:
            return []
        query = _unseen(attempts.c.body).where(attempts.c.address_id == address_id)
        found = [Question(row.prompt_id, Rendered.from_json(row.body)) for row in conn.execute(query)]
        if found:
            ids = [question.prompt_id for question in found]
            shown(conn, address_id, ids, self._app.clock.now(), self._app.programmes)
        return found

    def _first_button(self) -> str | None:
        """Return what the first button of the last message carries."""

        def last(conn: Connection) -> Rendered | None:
            query = (
                select(attempts.c.body)
                .where(attempts.c.address_id == self.address_id)
                .order_by(attempts.c.id.desc())
                .limit(1)
            )
            body = conn.execute(query).scalar()
            return None if body is None else Rendered.from_json(body)

        message = self._app.database.read(last)
        buttons: list[Button] = [button for row in message.buttons for button in row] if message else []
        return next((button.data for button in buttons if button.data is not None), None)


def lying_on(conn: Connection, pages: Iterable[Page]) -> dict[int | None, list[int]]:
    """Return the prompts whose questions lie on pages and were not looked at yet, by the page's address."""
    ids = [page.address_id for page in pages if page.address_id is not None]
    found: dict[int | None, list[int]] = {}
    for row in conn.execute(_unseen(attempts.c.address_id).where(listed(attempts.c.address_id, ids))):
        found.setdefault(row.address_id, []).append(row.prompt_id)
    return found


def _unseen(column: ColumnElement[Any]) -> Select[Any]:
    return (
        select(outbox.c.prompt_id, column)
        .join(attempts, attempts.c.outbox_id == outbox.c.id)
        .where(attempts.c.shown_at.is_(None), outbox.c.state == OutboxState.ACCEPTED.value)
        .where(outbox.c.kind.in_([Kind.QUESTION.value, Kind.REMINDER.value]), outbox.c.prompt_id.is_not(None))
        .order_by(attempts.c.id)
    )
