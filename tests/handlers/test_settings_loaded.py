"""Duty and policies are stored when the service starts: once, again when they change, and never when they are wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.documents.store import documents
from bot.engine.duty_rotas import load_duty
from bot.errors import SettingsError
from bot.journal.store import journal
from bot.people.store import update_person
from bot.policies import store as policies_store
from bot.schema import metadata
from bot.sealed import Keyring
from bot.settings import Settings, load
from bot.storage import tables as _tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from handlers.settings_loaded import load_settings, read_duty_and_policies, unknown_names
from tests.support.rotas import EUROPE, staff

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ROTA = EUROPE.replace("[[rota]]", "[[duty.rota]]")
URLS = '[duty]\nalarm_urls = { D1 = ["ntfy://127.0.0.1/d1"], X9 = ["json://127.0.0.1/"] }\n'
POLICY = "[policies.missed]\nwakes = true\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(parse_url(f"sqlite:///{tmp_path}/loaded.db"), Keyring([Keyring.new_key()]))
    metadata.create_all(made.engine)
    try:
        yield made
    finally:
        made.close()


def settings(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def start(database: Database, wanted: Settings, later: int = 0) -> list[str]:
    at = NOW + timedelta(days=later)
    found: list[str] = database.write(lambda conn: load_settings(conn, wanted, at))
    return found


def kinds(database: Database) -> list[str]:
    return database.read(lambda conn: list(conn.execute(select(documents.c.kind).order_by(documents.c.id)).scalars()))


def test_a_school_that_wrote_nothing_has_no_document(database: Database) -> None:
    assert start(database, Settings()) == []
    assert kinds(database) == []


def test_each_change_is_a_version_and_a_line_in_the_journal(database: Database, tmp_path: Path) -> None:
    assert start(database, settings(tmp_path, ROTA + POLICY)) == ["duty", "policies"]
    assert start(database, settings(tmp_path, ROTA + POLICY), 1) == []
    assert start(database, settings(tmp_path, ROTA.replace('"D2"', '"D3"') + POLICY), 2) == ["duty"]
    assert kinds(database) == ["duty", "policies", "duty"]

    def look(conn: Connection) -> tuple[tuple[str, ...], bool, list[str]]:
        lines = list(conn.execute(select(journal.c.action).order_by(journal.c.id)).scalars())
        return load_duty(conn).rotas[0].members, policies_store.current(conn)[1].of["missed"].wakes, lines

    lines = ["duty.loaded", "policies.loaded", "duty.loaded"]
    assert database.read(look) == (("D1", "D3"), True, lines)


def test_rotas_that_were_taken_out_are_gone(database: Database, tmp_path: Path) -> None:
    start(database, settings(tmp_path, ROTA + POLICY))
    assert start(database, Settings(), 1) == ["duty", "policies"]
    assert database.read(load_duty).rotas == ()
    assert not database.read(lambda conn: policies_store.current(conn)[1].of["missed"].wakes)


def test_both_may_stand_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "duty.toml").write_text(EUROPE, encoding="utf-8")
    (tmp_path / "policies.toml").write_text("[missed]\nwakes = true\n", encoding="utf-8")
    named = f'[duty]\nfile = "{tmp_path}/duty.toml"\n[policies]\nfile = "{tmp_path}/policies.toml"\n'
    duty, policies = read_duty_and_policies(settings(tmp_path, named))
    assert [rota.name for rota in duty.rotas] == ["Europe"]
    assert policies.of["missed"].wakes


def test_wrong_ones_stop_the_start_with_every_mistake_and_nothing_is_stored(database: Database, tmp_path: Path) -> None:
    wrong = ROTA.replace("region:EU", "region:XX").replace("Europe/Berlin", "Europe/Nowhere")
    both = settings(tmp_path, wrong + "[policies.urgent]\nwakes = 5\n[policies.lost]\n")
    with pytest.raises(SettingsError) as caught:
        start(database, both)
    places = [mistake.where for mistake in caught.value.mistakes]
    assert places == ['[duty]: rota "Europe": zone', "[policies]: [urgent] wakes", "[policies]: [lost]"]
    assert kinds(database) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (ROTA.replace("region:EU", "region:XX"), "there is no region 'XX'"),
        (ROTA.replace("region:EU", "country:UK"), "'UK' is no ISO code of a country; use \"country:GB\""),
        ('[duty]\nfile = "nowhere.toml"\n', "cannot be read"),
        (f'[duty]\nfile = "nowhere.toml"\n{ROTA}', "[[duty.rota]] tables too"),
        ('[policies]\nfile = "nowhere.toml"\n', "cannot be read"),
        (f'[policies]\nfile = "nowhere.toml"\n{POLICY}', "tables beside it too"),
    ],
)
def test_each_mistake_says_what_is_wrong(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_duty_and_policies(settings(tmp_path, text))
    assert what in str(caught.value)


def test_numbers_that_are_nobody_are_found_and_stop_nobody(database: Database, tmp_path: Path) -> None:
    both = settings(tmp_path, URLS + ROTA.replace("region:EU", "unit:NJU/Physics"))
    assert start(database, both) == ["duty"]
    database.write(lambda conn: staff(conn, "D1"))
    found = database.read(lambda conn: unknown_names(conn, both, read_duty_and_policies(both)[0]))
    assert [(mistake.where, mistake.what) for mistake in found] == [
        ('[duty]: rota "Europe": members', "'D2' is no member of staff on the roster"),
        ('[duty]: rota "Europe": scope', "there is no unit 'NJU/Physics'"),
        ("[duty] alarm_urls", "'X9' is no member of staff on the roster"),
    ]


def waking(database: Database, person_id: int) -> list[tuple[str, AddressState]]:
    found = database.read(lambda conn: addresses_store.waking_of(conn, person_id))
    return [(one.external_id, one.state) for one in found]


def test_whoever_has_alarm_urls_gets_an_address_that_wakes(database: Database, tmp_path: Path) -> None:
    person_id = database.write(lambda conn: staff(conn, "D1"))
    start(database, settings(tmp_path, URLS))
    assert waking(database, person_id) == [("D1", AddressState.WORKING)]
    start(database, settings(tmp_path, URLS), 1)
    assert waking(database, person_id) == [("D1", AddressState.WORKING)]
    start(database, Settings(), 2)
    assert waking(database, person_id) == []
    start(database, settings(tmp_path, URLS), 3)
    assert waking(database, person_id) == [("D1", AddressState.WORKING)]
    database.write(lambda conn: update_person(conn, person_id, absent_at=NOW))
    start(database, settings(tmp_path, URLS), 4)
    assert waking(database, person_id) == []


def test_alarm_urls_may_stand_in_a_file_and_are_never_repeated(tmp_path: Path) -> None:
    secret = tmp_path / "urls.toml"
    secret.write_text('T001 = ["ntfy://hush"]\n', encoding="utf-8")
    read = settings(tmp_path, f'[duty]\nalarm_urls_file = "{secret}"\n')
    assert [url.get_secret_value() for url in read.duty.alarm_urls["T001"]] == ["ntfy://hush"]
    assert "hush" not in repr(read)
    for broken in ('T001 = "ntfy://hush"\n', "T001 = [[ntfy://hush\n"):
        secret.write_text(broken, encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            settings(tmp_path, f'[duty]\nalarm_urls_file = "{secret}"\n')
        assert "hush" not in str(caught.value)
    with pytest.raises(SettingsError, match=r"\[duty\] alarm_urls_file"):
        settings(tmp_path, '[duty]\nalarm_urls_file = "nowhere.toml"\n')
