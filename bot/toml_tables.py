"""Reads a list of tables that stand under one name in a TOML file, say `[[rule]]`, and finds every mistake in them.

What a school edits as data is read here; what the tables mean is the business of whoever asks.
"""

import re
import tomllib
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import Mistake, MistakesError

KEY = re.compile(r"^[a-z][a-z0-9_]{0,23}$")
MOST = 20


class Strict(BaseModel):
    """A shape that takes no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Keyed(Strict):
    """A table with a key of its own, which no other table of its file has."""

    key: Annotated[str, Field(strict=True, pattern=KEY.pattern)]


Shape = TypeVar("Shape", bound=Keyed)


def tables_in(
    text: str, source: str, name: str, shape: type[Shape], *, explained: str, fewest: int = 0
) -> tuple[list[tuple[str, Shape]], list[Mistake]]:
    """Return the tables in order, each with the words for where it stands, and what is wrong with the others.

    MistakesError when there is no such list at all; `explained` says where every key is explained.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MistakesError([Mistake(source, f"is not TOML: {error}", "mend that line")]) from None
    given = values.pop(name, [])
    mistakes = [Mistake(f"{source}: {other}", "there is no such key", f"remove it; {explained}") for other in values]
    if not isinstance(given, list) or not fewest <= len(given) <= MOST:
        many = f"{fewest} to {MOST}" if fewest else f"at most {MOST}"
        mend = f"write {many} tables [[{name}]]; {explained}"
        raise MistakesError([*mistakes, Mistake(source, f"has no usable list of {name}s", mend)])
    found: list[tuple[str, Shape]] = []
    for number, one in enumerate(given, start=1):
        where = f"{source}: {name} {number}"
        try:
            table = shape.model_validate(one)
        except ValidationError as error:
            mistakes += [_mistake(where, detail, explained) for detail in error.errors(include_url=False)]
            continue
        if any(table.key == other.key for _, other in found):
            mistakes.append(Mistake(f"{where} key", f"{table.key!r} is used twice", "give each its own"))
        found.append((where, table))
    return found, mistakes


def _mistake(where: str, detail: Any, explained: str) -> Mistake:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return Mistake(f"{where} {key}", "there is no such key", f"remove it; {explained}")
    if detail["type"] == "missing":
        return Mistake(f"{where} {key}", "is missing", f"write it; {explained}")
    return Mistake(f"{where} {key}", str(detail["msg"]), explained)
