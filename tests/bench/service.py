"""The whole service as its settings make it, for benchmarks that drive its parts: a filled SQLite file and an App."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import App
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.storage.keys import read_keys
from bot.storage.migrate import migrate
from tests.bench.ground import ACCOUNT, DUE, fill
from tests.fakes.service import ShiftedClock

SECRET = "a-secret-of-the-benchmark"


def settings_in(folder: Path, api_url: str, port: int = 1) -> Settings:
    """Return the settings of a service on SQLite whose Telegram is a server of ours."""
    telegram = {
        "enabled": True,
        "token": f"{ACCOUNT}:token-of-the-benchmark",
        "bot_username": "yanxin_bench_bot",
        "mode": "webhook",
        "webhook_secret": SECRET,
        "api_url": api_url,
    }
    return Settings.model_validate(
        {
            "service": {"port": port},
            "database": {"url": f"sqlite:///{folder / 'yanxin.db'}"},
            "security": {"key_file": str(folder / "keys.txt")},
            "channels": {"telegram": telegram, "web": {"enabled": False}},
        }
    )


def prepare(settings: Settings, students: int, *, history: int = 0, language: str = "zh") -> None:
    """Make the database of these settings with so many students, and its key."""
    key_file = Path(settings.security.key_file)
    key_file.write_text(Keyring.new_key() + "\n", encoding="ascii")
    database = Database(parse_url(settings.database.url), read_keys(key_file))
    try:
        migrate(database.engine)
        fill(database, students, history=history, language=language)
    finally:
        database.close()


@contextmanager
def service(api_url: str, students: int, *, paced: bool, language: str = "zh") -> Iterator[App]:
    """Give a service whose time begins when everybody's check-in falls due; nothing of it runs yet."""
    with TemporaryDirectory(prefix="yanxin-bench-") as folder:
        settings = settings_in(Path(folder), api_url)
        prepare(settings, students, language=language)
        app = App(settings, ShiftedClock(DUE), paced=paced)
        try:
            yield app
        finally:
            app.close()
