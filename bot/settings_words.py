"""What is wrong with a value in the settings file, in our own words; `bot.settings` asks for each thing that it finds.

A pattern has words of its own here, or else whoever reads would have to read the pattern.
"""

import re
from collections.abc import Mapping
from typing import Any

EXPLAINED = "config.example.toml explains what it takes"
_WEB = "write an address that begins with http:// or https:// and has no slash at its end"
_ASK_THE_FORM = {
    r"^(https?://[^\s/]+.*[^/])?$": _WEB,
    r"^(https?://\S+)?$": "write an address that begins with http:// or https://, or leave it empty",
    r"^https?://\S*[^/\s]$": _WEB,
    r"^((https?|socks5h?)://\S+)?$": "write an address like http://host:3128 or socks5://host:1080, or leave it empty",
    r"^[A-Za-z0-9_]*$": "use letters, digits and _ only, without @",
    r"^[A-Za-z0-9_-]{0,256}$": "use at most 256 of A-Z a-z 0-9 _ -",
    r"^[A-Za-z0-9_-]{0,64}$": "copy it from the platform's console: at most 64 letters, digits, _ and -",
    r"^[A-Za-z0-9_-]{0,40}$": "copy it from the platform's console: at most 40 letters, digits, _ and -",
    r"^[A-Za-z0-9_-]{8,64}$": "copy it from the platform's console: 8 to 64 letters, digits, _ and -",
    r"^[A-Za-z0-9._-]{1,100}$": "copy it from the platform's console: letters, digits, dots, _ and -",
    r"^https?://\S+$": "write an address that begins with http:// or https://",
    r"^([A-Z]{2}|else)$": "write two capital letters of ISO 3166, like GB, or else for all other countries",
    r"^[A-Z]{2}$": "write two capital letters of ISO 3166, like GB",
    r"^([01]\d|2[0-3]):[0-5]\d$": 'write a time of day with two digits each, like "14:00"',
    r"^[^\r\n<>\"]{0,60}$": "write at most 60 characters on one line, without < > and quotation marks",
    r"^\S(.{0,62}\S)?$": "write at most 64 characters, without spaces around them",
}
_TEXT = ("is no text", 'write it in quotation marks, like "…"')
_NUMBER = ("is no whole number", "write digits, without quotation marks and a point")
_SWITCH = ("is neither true nor false", "write true or false, without quotation marks")
_LIST = ("is no list", "write it in square brackets, like […]")
_TABLE = ("is no table of names and values", "write it like { name = … }")
_BY_KIND = {
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _TEXT,
    "int_type": _NUMBER,
    "int_parsing": _NUMBER,
    "int_parsing_size": _NUMBER,
    "int_from_float": _NUMBER,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "dict_type": _TABLE,
    "missing": ("is missing", f"write it; {EXPLAINED}"),
}


def is_explained(pattern: str) -> bool:
    """Tell whether there are words for what a pattern asks for."""
    return pattern in _ASK_THE_FORM


def words_for(kind: str, context: Mapping[str, Any], place: str) -> tuple[str, str]:
    """Return what is wrong and how to mend it, for one of pydantic's kinds of errors with its context.

    `place` is the name of a section, as it stands between brackets.
    """
    if kind in {"model_type", "model_attributes_type"}:
        return "is no section", f"write [{place}] on a line of its own and its settings below it"
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context["expected"]))
        return "is none of the words that go here", f"use {', '.join(words)}"
    if kind == "string_pattern_mismatch":
        return "does not have the right form", _ASK_THE_FORM.get(str(context["pattern"]), EXPLAINED)
    if kind in {"greater_than", "greater_than_equal"}:
        least = context["ge"] if "ge" in context else context["gt"] + 1
        return "is too small", f"write {least} or more"
    if kind == "less_than_equal":
        return "is too large", f"write {context['le']} or less"
    return _BY_KIND.get(kind, ("does not go here", EXPLAINED))
