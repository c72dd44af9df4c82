"""A whole service in a world whose clock a story moves: real database, handlers, engine, delivery, a fake Telegram.

    with world_at(tmp_path, "2026-11-24 12:00") as world:
        world.staff("C1", "counsellor", language="en")
        mei = world.student("S1", "New York", "US")    # on the roster, and linked: her Phone
        world.fast_forward(days=2)                      # whatever falls due on the way happens at its instant
        mei.hears("How has your week been?")
        mei.presses("Fine"); world.settle()             # the service reads, acts and answers; no time passes
        world.wall("S1")                                # what her clock on the wall shows

`world.stops_for(days=7)` is an outage. Nothing here sleeps: `settle` returns when the service has nothing left to do at
this instant. Leaving the world fails when the service logged an error that the story did not expect (`expects_errors`)
or when somebody's phone holds a message that no `hears` asked for (`forgets` says that a story does not care).
"""

import asyncio
import threading
from collections.abc import Collection, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import structlog
from sqlalchemy import Connection, select
from structlog.typing import EventDict

from bot.app import App
from bot.app.running import store_of
from bot.cases.store import cases
from bot.channels.base import Sourced
from bot.clock import ManualClock
from bot.demo.page import LATER
from bot.digests import store as digests_store
from bot.digests.model import Every
from bot.engine.digest_planning import is_reader
from bot.engine.facts import load_facts
from bot.local_time import to_wall
from bot.people.store import by_number, people
from bot.roster.read import read_roster
from bot.settings import Settings
from bot.storage.opening import open_database
from bot.views.responses import responses
from bot.views.scope import Scope
from handlers.links_made import invite_links
from handlers.roster_imported import import_roster
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_phone import Phone

T = TypeVar("T")
PEOPLE = "number,name,unit,role,scope,zone,language,counsellor,supervisor,email"
TRIPS = "trip,number,host,city,country,zone,departs,returns,type"


