"""The ground of the property machine on a database: a school for each example, and what must hold after each step."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import Connection, select

from bot.cases.model import Case, Reason
from bot.journal.store import journal
from bot.people.store import by_id
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from tests.support.lives import Lives
from tests.support.lives_checks import faults, left_lying
from tests.support.lives_ends import unheard, whoever_was_told_takes_it
from tests.support.lives_post import CHANNELS, WORKS

T = TypeVar("T")
SILENCE = frozenset({Reason.MISSED, Reason.UNREACHED, Reason.NOT_ASKED})
LONG_ENOUGH = timedelta(days=25)
"""Longer than any ladder of the machine, and than the delay of the last question."""


class LivesMachine(RuleBasedStateMachine):
    """Three students and their staff; the rules are in the classes that build on it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="yanxin-lives-"))
        database = Database(parse_url(f"sqlite:///{self.folder}/school.db"), Keyring([Keyring.new_key()]))
        metadata.create_all(database.engine)
        self.lives = Lives(database)
        self.written: list[Any] = []

    @invariant()
    def everything_holds(self) -> None:
        found = faults(self.lives)
        assert not found, found

    @invariant()
    def the_journal_only_grows(self) -> None:
        query = select(journal.c.id, journal.c.at, journal.c.action, journal.c.person_id).order_by(journal.c.id)
        there = self.lives.db.read(lambda conn: [tuple(row) for row in conn.execute(query)])
        assert there[: len(self.written)] == self.written
        self.written = there

    def teardown(self) -> None:
        """Given enough time, and platforms that work again, nothing is left lying, and every silence has a human."""
        try:
            self.lives.post.mode = dict.fromkeys(CHANNELS, WORKS)
            self.lives.until(self.lives.now + LONG_ENOUGH)
            found = faults(self.lives) + left_lying(self.lives)
            whoever_was_told_takes_it(self.lives)
            found += unheard(self.lives)
            assert not found, found
        finally:
            self.lives.db.close()
            shutil.rmtree(self.folder)

    def she(self, who: int, does: Callable[[Connection, int], T]) -> T:
        """Let a student do something in one transaction."""
        person_id = self.lives.students[who]
        done: T = self.lives.do(lambda conn: does(conn, person_id))
        return done

    def has_left(self, who: int) -> bool:
        person = self.lives.db.read(lambda conn: by_id(conn, self.lives.students[who]))
        return person is not None and person.left_at is not None

    def of_reason(self, who: int, *reasons: Reason) -> list[Case]:
        """Return the cases of a student that are not over and have one of the reasons."""
        person_id = self.lives.students[who]
        return [case for case in self.lives.unresolved() if case.person_id == person_id and case.reason in reasons]


def pick(of: Sequence[T], index: int) -> T:
    """Return one of them, whatever the index."""
    return of[index % len(of)]
