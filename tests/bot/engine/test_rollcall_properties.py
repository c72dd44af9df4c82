"""Whatever happens during a roll-call, in any order: the board adds up, and nobody is lost in silence."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.cases.store import cases
from bot.engine.life import sign_of_life
from bot.engine.people_moves import leave
from bot.engine.rollcall_taking import take_city
from bot.engine.rollcall_words import say, say_for
from bot.outbox.store import outbox
from bot.people.store import people
from bot.rollcalls.model import UNHEARD, Area, MemberState, Rollcall, RollcallState, Word
from bot.rollcalls.store import rollcall_members
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.views.rollcall_board import board
from bot.views.scope import Scope
from tests.support.rollcalls import close, now_of, question, start
from tests.support.school import School, utc

PLACES = (("Tokyo", "JP"), ("Osaka", "JP"), ("Paris", "FR"))
CHANNELS: tuple[tuple[str, ...], ...] = (("telegram",), ("web",), ("wecom",), (), ("telegram", "web"))
students = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(CHANNELS)), min_size=1, max_size=4)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["safe", "help", "elsewhere", "wrote", "behalf", "leave", "lose", "link", "take", "wait"]),
        st.integers(0, 3),
        st.integers(1, 120),
    ),
    max_size=8,
)


@given(students, deeds, st.booleans())
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
def test_the_board_always_adds_up_and_nobody_is_lost(who: list[Any], done: list[Any], drill: bool) -> None:
    with TemporaryDirectory() as folder:
        database = Database(parse_url(f"sqlite:///{Path(folder) / 'school.db'}"), Keyring([Keyring.new_key()]))
        metadata.create_all(database.engine)
        try:
            _live(School(database), who, done, drill=drill)
        finally:
            database.close()


def _live(school: School, who: list[Any], done: list[Any], *, drill: bool) -> None:
    school.until(utc("2026-09-03 03:00"))
    ids = [
        school.student(f"S{index}", city=city, country=country, channels=channels)
        for index, ((city, country), channels) in enumerate(who)
    ]
    in_japan = {one for one, ((_, country), _) in zip(ids, who, strict=True) if country == "JP"}
    school.student("S9", city="Tokyo", country="JP")  # so that it is never a roll-call of nobody
    rollcall = start(school, Area(countries=("JP",)), drill=drill)
    members = {one for one in ids if _state(school, rollcall, one) is not None}
    assert members == in_japan
    for deed, index, minutes in done:
        if ids[index % len(ids)] in members:
            _do(school, rollcall, ids[index % len(ids)], deed, minutes)
        _adds_up(school, rollcall, len(members) + 1)
    school.until(school.now + timedelta(hours=6))
    close(school, rollcall)
    _adds_up(school, rollcall, len(members) + 1)
    assert now_of(school, rollcall).state is RollcallState.CLOSED
    query = select(cases.c.person_id).where(cases.c.reason == "rollcall")
    listed = set(school.db.read(lambda conn: conn.execute(query).scalars().all()))
    silent = {one for one in members if MemberState(_state(school, rollcall, one) or "left") in UNHEARD}
    assert not listed if drill else silent <= listed
    _nobody_is_reminded_after_her_word(school)


def _do(school: School, rollcall: Rollcall, person: int, deed: str, minutes: int) -> None:
    now = school.now
    if deed in set(Word):
        prompt = question(school, rollcall, person)
        school.do(lambda conn: say(conn, prompt.id, person, Word(deed), "telegram", now))
    elif deed == "wrote":
        school.do(lambda conn: sign_of_life(conn, person, now))
    elif deed == "behalf":
        school.do(lambda conn: say_for(conn, rollcall.id, person, Word.SAFE, school.counsellor, "called", now))
    elif deed == "leave":
        school.do(lambda conn: leave(conn, person, now, school.programmes))
    elif deed == "link":
        school.link(person)
    elif deed == "take":
        within = Scope.everything().students(now.date())
        school.do(lambda conn: take_city(conn, rollcall.id, "JP", "Tokyo", school.counsellor, within, now))
    elif deed == "lose":
        held = school.db.read(lambda conn: addresses_store.all_of(conn, [person])).get(person, [])
        for address in held:
            school.do(partial(addresses_store.set_state, address_id=address.id, state=AddressState.GONE))
    else:
        school.until(now + timedelta(minutes=minutes))
    school.work_off()


def _state(school: School, rollcall: Rollcall, person: int) -> str | None:
    query = select(rollcall_members.c.state).where(
        rollcall_members.c.rollcall_id == rollcall.id, rollcall_members.c.person_id == person
    )
    return school.db.read(lambda conn: conn.execute(query).scalar())


def _adds_up(school: School, rollcall: Rollcall, expected: int) -> None:
    for scope in (Scope.everything(), Scope(school.counsellor, own=True)):
        seen = school.db.read(partial(board, scope=scope, rollcall_id=rollcall.id, now=school.now))
        assert seen is not None
        assert seen.total == expected
        assert sum(city.total for city in seen.cities) == expected
        assert sum(city.unheard for city in seen.cities) == seen.unheard
        for state, number in seen.counts.items():
            assert sum(city.counts[state] for city in seen.cities) == number


def _nobody_is_reminded_after_her_word(school: School) -> None:
    """A reminder is queued only for whoever had said nothing when it was."""
    table = rollcall_members
    query = (
        select(table.c.state, table.c.at, outbox.c.created_at)
        .join(outbox, outbox.c.person_id == table.c.person_id)
        .join(people, people.c.id == table.c.person_id)
        .where(outbox.c.template == "rollcall/reminder", table.c.state.in_(["safe", "help", "elsewhere", "wrote"]))
    )
    for row in school.db.read(lambda conn: conn.execute(query).all()):
        assert row.created_at <= row.at
