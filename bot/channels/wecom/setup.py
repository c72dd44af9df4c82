"""The menu of the app; `WeCom.introduce` puts it once the service runs."""

from typing import Any

from bot.channels.weixin.menu import buttons


def menu(language: str) -> dict[str, Any]:
    """Return the menu in a language, as menu/create takes it."""
    return {"button": buttons("channels/wecom_menu.toml", language)}
