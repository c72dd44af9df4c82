"""The whole web application on a small university, at one instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.clock import ManualClock
from bot.settings import Settings
from handlers.links_made import login_link
from tests.fakes.ground import NOW, Ground
from tests.fakes.web import Visitor


@dataclass
class Town:
    """The running parts with somebody to look at them."""

    app: App
    clock: ManualClock
    ground: Ground

    def visitor(self, **headers: str) -> Visitor:
        return Visitor(self.app.web, **headers)

    def login_path(self, number: str) -> str:
        made = self.app.database.write(lambda conn: login_link(conn, self.app.settings, number, self.clock.real()))
        return made.removeprefix(self.app.settings.service.url)

    def signed_in(self, number: str, **headers: str) -> Visitor:
        visitor = self.visitor(**headers)
        assert visitor.post(self.login_path(number)).status == 303
        return visitor


def settings_in(folder: Path, **service: Any) -> Settings:
    """Return settings of a service that keeps everything in a folder."""
    return Settings.model_validate(
        {
            "service": service,
            "database": {"url": f"sqlite:///{folder / 'yanxin.db'}"},
            "security": {"key_file": str(folder / "keys.txt")},
            "reports": {"folder": str(folder / "files")},
        }
    )


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    clock = ManualClock(NOW)
    app = App(settings_in(tmp_path), clock, paced=False)
    yield Town(app, clock, Ground(app.database))
    app.close()
