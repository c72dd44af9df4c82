from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.places.zone_finder import ZoneFinder
from bot.rendering.renderer import Renderer
from tests.support.talk import Talk, open_tables
from tests.support.wecom_talk import WeComTalk


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture(scope="session")
def zone_finder() -> ZoneFinder:
    return ZoneFinder()


@pytest.fixture
def talk(tmp_path: Path, renderer: Renderer, zone_finder: ZoneFinder) -> Iterator[Talk]:
    database = open_tables(tmp_path)
    yield Talk(database, renderer, zone_finder)
    database.close()


@pytest.fixture
def talk_on_wecom(tmp_path: Path, renderer: Renderer, zone_finder: ZoneFinder) -> Iterator[WeComTalk]:
    database = open_tables(tmp_path)
    yield WeComTalk(database, renderer, zone_finder)
    database.close()
