"""The menu of the Official Account; `WeChat.introduce` puts it once the service runs."""

from typing import Any

from bot.channels.weixin.menu import buttons


def menu(language: str) -> dict[str, Any]:
    """Return the menu in a language, as menu/create takes it: a tap sends the command as if it were written."""
    return {"button": buttons("channels/wechat_menu.toml", language)}
