"""Who hears of an opportunity and what is taken back: news, moves, withdrawals, levels, what she is done with."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.engine.opportunity_audience import Hours
from bot.engine.opportunity_deeds import follow_by, remind, settle, unfollow
from bot.local_time import Quiet
from bot.opportunities import interests, store
from bot.opportunities.model import Follows, Standing
from bot.opportunities.store import opportunities
from bot.outbox.store import outbox
from bot.people.store import people
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from scheduler.opportunities_due import work_off
from tests.fakes.ground import NOW, Ground

DAYS = (30, 7)
HOURS = Hours(Quiet(), DAYS)
MORNING = NOW.replace(hour=2)  # ten in Beijing


class Fair(Ground):
    """A ground with opportunities, and a clock that tests move."""

    now = MORNING

    def offer(self, key: str, days: float = 60, **values: Any) -> int:
        row: dict[str, Any] = dict.fromkeys(("title_en", "tag", "funding", "levels", "text", "text_en", "link"), "") | {
            "title": key
        }
        row |= {"host": "Kyoto", "country": "JP", "type": "exchange", "entered_at": self.now, "next_at": self.now}
        return self.put(opportunities, key=key, due_at=self.now + timedelta(days=days), **row | values)

    def change(self, number: int, **values: Any) -> None:
        self.database.write(lambda conn: store.set_opportunity(conn, number, next_at=self.now, **values))

    def passes(self, **by: float) -> None:
        self.now = self.now + timedelta(**by)
        while self.database.write(lambda conn: work_off(conn, self.now, Quiet(), DAYS)):
            pass

    def follows(self, person: int, value: str = "JP", kind: Follows = Follows.COUNTRY) -> int:
        self.database.write(lambda conn: follow_by(conn, person, kind, value, self.now, HOURS))
        return self.database.read(lambda conn: interests.of_person(conn, person))[-1].id

    def said(self, person: int, state: str = "") -> list[tuple[str, list[str]]]:
        """Return what was queued for somebody: the template's name, and the titles in it."""

        def look(conn: Connection) -> list[tuple[str, list[str]]]:
            query = select(outbox).where(outbox.c.person_id == person).order_by(outbox.c.id)
            rows = [row for row in conn.execute(query) if state in {"", row.state}]
            return [(row.template.rpartition("/")[2], _titles(row.data["abroad"])) for row in rows]

        return self.database.read(look)

    def sent(self) -> None:
        self.database.write(lambda conn: conn.execute(outbox.update().values(state="accepted")))

    def state(self, number: int, person: int) -> tuple[str, datetime | None]:
        heard = self.database.read(lambda conn: store.heard_one(conn, number, person))
        assert heard is not None
        return heard.state.value, heard.next_at


def _titles(abroad: dict[str, Any]) -> list[str]:
    return [one["title"]["zh"] for one in abroad.get("opportunities", [abroad.get("one")])]


@pytest.fixture
def fair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fair]:
    on_postgresql = getattr(request, "param", "") == "postgresql"
    url = request.getfixturevalue("fresh_pg_url") if on_postgresql else f"sqlite:///{tmp_path}/fair.db"
    with closing(Database(parse_url(url), Keyring([Keyring.new_key()]))) as database:
        metadata.create_all(database.engine)
        yield Fair(database)