def instant(text: str) -> datetime:
    """Read "2026-11-24 12:00" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class World:
    """The service, its clock, and everybody's phones."""

    def __init__(self, app: App, clock: ManualClock, telegram: FakeTelegram, errors: list[EventDict]) -> None:
        self.app = app
        self.clock = clock
        self.telegram = telegram
        self.expects_errors = False
        self.cares = True
        self.digests = True
        app.rounds.batches.after_stays.asks = False
        self._errors = errors
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="world", daemon=True)
        self._people: list[str] = []
        self._trips: list[str] = []
        self._numbers: dict[int, str] = {}

    # ------------------------------------------------------------------------------------------ people

    def staff(
        self,
        number: str,
        role: str,
        *,
        scope: str = "",
        language: str = "en",
        linked: bool = True,
        zone: str = "",
        email: str = "",
    ) -> Phone:
        """Put somebody of the staff on the roster; linked unless the story says otherwise."""
        self._people.append(f"{number},{number} of the staff,University,{role},{scope},{zone},{language},,,{email}")
        return self._joins(number, language, linked=linked)

    def student(
        self,
        number: str,
        city: str = "New York",
        country: str = "US",
        *,
        departs: str = "2026-09-01",
        returns: str = "2027-06-30",
        language: str = "en",
        counsellor: str = "C1",
        linked: bool = True,
        zone: str = "",
        supervisor: str = "",
        email: str = "",
    ) -> Phone:
        """Put a student with one trip on the roster; linked unless the story says otherwise."""
        self._people.append(
            f"{number},Student {number},University,student,,,{language},{counsellor},{supervisor},{email}"
        )
        self._trips.append(f"T{number},{number},Host,{city},{country},{zone},{departs},{returns},exchange")
        return self._joins(number, language, linked=linked)

    def changes_trip(self, number: str, **values: str) -> None:
        """Change a student's trip through the roster: city, country, zone, departs or returns."""
        columns = TRIPS.split(",")
        for index, line in enumerate(self._trips):
            row = dict(zip(columns, line.split(","), strict=True))
            if row["number"] == number:
                self._trips[index] = ",".join((row | values)[column] for column in columns)
        self.imports()
        self.settle()

    def calls_off(self, *numbers: str) -> None:
        """Take students' trips out of the roster, as a school does whose stay is off."""
        self._trips = [line for line in self._trips if line.split(",")[1] not in numbers]
        self.imports(prune={"trips"})
        self.settle()

    def imports(self, prune: Collection[str] = ()) -> None:
        """Import the roster as it stands."""
        with TemporaryDirectory() as folder:
            for name, head, lines in (("people", PEOPLE, self._people), ("trips", TRIPS, self._trips)):
                Path(folder, f"{name}.csv").write_text("\n".join([head, *lines, ""]), encoding="utf-8")
            roster = read_roster(Path(folder))
        self.app.database.write(
            lambda conn: import_roster(
                conn, roster, prune=set(prune), dry_run=False, now=self.clock.now(), programmes=self.app.programmes
            )
        )

    def links(self, number: str, phone: Phone) -> None:
        """Follow an invitation and go on with the first button until nothing is asked any more but what can wait."""
        phone.starts(self.invitation(number))
        self.settle()
        while phone.unheard:
            message = phone.unheard[-1]
            while phone.unheard:
                phone.hears()
            data = message.buttons[0][0].data if message.buttons else None
            if data and not data.startswith(LATER):
                phone.presses(data, message)
                self.settle()

    def invitation(self, number: str) -> str:
        """Return the token of somebody's invitation to Telegram."""
        made = self.app.database.write(lambda conn: invite_links(conn, self.app.settings, [number], self.clock.real()))
        url = next(one.url for one in made if one.channel == "telegram")
        return parse_qs(urlsplit(url).query)["start"][0]

    # -------------------------------------------------------------------------------------------- time

    def settle(self) -> None:
        """Let the service read, act and answer until it has nothing left to do at this instant."""
        self.telegram.wait_for(lambda: not self.telegram.updates, "every update to be fetched")
        self._run(self.app.step())

    def fast_forward(self, to: datetime | None = None, **by: float) -> None:
        """Let time pass, to an instant or by a duration; whatever falls due on the way happens at its instant."""
        until = to if to is not None else self.clock.now() + timedelta(**by)
        self.settle()
        while (due := self.app.next_due()) is not None and due <= until:
            self.clock.set(due)
            self._run(self.app.step())
        self.clock.set(until)
        self.settle()

    def stops_for(self, **by: float) -> None:
        """Let time pass while the service is down; it is up again afterwards."""
        self.clock.advance(timedelta(**by))
        self._run(self.app.rounds.plan())
        self.settle()

    def wall(self, number: str) -> str:
        """Return what the clock on a person's wall shows now: "Tue 2026-11-24 18:30"."""
        person = self.app.database.read(lambda conn: by_number(conn, number))
        assert person is not None, f"nobody has the number {number}"
        facts = self.app.database.read(lambda conn: load_facts(conn, [person.id]))[person.id]
        return to_wall(self.clock.now(), facts.zone_now(self.clock.now())).strftime("%a %Y-%m-%d %H:%M")

    # ------------------------------------------------------------------------------------------- looking

    def responses(self, number: str) -> list[dict[str, str]]:
        """Return what the office exports of a student, the oldest first."""
        now = self.clock.now()
        rows = self.app.database.read(lambda conn: list(responses(conn, Scope.everything(), None, now)))
        return [row for row in rows if row["number"] == number]

    def cases(self, number: str) -> list[tuple[str, str]]:
        """Return a student's cases as (reason, state), the oldest first."""
        query = (
            select(cases.c.reason, cases.c.state)
            .join(people, people.c.id == cases.c.person_id)
            .where(people.c.number == number)
            .order_by(cases.c.id)
        )
        return self.app.database.read(lambda conn: [(row.reason, row.state) for row in conn.execute(query)])

    def forgets(self) -> None:
        """Say that the story does not care for what has arrived so far."""
        for phone in self.telegram.phones.values():
            while phone.unheard:
                phone.hears()

    def reads_digests(self, phone: Phone) -> list[str]:
        """Read the digests that lie on a phone next and return their texts; what is none of them stays there."""
        texts = []
        while phone.unheard and "digest:how" in (one.data for row in phone.unheard[0].buttons for one in row):
            texts.append(phone.hears().text)
        return texts

    # ---------------------------------------------------------------------------------------- machinery

    def begins(self) -> None:
        """Start the loop and the poll; the clock stands until the story moves it."""
        self._thread.start()
        self._run(self._begin())

    def ends(self) -> None:
        """Stop everything, then say what went wrong, if anything."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self.app.close()

    def judges(self) -> None:
        """Fail on errors of the service, and on messages that nobody expected."""
        if not self.expects_errors:
            assert not self._errors, f"the service logged {self._errors}"
        if self.cares:
            assert self.telegram.unheard() == {}, "messages that nobody expected"

    def _joins(self, number: str, language: str, *, linked: bool) -> Phone:
        self.imports()
        if not self.digests:
            self.app.database.write(lambda conn: self._without_digest(conn, number))
        phone = self.telegram.phone(f"{number}'s phone", language=language)
        if linked:
            self.links(number, phone)
        return phone

    def _without_digest(self, conn: Connection, number: str) -> None:
        person = by_number(conn, number)
        if person is not None and is_reader(person):
            digests_store.choose(conn, person.id, Every.OFF, self.clock.now())

    async def _begin(self) -> None:
        self.app.bind()
        await self.app.rounds.plan()
        self._polls = [
            asyncio.create_task(source.run(store_of(self.app, channel)))
            for channel in self.app.channels
            if isinstance(channel, Sourced) and channel.name != "mail"  # a mailbox is read when a story says so
            if (source := channel.source) is not None
        ]

    async def _end(self) -> None:
        await self.app.rounds.watch()  # what should have happened and has not is an error line
        for poll in self._polls:
            poll.cancel()
        await asyncio.gather(*self._polls, return_exceptions=True)
        for sender in self.app.senders.values():
            await sender.stop()
        for channel in self.app.channels:
            await channel.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)


@contextmanager
def world_at(
    folder: Path,
    start: str,
    *,
    database_url: str = "",
    programme: str = "",
    limits: dict[str, int] | None = None,
    channels: dict[str, Any] | None = None,
    more: dict[str, Any] | None = None,
    digests: bool = True,
) -> Iterator[World]:
    """Make a world whose clock stands at `start` (UTC), on SQLite in a folder or on the database named.

    `limits` are those of the settings that differ from their defaults, `channels` those beside Telegram, `more`
    other sections, say duty. Without `digests` no member of staff wants one: for stories about something else.
    """
    errors: list[EventDict] = []
    with FakeTelegram() as telegram, structlog.testing.capture_logs() as lines:
        values: dict[str, Any] = {
            "database": {"url": database_url or f"sqlite:///{folder}/world.db"},
            "security": {"key_file": str(folder / "keys.txt")},
            "reports": {"folder": str(folder / "files")},
            "channels": {"telegram": telegram.section().model_dump()} | (channels or {}),
            "limits": limits or {},
        } | (more or {})
        if programme:
            (folder / "programme.toml").write_text(programme, encoding="utf-8")
            values["programme"] = {"file": str(folder / "programme.toml")}
        settings = Settings.model_validate(values)
        if database_url:
            open_database(settings, migrating=True).close()
        clock = ManualClock(instant(start))
        world = World(App(settings, clock, paced=False), clock, telegram, errors)
        world.digests = digests
        world.begins()
        try:
            yield world
        finally:
            world.ends()
            errors += [dict(line) for line in lines if line["log_level"] in {"error", "critical"}]
        world.judges()
