"""The menu of the app, as the template has it; `WeCom.introduce` puts it once the service runs."""

import tomllib
from importlib.resources import files
from typing import Any


def menu(language: str) -> dict[str, Any]:
    """Return the menu in a language, as menu/create takes it: a tap sends the command as if it were written."""
    text = files("templates").joinpath("channels/wecom_menu.toml").read_text(encoding="utf-8")
    return {"button": [_button(one) for one in tomllib.loads(text)[language]]}


def _button(one: dict[str, Any]) -> dict[str, Any]:
    if "below" in one:
        return {"name": one["name"], "sub_button": [_button(other) for other in one["below"]]}
    return {"type": "click", "name": one["name"], "key": f"/{one['command']}"}
