"""A menu as a template has it, in the shape that WeCom and WeChat take."""

import tomllib
from importlib.resources import files
from typing import Any


def buttons(name: str, language: str) -> list[dict[str, Any]]:
    """Return the buttons of a menu in a language: a tap sends the command as if it were written."""
    text = files("templates").joinpath(name).read_text(encoding="utf-8")
    return [_button(one) for one in tomllib.loads(text)[language]]


def _button(one: dict[str, Any]) -> dict[str, Any]:
    if "below" in one:
        return {"name": one["name"], "sub_button": [_button(other) for other in one["below"]]}
    return {"type": "click", "name": one["name"], "key": f"/{one['command']}"}
