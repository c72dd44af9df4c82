"""The menus of WeCom and WeChat: within what each takes, in both languages, and every entry does something."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.wechat.setup import menu as wechat_menu
from bot.channels.wecom.setup import menu as wecom_menu
from handlers.chat.commanded import COMMANDS

Menu = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("menu", "longest"), [(wecom_menu, 40), (wechat_menu, 60)])
def test_a_menu_fits_and_every_entry_is_a_command(menu: Menu, longest: int, language: str) -> None:
    top = menu(language)["button"]
    assert len(top) <= 3
    assert all(len(one["name"].encode()) <= 16 for one in top)
    below = [inner for one in top for inner in one.get("sub_button", [])]
    assert len(below) <= 5
    assert all(len(one["name"].encode()) <= longest for one in below)
    keys = [one["key"] for one in [*top, *below] if "key" in one]
    assert keys[:2] == ["/checkin", "/sos"]
    assert sorted(keys[2:]) == ["/channels", "/help", "/opportunities", "/pause", "/where"]
    assert set(keys) <= COMMANDS
