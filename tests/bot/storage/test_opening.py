"""Opening a database: keys made or refused, an embedded one migrated, a foreign or newer one refused."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.errors import UsageError, YanxinError
from bot.settings import Settings
from bot.storage.opening import open_database


def settings(url: str, keys: Path) -> Settings:
    return Settings.model_validate({"database": {"url": url}, "security": {"key_file": str(keys)}})


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    return settings(f"sqlite:///{tmp_path}/var/deep/yanxin.db", tmp_path / "var" / "keys.txt")


ADD_PERSON = (
    "INSERT INTO people (number, name, language, zone, created_at) VALUES ('1', 'A', 'zh', 'Asia/Shanghai', "
    "'2026-11-20 00:00:00')"
)


def test_an_embedded_database_is_made_with_its_folder_its_keys_and_its_tables(embedded: Settings) -> None:
    database = open_database(embedded)
    assert database.read(lambda conn: conn.execute(text("SELECT count(*) FROM people")).scalar()) == 0
    database.close()
    mode = Path(embedded.security.key_file).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_opening_again_keeps_keys_and_rows(embedded: Settings) -> None:
    first = open_database(embedded)
    first.write(lambda conn: conn.execute(text(ADD_PERSON)).close())
    first.close()
    keys = Path(embedded.security.key_file).read_text()
    second = open_database(embedded)
    assert second.read(lambda conn: conn.execute(text("SELECT count(*) FROM people")).scalar()) == 1
    second.close()
    assert Path(embedded.security.key_file).read_text() == keys


def test_a_missing_key_beside_rows_is_refused_and_not_made_anew(embedded: Settings) -> None:
    database = open_database(embedded)
    database.write(lambda conn: conn.execute(text(ADD_PERSON)).close())
    database.close()
    keys = Path(embedded.security.key_file)
    keys.unlink()
    with pytest.raises(UsageError, match="is missing, but the database holds rows"):
        open_database(embedded)
    assert not keys.exists()


def test_a_missing_key_beside_an_empty_database_is_made(embedded: Settings) -> None:
    open_database(embedded).close()
    keys = Path(embedded.security.key_file)
    keys.unlink()
    open_database(embedded).close()
    assert keys.exists()


@pytest.mark.parametrize(("content", "word"), [("", "holds no key"), ("secret-line\n", "is no Fernet key")])
def test_a_bad_key_file_is_refused_without_showing_it(embedded: Settings, content: str, word: str) -> None:
    keys = Path(embedded.security.key_file)
    keys.parent.mkdir(parents=True)
    keys.write_text(content)
    with pytest.raises(UsageError, match=word) as caught:
        open_database(embedded)
    assert "secret-line" not in str(caught.value)


def test_a_newer_database_is_refused_in_one_sentence(embedded: Settings) -> None:
    database = open_database(embedded)
    database.write(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = 'future'")).close())
    database.close()
    with pytest.raises(YanxinError, match="newer Yanxin") as caught:
        open_database(embedded)
    assert "\n" not in str(caught.value)


def test_something_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is no database, and it is long enough to be read as one" * 20)
    with pytest.raises(YanxinError, match=r"text\.db cannot be used"):
        open_database(settings(f"sqlite:///{tmp_path}/text.db", tmp_path / "keys.txt"))


@pytest.mark.postgres
def test_a_postgresql_must_be_migrated_by_hand(fresh_pg_url: str, tmp_path: Path) -> None:
    there = settings(fresh_pg_url, tmp_path / "keys.txt")
    with pytest.raises(YanxinError, match="yanxin migrate"):
        open_database(there)
    open_database(there, migrating=True).close()
    open_database(there).close()
