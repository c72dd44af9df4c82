"""The commands of `yanxin`: each loads, helps, and takes --config; `check` changes nothing; `migrate` migrates."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from click import Context
from click.testing import CliRunner
from sqlalchemy import text

from bot.cli.main import COMMANDS, cli
from bot.errors import UsageError
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage.engine import make_engine, parse_url
from bot.storage.migrate import Standing, standing
from bot.storage.opening import open_database


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    configured = structlog.get_config()
    yield
    structlog.configure(**configured)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/var/yanxin.db"\n[security]\nkey_file = "{tmp_path}/var/keys.txt"\n'
    )
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps_and_takes_a_config(name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert "--config" in out
    command = cli.get_command(Context(cli), name)
    assert command is not None
    assert command.get_short_help_str(1000) == COMMANDS[name][1], "its first sentence stands in the list too"


def test_the_list_names_them_all_and_an_unknown_one_is_wrong_use() -> None:
    _, out, _ = run("--help")
    assert all(name in out for name in COMMANDS)
    assert all(" ".join(said.split()) in " ".join(out.split()) for _, said in COMMANDS.values())
    code, _, err = run("dance")
    assert code == 2
    assert "dance" in err


def test_the_module_and_the_version() -> None:
    done = subprocess.run([sys.executable, "-m", "bot", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("yanxin")


def test_check_is_content_with_nothing_yet_and_changes_nothing(config: Path, tmp_path: Path) -> None:
    code, out, err = run("check", "--config", config)
    assert (code, err) == (0, "")
    names = ["settings", "channels", "database", "templates", "programme", "duty", "policies", "reports"]
    names += ["opportunities", "branches"]
    assert [line.partition(":")[0] for line in out.splitlines()] == names
    assert [path.name for path in tmp_path.iterdir()] == ["my.toml"]


def test_check_of_a_database_in_use_changes_nothing(config: Path, tmp_path: Path) -> None:
    run("migrate", "--config", config)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.suffix in {".db", ".txt"}}
    code, out, _ = run("check", "--config", config)
    assert code == 0
    assert "up to date" in out
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_check_names_all_that_is_wrong(config: Path, tmp_path: Path) -> None:
    run("migrate", "--config", config)
    engine = make_engine(parse_url(f"sqlite:///{tmp_path}/var/yanxin.db"), Keyring([Keyring.new_key()]))
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    engine.dispose()
    programme = tmp_path / "programme.toml"
    programme.write_text("[quiet]\nstart = 'noon'\n")
    config.write_text(config.read_text() + f'[programme]\nfile = "{programme}"\n')
    code, out, err = run("check", "--config", config)
    assert code == 1
    assert "newer Yanxin" in err
    assert "programme: " in err
    assert "templates: " in out
    assert "Traceback" not in err


def test_check_of_wrong_settings_is_code_two(config: Path) -> None:
    config.write_text("[service]\nprot = 1\n")
    code, out, err = run("check", "--config", config)
    assert (code, out) == (2, "")
    assert "prot" in err


@pytest.mark.parametrize("key", ["template", "handbook"])
def test_check_of_a_template_that_is_no_document_of_word_is_code_two(config: Path, tmp_path: Path, key: str) -> None:
    (tmp_path / "school.docx").write_text("Dear all", encoding="utf-8")
    for name, wrong in (("school", "is no document of Word"), ("nowhere", "is not there")):
        config.write_text(f'[reports]\n{key} = "{tmp_path}/{name}.docx"\n')
        code, _, err = run("check", "--config", config)
        assert (code, f"[reports] {key}: '{tmp_path}/{name}.docx' {wrong}" in err) == (2, True)


def test_check_of_a_country_that_there_is_not_is_code_two(config: Path) -> None:
    config.write_text('[branches]\noff_in = ["DE", "UK"]\n')
    code, _, err = run("check", "--config", config)
    assert (code, "branches: [branches] off_in: 'UK' is no country; write the two letters" in err) == (2, True)


def test_check_of_a_channel_that_cannot_be_made_is_code_two(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_settings: Settings) -> None:
        raise UsageError("[channels.telegram] proxy cannot be used")

    monkeypatch.setattr("bot.cli.check.make_channels", refuse)
    code, out, err = run("check", "--config", config)
    assert code == 2
    assert "channels: [channels.telegram] proxy" in err
    assert "programme: " in out


def test_check_sees_a_missing_key(config: Path, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {
            "database": {"url": f"sqlite:///{tmp_path}/var/yanxin.db"},
            "security": {"key_file": f"{tmp_path}/var/keys.txt"},
        }
    )
    database = open_database(settings)
    add = (
        "INSERT INTO people (number, name, language, zone, created_at) "
        "VALUES ('1', 'A', 'zh', 'UTC', '2026-11-20 00:00:00')"
    )
    database.write(lambda conn: conn.execute(text(add)).close())
    database.close()
    (tmp_path / "var" / "keys.txt").unlink()
    code, _, err = run("check", "--config", config)
    assert code == 2
    assert "key_file" in err


@pytest.mark.postgres
def test_migrate_migrates_a_postgresql(fresh_pg_url: str, tmp_path: Path) -> None:
    path = tmp_path / "pg.toml"
    path.write_text(f'[database]\nurl = "{fresh_pg_url}"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n')
    code, _, err = run("check", "--config", path)
    assert code == 1
    assert "yanxin migrate" in err
    code, _, err = run("responses", "--config", path)
    assert (code, err.count("\n")) == (1, 1)
    assert run("migrate", "--config", path)[0] == 0
    assert run("check", "--config", path)[0] == 0
    engine = make_engine(parse_url(fresh_pg_url), Keyring([Keyring.new_key()]))
    assert standing(engine) is Standing.CURRENT
    engine.dispose()
