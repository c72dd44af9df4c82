"""A database with the demo in it, some of whose students have Telegram too, for simulations of a real roster."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.demo.build import build
from bot.people.store import people
from bot.settings import Settings
from bot.storage.opening import open_database

NOW = datetime(2026, 11, 20, 9, 17, tzinfo=UTC)
BOT = "424242"
"""The account of the bot whose token the settings name."""


def settings_of(folder: Path, *, telegram: bool = True) -> Settings:
    enabled = {"telegram": {"enabled": True, "token": f"{BOT}:x", "bot_username": "goose"}} if telegram else {}
    return Settings.model_validate(
        {
            "database": {"url": f"sqlite:///{folder / 'yanxin.db'}"},
            "security": {"key_file": str(folder / "keys.txt")},
            "reports": {"folder": str(folder / "files")},
            "channels": enabled,
        }
    )


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    settings = settings_of(folder, telegram=False)
    build(settings, NOW)
    database = open_database(settings)
    database.write(_link_telegram)
    database.close()
    return folder


@pytest.fixture
def demo(demo_folder: Path, tmp_path: Path) -> Settings:
    """Settings of a copy of the demo that nobody else touches."""
    for name in ("yanxin.db", "keys.txt"):
        shutil.copy(demo_folder / name, tmp_path / name)
    return settings_of(tmp_path)


def _link_telegram(conn: Connection) -> None:
    """Give every second person of the demo a bot chat, one of them nothing else."""
    ids = list(conn.execute(select(people.c.id).order_by(people.c.id)).scalars())
    for person_id in ids[::2]:
        addresses.put(conn, person_id, "telegram", BOT, f"chat-{person_id}", AddressState.WORKING, NOW)
    only = conn.execute(select(people.c.id).where(people.c.number == "2023001")).scalar_one()
    table = addresses.addresses
    conn.execute(table.update().where(table.c.person_id == only, table.c.channel == "web").values(state="revoked"))
    addresses.put(conn, only, "telegram", BOT, f"chat-{only}", AddressState.WORKING, NOW)