BOTH = pytest.mark.parametrize(
    "fair", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def test_many_are_collected_into_one_message_a_week(fair: Fair) -> None:
    mei = fair.student("S1")
    fair.follows(mei)
    fair.offer("A")
    fair.passes()
    fair.sent()
    for key in "BCDEFGH":
        fair.offer(key)
    fair.passes(days=6)
    assert fair.said(mei) == [("news", ["A"])]
    fair.passes(days=1)
    assert fair.said(mei)[1:] == [("news", list("BCDEF"))]  # and says that there are two more
    fair.passes(days=8)
    assert len(fair.said(mei)) == 2


@BOTH
def test_what_is_taken_back_before_it_went_out_is_never_heard_of(fair: Fair) -> None:
    mei = fair.student("S1")
    fair.follows(mei)
    off, _ = fair.offer("A"), fair.offer("B")
    fair.passes()
    assert fair.said(mei, "waiting") == [("news", ["A", "B"])]
    fair.change(off, withdrawn_at=fair.now)
    fair.passes(seconds=5)
    assert fair.said(mei, "waiting") == [("news", ["B"])]
    assert fair.state(off, mei) == ("withdrawn", None)
    fair.change(off, withdrawn_at=None)
    fair.sent()
    fair.passes(days=7)
    assert fair.said(mei, "waiting") == [("news", ["A"])]  # it is offered again, so it is new


def test_whoever_is_done_hears_no_more_also_when_it_moves(fair: Fair) -> None:
    mei, li = fair.student("S1"), fair.student("S2")
    one = fair.offer("A")
    fair.passes()
    for person, state in ((mei, Standing.DONE), (li, Standing.NOT_MINE)):
        assert fair.database.write(lambda conn, p=person: remind(conn, one, p, fair.now, HOURS))  # type: ignore[misc]
        assert fair.database.write(lambda conn, p=person, s=state: settle(conn, one, p, s))  # type: ignore[misc]
    fair.change(one, due_at=fair.now + timedelta(days=40))
    fair.passes(days=34)
    fair.change(one, withdrawn_at=fair.now)
    fair.passes()
    assert fair.said(mei) == fair.said(li) == []


def test_what_she_asked_for_herself_stays_when_she_follows_nothing(fair: Fair) -> None:
    mei = fair.student("S1")
    own, other = fair.offer("A"), fair.offer("B", host="Osaka")
    interest = fair.follows(mei)
    assert fair.state(other, mei)[0] == "waiting"
    assert fair.database.write(lambda conn: remind(conn, own, mei, fair.now, HOURS))
    assert fair.database.write(lambda conn: unfollow(conn, mei, interest))
    assert (fair.state(own, mei)[0], fair.state(other, mei)[0]) == ("waiting", "withdrawn")
    fair.passes(days=1)
    assert fair.state(own, mei)[0] == "waiting"
    fair.passes(days=54)
    assert [name for name, _ in fair.said(mei)] == ["reminder"]  # after a long stop one, not two
    fair.passes(days=6)
    assert fair.state(own, mei)[0] == "over"


@BOTH
def test_only_who_may_apply_and_is_there_hears_of_it(fair: Fair) -> None:
    doctor = fair.student("S1", level="doctor", unit="University/Law")
    bachelor = fair.student("S2", level="bachelor", unit="University/Law")
    elsewhere = fair.student("S3", level="doctor", unit="University/Lawn")
    left = fair.student("S4", level="doctor", unit="University/Law", left_at=NOW)
    staff = fair.staff("C1", "counsellor")
    for person in (doctor, bachelor, elsewhere, left, staff):
        fair.follows(person, "exchange", Follows.TYPE)
    one = fair.offer("A", levels="doctor", unit_id=fair.unit("University/Law"))
    fair.passes()
    assert fair.said(doctor) == [("news", ["A"])]
    assert [fair.said(person) for person in (bachelor, elsewhere, left, staff)] == [[]] * 4
    fair.sent()
    row = people.c.id == bachelor
    fair.database.write(lambda conn: conn.execute(people.update().where(row).values(level="doctor")))
    fair.passes(days=1)  # it is looked at once a day
    assert fair.said(bachelor) == [("news", ["A"])]
    assert fair.state(one, bachelor)[0] == "waiting"


def test_a_pause_is_kept_and_the_last_reminder_comes_all_the_same(fair: Fair) -> None:
    mei = fair.student("S1", paused_until=(fair.now + timedelta(days=40)).date())
    one = fair.offer("A")
    fair.database.write(lambda conn: remind(conn, one, mei, fair.now, HOURS))
    fair.follows(mei, "DE")
    fair.offer("B", country="DE", days=80)
    fair.passes(days=35)
    assert fair.said(mei) == []
    fair.passes(days=7)
    assert fair.said(mei) == [("news", ["B"])]
    fair.passes(days=12)
    assert ("reminder", ["A"]) in fair.said(mei)
