"""Who leaves soon in the demo: one student is ready, one is on her way through her list, one has not begun.

`bot.demo.history` lets each part happen at its instant; what a student presses goes the way of her chat.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.app import App
from bot.deadlines.model import About
from bot.demo.habits import OFFICE
from bot.demo.page import Page
from bot.engine import second_channel
from bot.engine.checklist import Checklist, checklist_of, trip_ahead
from bot.engine.checklist_life import sign
from bot.engine.deadline_life import paper_given
from bot.engine.facts import load_facts
from bot.engine.file_keeping import Lying, keep_for_step
from bot.local_time import BEIJING, local_date
from bot.people.store import by_number
from bot.rendering.card_png import draw_card
from bot.reports.incoming import Looked, look_at
from bot.storage.vault import vault_in

READY, UNDER_WAY = "2023021", "2023023"
_FRIEND = "2023009"
"""A student who is in Munich already, where the one who is ready goes."""
_SAFETY = ("todo:yes:0:safety", "todo:no:1:safety", "todo:done:safety", "todo:done:civic")
_REHEARSED = ("todo:rehearse:rehearsal",)
_PAPERS = {About.PASSPORT: timedelta(days=2200), About.VISA: timedelta(days=400)}
_POLICY = "境外学习保险 保险单（示例）\n# 保险期间\n覆盖整个派出期间\n# 保障\n医疗、住院、紧急送返"
_LARGEST = 10_000_000


@dataclass(frozen=True)
class Departures:
    """What those who leave soon do, on the clock of the demo; `pages` are by student number."""

    app: App
    pages: Mapping[str, Page]
    now: Callable[[], datetime]

    async def prepares(self) -> None:
        """One of them reads the material, gives the days of her papers and hands in her policy: that waits now.

        The other one asks a friend, who reads it in the morning, to be her buddy.
        """
        await self._press(UNDER_WAY, *_SAFETY)
        self._write(UNDER_WAY, self._papers)
        self._write(UNDER_WAY, self._policy)
        await self.pages[READY].write(f"/buddy {_FRIEND}")

    async def finishes(self) -> None:
        """The other one does all of it; the office signs her policy."""
        await self._press(READY, *_SAFETY, *_REHEARSED, "todo:done:support", "todo:done:relation")
        await self.pages[_FRIEND].agree("buddies:yes:")
        self._write(READY, self._papers)
        self._write(READY, self._policy)
        self._write(READY, self._signed)

    def reached_in_two_ways(self) -> None:
        """Let her have a second app, which proves two channels; the demo itself has no such platform."""

        def link(conn: Connection, person_id: int) -> None:
            one = addresses.put(conn, person_id, "wecom", "demo", READY, AddressState.WORKING, self.now())
            proof = {"last_ok_at": self.now(), "heard_at": self.now()}
            conn.execute(addresses.addresses.update().where(addresses.addresses.c.id == one.id).values(**proof))
            second_channel.heard(conn, person_id, self.now())

        self._write(READY, link)

    async def _press(self, number: str, *buttons: str) -> None:
        for button in buttons:
            await self.pages[number].press(button)

    def _write(self, number: str, deed: Callable[[Connection, int], None]) -> None:
        def write(conn: Connection) -> None:
            person = by_number(conn, number)
            if person is not None:
                deed(conn, person.id)

        self.app.database.write(write)

    def _papers(self, conn: Connection, person_id: int) -> None:
        quiet, today = self.app.programmes.current(conn).quiet, local_date(self.now(), BEIJING)
        for about, ahead in _PAPERS.items():
            paper_given(conn, person_id, about, today + ahead, self.now(), quiet, is_own=True)

    def _policy(self, conn: Connection, person_id: int) -> None:
        looked, checklist = look_at(draw_card(_POLICY), _LARGEST), self._list(conn, person_id)
        if checklist is None or not isinstance(looked, Looked):
            raise LookupError("who leaves soon has no list")
        digest = vault_in(self.app.settings.reports.folder, self.app.database.keyring).put(looked.data)
        file = Lying(digest, looked.kind, f"保单.{looked.kind}", len(looked.data))
        keep_for_step(conn, checklist, "insurance", file, self.app.programmes.current(conn), self.now())

    def _signed(self, conn: Connection, person_id: int) -> None:
        office, checklist = by_number(conn, OFFICE), self._list(conn, person_id)
        if office is not None and checklist is not None:
            sign(conn, checklist, "insurance", office.id, self.app.programmes.current(conn), self.now())

    def _list(self, conn: Connection, person_id: int) -> Checklist | None:
        facts = load_facts(conn, [person_id])[person_id]
        trip = trip_ahead(facts, local_date(self.now(), BEIJING))
        return None if trip is None else checklist_of(conn, trip, self.app.programmes.current(conn))
