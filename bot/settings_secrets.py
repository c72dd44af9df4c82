"""What can be wrong with a secret in a file of its own; the settings of each channel that has one ask it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.errors import Mistake


def file_faults(where: str, section: dict[str, Any], names: Iterable[str]) -> list[Mistake]:
    """Find files of secrets that are not there, or hold nothing; `section` has what was read from them already."""
    found = []
    for name in names:
        file = section.get(f"{name}_file")
        if not isinstance(file, str) or not file:
            continue
        if not Path(file).is_file():
            found.append(Mistake(f"{where} {name}_file", f"there is no file {file!r}", "name the file it is in"))
        elif not section.get(name):
            found.append(Mistake(f"{where} {name}_file", f"there is nothing in {file!r}", "put it on its first line"))
    return found
