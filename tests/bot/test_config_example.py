"""The example of the settings loads, is nothing but the defaults, and explains every key."""

import re
import tomllib
from pathlib import Path

from pydantic import BaseModel

from bot.settings import Settings, load

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.toml"


def keys_of(model: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= keys_of(kind, f"{prefix}{name}.")
        else:
            found.add(prefix + (field.alias or name))
    return found


def flat(values: dict[str, object], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in values.items():
        found |= flat(value, f"{prefix}{name}.") if isinstance(value, dict) and value else {prefix + name}
    return found


def test_it_loads_and_says_nothing_but_the_defaults() -> None:
    assert load(EXAMPLE) == Settings()


def test_it_has_every_key_and_no_other() -> None:
    assert flat(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))) == keys_of(Settings)


def test_every_key_stands_below_a_comment_of_its_own_or_of_its_neighbours() -> None:
    explained = False
    naked = []
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            explained = True
        elif not line.strip() or line.startswith("["):
            explained = False
        elif not explained:
            naked.append(line)
    assert not naked


def test_every_section_is_set_apart() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert len(re.findall(r"^\[", text, re.MULTILINE)) == len(re.findall(r"\n\n\[", text))
