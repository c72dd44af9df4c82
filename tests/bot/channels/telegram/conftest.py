"""A fake Telegram for each test of the channel."""

from collections.abc import Iterator

import pytest

from tests.fakes.telegram import FakeTelegram


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake
