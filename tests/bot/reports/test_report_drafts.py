"""A draft keeps every word: of several devices, of chat and page, and what does not fit. On both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.reports import drafts, files, store
from bot.reports.model import Report, Stage
from bot.reports.rules import MOST
from bot.reports.store import report_sections
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from tests.fakes.ground import NOW, Ground


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    url = f"sqlite:///{tmp_path}/g.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    database = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield Ground(database)
    database.close()


@pytest.fixture
def report(ground: Ground) -> Report:
    person = ground.student("S1", reachable=False)
    trip = ground.trip(person)
    return ground.database.write(lambda conn: store.add(conn, person, trip, "return_report", None, NOW))


def test_words_of_two_devices_are_both_kept(ground: Ground, report: Report) -> None:
    write = ground.database.write
    first = write(lambda conn: drafts.save(conn, report, "done", "Two courses.", 0, "a" * 16, NOW))
    assert (first[0].revision, first[1]) == (1, True)
    late = write(lambda conn: drafts.save(conn, report, "done", "A telescope.", 0, "b" * 16, NOW))
    assert late == (first[0], False)
    write(lambda conn: drafts.save(conn, report, "done", "A telescope, and", 0, "b" * 16, NOW))  # she types on
    (aside,) = ground.database.read(lambda conn: drafts.asides_of(conn, report))
    assert aside.body == "A telescope, and"
    write(lambda conn: drafts.settle(conn, report, aside.id, NOW, take=True))
    found = ground.database.read(lambda conn: drafts.drafts_of(conn, report))
    assert found["done"].body == "Two courses.\nA telescope, and"
    assert ground.database.read(lambda conn: drafts.asides_of(conn, report)) == []


def test_the_same_words_twice_are_no_conflict(ground: Ground, report: Report) -> None:
    for _ in range(2):
        draft, kept = ground.database.write(
            lambda conn: drafts.save(conn, report, "done", " Two courses.\r\n", 0, "a" * 16, NOW)
        )
        assert (draft.revision, kept) == (1, True)


def test_a_message_between_two_saves_of_a_page_stays(ground: Ground, report: Report) -> None:
    write = ground.database.write
    write(lambda conn: drafts.save(conn, report, "done", "On the page.", 0, "a" * 16, NOW))
    write(lambda conn: drafts.say(conn, report, "done", "In chat.", "telegram", NOW))
    _, kept = write(lambda conn: drafts.save(conn, report, "done", "On the page, more.", 1, "a" * 16, NOW))
    assert not kept
    assert ground.database.read(lambda conn: drafts.drafts_of(conn, report))["done"].body == "On the page.\nIn chat."


def test_the_last_message_is_taken_out_unless_the_page_changed_it(ground: Ground, report: Report) -> None:
    write = ground.database.write
    for words in ("One.", "Two."):
        write(lambda conn, words=words: drafts.say(conn, report, "done", words, "telegram", NOW))  # type: ignore[misc]
    draft, words_out = write(lambda conn: drafts.take_back(conn, report, NOW))
    assert draft is not None
    assert (draft.body, words_out) == ("One.", "Two.")
    write(lambda conn: drafts.save(conn, report, "done", "One!", draft.revision, "a" * 16, NOW))
    assert write(lambda conn: drafts.take_back(conn, report, NOW)) == (None, "One.")


def test_what_does_not_fit_is_kept_beside_it(ground: Ground, report: Report) -> None:
    write = ground.database.write
    write(lambda conn: drafts.say(conn, report, "done", "x" * MOST, "telegram", NOW))
    assert write(lambda conn: drafts.say(conn, report, "done", "too much", "telegram", NOW)) is None
    (aside,) = ground.database.read(lambda conn: drafts.asides_of(conn, report))
    assert aside.body == "too much"
    assert write(lambda conn: drafts.settle(conn, report, aside.id, NOW, take=True)) is None
    assert len(ground.database.read(lambda conn: drafts.asides_of(conn, report))) == 1


def test_nothing_she_wrote_is_readable_in_the_database(ground: Ground, report: Report) -> None:
    ground.database.write(lambda conn: drafts.say(conn, report, "done", "a secret", "telegram", NOW))
    raw = ground.database.read(lambda conn: conn.execute(text("SELECT body FROM report_sections")).scalar_one())
    assert "secret" not in raw
    assert ground.database.read(lambda conn: conn.execute(select(report_sections.c.body)).scalar_one()) == "a secret"


def test_who_is_second_changes_nothing(ground: Ground, report: Report) -> None:
    write = ground.database.write
    assert write(lambda conn: store.change_stage(conn, report, Stage.SUBMITTED, version=1))
    assert not write(lambda conn: store.change_stage(conn, report, Stage.EXCUSED))
    again = ground.database.read(lambda conn: store.by_id(conn, report.id))
    assert again is not None
    assert (again.stage, again.version) == (Stage.SUBMITTED, 1)


def test_the_same_file_is_there_once_and_a_removed_one_is_gone_from_the_draft(ground: Ground, report: Report) -> None:
    write = ground.database.write
    first = write(lambda conn: files.add_file(conn, report, "a" * 64, "jpeg", "a.jpg", 10, NOW))
    assert write(lambda conn: files.add_file(conn, report, "a" * 64, "jpeg", "b.jpg", 10, NOW)) == first
    assert write(lambda conn: files.remove_file(conn, report, first, NOW + timedelta(hours=1)))
    assert ground.database.read(lambda conn: files.files_of(conn, report)) == []
    assert [one.name for one in ground.database.read(lambda conn: files.files_of(conn, report, removed=True))] == [
        "a.jpg"
    ]
