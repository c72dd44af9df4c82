"""Whatever is wrong in a settings file is said in our own words, with how to mend it, and no value of a secret."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.errors import SettingsError
from bot.settings import Settings, load
from bot.settings_words import EXPLAINED, is_explained, words_for

WRONG = ['"two words"', '""', "7", "-7", "99999999999", "1.5", "true", "[]", "[1]", "{}", "{ a = 1 }", "2026-11-24"]
THEIRS = re.compile(r"(?i)input should|should match|should have|valid (string|integer|boolean|list|tuple)|instance of")


def leaves(model: type[BaseModel], *sections: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each setting with its sections."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from leaves(inner, *sections, name)
        else:
            yield sections, field.alias or name


def told(folder: Path, text: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    try:
        load(path)
    except SettingsError as error:
        return [str(mistake).removeprefix(f"{path}: ") for mistake in error.mistakes]
    return []


@pytest.mark.parametrize("wrong", WRONG)
def test_no_setting_is_refused_in_words_of_a_library(tmp_path: Path, wrong: str) -> None:
    found = 0
    for sections, name in leaves(Settings):
        tomllib.loads(f"x = {wrong}")
        lines = told(tmp_path, f"[{'.'.join(sections)}]\n{name} = {wrong}\n")
        found += len(lines)
        assert not [line for line in lines if THEIRS.search(line)]
        assert all(line.split(": ", 1)[1].count(";") >= 1 for line in lines), lines
    assert found > 0


def test_every_pattern_has_words() -> None:
    def patterns(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            if isinstance(schema.get("pattern"), str):
                yield schema["pattern"]
            for part in schema.values():
                yield from patterns(part)
        elif isinstance(schema, list):
            for part in schema:
                yield from patterns(part)

    found = set(patterns(Settings.model_json_schema()))
    assert len(found) > 8
    assert [pattern for pattern in found if not is_explained(pattern)] == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[service]\nport = 'x'",
            "[service] port: 'x' is no whole number; write digits, without quotation marks and a",
        ),
        ("[service]\nport = 8.5", "[service] port: 8.5 is no whole number; "),
        ("[service]\nport = 0", "[service] port: 0 is too small; write 1 or more"),
        ("[service]\nport = 70000", "[service] port: 70000 is too large; write 65535 or less"),
        ("[limits]\nbody_bytes = 0", "[limits] body_bytes: 0 is too small; write 1 or more"),
        ("[service]\nbind = 5", "[service] bind: 5 is no text; write it in quotation marks"),
        ("[service]\nlanguage = 'fr'", "[service] language: 'fr' is none of the words that go here; use zh, en"),
        ("[service]\nbase_url = 'me/'", "[service] base_url: 'me/' does not have the right form; write an address"),
        ("[channels.web]\nenabled = 'often'", "[channels.web] enabled: 'often' is neither true nor false; write true"),
        ("[channels.web]\nenabled = []", "[channels.web] enabled: is neither true nor false; write true or false"),
        ("[channels]\ntelegram = 5", "[channels] telegram: 5 is no section; write [channels.telegram] on a line"),
        ("service = 5", "[service]: 5 is no section; write [service] on a line of its own"),
        ("[duty]\nrota = 5", "[duty] rota: 5 is no list; write it in square brackets"),
        ("[duty]\nrota = [5]", "[duty.rota] 0: 5 is no table of names and values; write it like { name = … }"),
        ("[channels.wechat]\ntemplates = [{}]", "[channels.wechat.templates.0] id: is missing; write it"),
        ("[digest]\nat = '25:00'", "[digest] at: '25:00' does not have the right form; write a time of day"),
        ("[channels.telegram]\ntoken = 5", "[channels.telegram] token: is no text; write it in quotation marks"),
    ],
)
def test_each_sort_of_mistake(tmp_path: Path, text: str, line: str) -> None:
    lines = told(tmp_path, text + "\n")
    assert [one for one in lines if one.startswith(line)], lines


def test_what_nobody_foresaw_is_said_too() -> None:
    assert words_for("of_a_kind_to_come", {}, "service") == ("does not go here", EXPLAINED)


def test_a_country_or_a_page_that_is_none_is_said_with_its_place(tmp_path: Path) -> None:
    text = '[contacts]\nregistration = { Germany = "https://a.example", DE = "nothing", else = "https://b.example" }\n'
    key, page = told(tmp_path, text)
    assert "Germany" in key
    assert "two capital letters of ISO 3166" in key
    assert page.startswith("[contacts.registration] DE: ")
    assert page.endswith("write an address that begins with http:// or https://")
